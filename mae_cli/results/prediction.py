"""What a prediction returns beside the predictions."""

from dataclasses import dataclass

from mae_cli.results.gates import Gate
from mae_cli.results.notes import Note
from mae_cli.results.scores import Outside
from mae_cli.rows.sums import Sums


@dataclass(frozen=True, eq=False)
class PredictionRows(Sums):
    """read = predicted + missing + unseen + overflowing.

    Attributes:
        read: records in the files.
        missing: rows with a missing cell.
        unseen: rows with a level never seen in training.
        overflowing: rows whose prediction is beyond floating point.
    """

    read: int = 0
    missing: int = 0
    unseen: int = 0
    overflowing: int = 0

    @property
    def predicted(self) -> int:
        """Rows with a prediction."""
        return self.read - self.missing - self.unseen - self.overflowing


@dataclass(frozen=True)
class PredictionReport:
    """What `mae-predict` says of the rows that it wrote.

    Attributes:
        source: name of the data for people.
        target: the column that is predicted.
        column: the name of the new column.
        rows: where the rows went.
        outside: the rows with a number outside of its range in training; None when there are none.
        notes: what a user should know.
        gates: the conditions that were set.
    """

    source: str
    target: str
    column: str
    rows: PredictionRows
    outside: Outside | None
    notes: tuple[Note, ...]
    gates: tuple[Gate, ...] = ()
