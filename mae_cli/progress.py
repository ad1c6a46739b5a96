"""How long work reports its progress: a listener that is called now and then, cheap to ignore."""


class ProgressListener:
    """A progress listener that ignores everything."""

    def reading(self, rows: int, share: float | None = None) -> None:
        """The number of rows read so far, and their share of the data where it is known."""

    def preparing(self) -> None:
        """All rows are read; they are counted, split and coded."""

    def planning(self, epochs: int) -> None:
        """A descent of that many epochs begins."""

    def passing(self, count: int) -> None:
        """A pass over all rows begins, counted from 1."""

    def reached(self, step: int, loss: float) -> None:
        """A step (an epoch, a round of screening) ended with this mean loss, in the user's units."""

    def proved(self, relative_gap: float) -> None:
        """The loss is proved to be at most this share of it above the optimum."""


NO_PROGRESS = ProgressListener()
"""Nobody listens."""
