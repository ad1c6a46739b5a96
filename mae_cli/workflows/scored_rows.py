"""The rows that a model is scored on: those that it knows, counted, and what is to be said of them."""

from collections.abc import Iterator

from mae_cli.errors import DataError, Fault, Place
from mae_cli.model.reading import AnyModel
from mae_cli.results.evaluation import EvaluationRows
from mae_cli.results.notes import Note, UnseenLevels
from mae_cli.results.scores import Outside
from mae_cli.rows.blocks import Rows, TransformedRows
from mae_cli.rows.coding import Coding, Layout
from mae_cli.rows.schema import Schema
from mae_cli.tables.apart import Apart
from mae_cli.tables.load import LoadedRows
from mae_cli.workflows.scoring import scorable


def apart_of(model: AnyModel) -> Apart:
    """The columns that the data of a model have beside its features."""
    return Apart(model.target, model.weight, model.written)


def scorable_rows(loaded: LoadedRows) -> Rows:
    """The rows that were loaded, where there is something to score.

    Raises:
        DataError: there is nothing.
    """
    rows = scorable(loaded.rows)
    if rows is None:
        what = "no row can be scored; every one has a level never seen in training, or weight 0"
        raise DataError(Fault("no-row-to-score", what, Place(loaded.files.name)))
    return rows


def rows_of(schema: Schema, joint: Schema, rows: Rows) -> Rows:
    """The rows of joint columns as a model of this schema knows them."""
    return TransformedRows(rows, Coding.of(schema, Layout.of(joint)).known)


def evaluation_rows(loaded: LoadedRows) -> EvaluationRows:
    """Where the rows went."""
    return EvaluationRows(loaded.rows_read, loaded.rows.shape[0], loaded.rows_dropped, loaded.rows_unseen)


def evaluation_notes(loaded: LoadedRows, outside: Outside | None) -> Iterator[Note]:
    """What the user should know of them."""
    yield from loaded.notes
    if loaded.rows_unseen:
        yield UnseenLevels(loaded.rows_unseen, "data")
    if outside is not None:
        yield outside
