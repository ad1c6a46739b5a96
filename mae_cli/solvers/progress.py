"""How a solver tells what it is doing: a function called now and then, cheap to ignore."""

from typing import Protocol


class Watch(Protocol):
    """Called with the number of the step or round and the mean loss reached, in the user's units."""

    def __call__(self, step: int, loss: float) -> None:
        """Take notice."""
        ...


def unwatched(step: int, loss: float) -> None:
    """Take no notice."""
