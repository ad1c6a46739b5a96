"""How long work reports its progress: a listener that is called now and then, cheap to ignore."""

from enum import StrEnum


class Phase(StrEnum):
    """What work is done, in words."""

    READING = "reading"
    READING_AGAIN = "reading again"
    """A column turned out to be written otherwise than was assumed, or a cell to be at fault."""
    READING_CALIBRATION = "reading rows for calibration"
    PREPARING = "preparing"
    FITTING = "fitting"
    OPTIMUM = "finding the optimum"
    """The exact fit that a descent is measured against."""
    INTERVALS = "finding intervals"
    BOOTSTRAP = "bootstrap"
    IMPORTANCE = "importance"
    SCORING = "scoring"
    RANGES = "finding ranges of coefficients"
    """How far they can go where the optimum is not unique."""
    SLOPES = "testing slopes"
    CALIBRATING = "calibrating"
    COMPARING = "comparing"


class ProgressListener:
    """A progress listener that ignores everything."""

    def entering(self, phase: Phase, quantile: float | None = None) -> None:
        """Another phase of the work begins; of one of several quantiles where it is given."""

    def reading(self, rows: int, share: float | None = None) -> None:
        """The number of rows read so far, and their share of the data where it is known."""

    def planning(self, epochs: int) -> None:
        """A descent of that many epochs begins."""

    def passing(self, count: int) -> None:
        """A pass over all rows begins, counted from 1."""

    def reached(self, step: int, loss: float) -> None:
        """A step (an epoch, a round of screening) ended with this mean loss, in the user's units; 0 is the start."""

    def proved(self, relative_gap: float) -> None:
        """The loss is proved to be at most this share of it above the optimum."""

    def refitting(self, done: int, count: int, share: float) -> None:
        """So many of the fits beside a solved one (without a column, under random weights) are done.

        The next of them begin with a pass over the rows, of which this share is done.
        """


class Refits:
    """How many of the fits beside a solved one are done, and a listener that is told.

    Attributes:
        count: how many there are.
        done: how many of them are done.
    """

    def __init__(self, count: int = 0, listener: ProgressListener | None = None) -> None:
        self.count, self.done = count, 0
        self._listener = listener or NO_PROGRESS

    def passed(self, share: float) -> None:
        """This share of a pass over the rows is done."""
        self._listener.refitting(self.done, self.count, share)

    def add(self, more: int) -> None:
        """So many more are done."""
        self.done += more
        self._listener.refitting(self.done, self.count, 0.0)


class EpochCounter(ProgressListener):
    """A progress listener that knows how many epochs of a descent are done.

    Attributes:
        epochs: how many were planned; 0 where no descent was begun.
        done: how many of them are.
    """

    def __init__(self) -> None:
        self.epochs = 0
        self.done = 0

    def planning(self, epochs: int) -> None:
        """Begin to count."""
        self.epochs, self.done = epochs, 0

    def passing(self, count: int) -> None:
        """With the first pass another fit begins."""
        if count == 1:
            self.epochs = self.done = 0

    def reached(self, step: int, loss: float) -> None:  # noqa: ARG002  (as listeners are told)
        """Count."""
        self.done = step

    def proved(self, relative_gap: float) -> None:  # noqa: ARG002
        """The descent is over."""
        self.epochs = self.done = 0


NO_PROGRESS = ProgressListener()
"""Nobody listens."""
