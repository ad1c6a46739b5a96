"""A column that says which rows depend on each other, whatever its cells are."""

import sys
from dataclasses import dataclass

from mae_cli.errors import DataError, Fault, Place
from mae_cli.messages import quoted
from mae_cli.tables.cell_faults import Note
from mae_cli.tables.csv.files import Records
from mae_cli.tables.level_column import LevelColumn


@dataclass(eq=False)
class ClusterColumn(LevelColumn):
    """A column whose rows of one level are a cluster: numbers or text, and as many levels as there are."""

    declared: bool = False
    max_levels: int = sys.maxsize - 1

    def finish(self, files: Records) -> None:
        """Refuse the column if no cell of it says anything.

        Raises:
            DataError: it has no values.
        """
        if self.missing == self.count:
            what = f"column {quoted(self.name)}, the cluster of each row, has no values"
            raise DataError(Fault("no-values", what, Place(files.name, column=self.name)))

    def notes(self) -> list[Note]:
        """Nothing to say: a missing cell is missing, however it is spelled."""
        return []
