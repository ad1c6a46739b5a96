"""How a solver tells what it is doing: a watch that is called now and then, cheap to ignore."""


class Watch:
    """Told how far a fit is; this one takes no notice."""

    def passing(self, count: int) -> None:
        """The pass over all rows that begins now is this one, counted from 1."""

    def reached(self, step: int, loss: float) -> None:
        """A step (an epoch, a round of screening) ended with this mean loss, in the user's units."""

    def proved(self, relative_gap: float) -> None:
        """The loss is proved to be at most this share of it above the optimum."""


UNWATCHED = Watch()
"""Nobody watches."""
