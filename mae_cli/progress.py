"""How long work tells what it is doing: a watch that is called now and then, cheap to ignore."""


class Watch:
    """A progress listener that ignores everything."""

    def reading(self, rows: int) -> None:
        """The number of rows read so far."""

    def passing(self, count: int) -> None:
        """The pass over all rows that begins now is this one, counted from 1."""

    def reached(self, step: int, loss: float) -> None:
        """A step (an epoch, a round of screening) ended with this mean loss, in the user's units."""

    def proved(self, relative_gap: float) -> None:
        """The loss is proved to be at most this share of it above the optimum."""


UNWATCHED = Watch()
"""Nobody watches."""
