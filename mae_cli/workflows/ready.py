"""The rows of a training run made ready: read, split, encoded by the levels of training, and counted."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace

import numpy as np

from mae_cli.arrays import CodeArray, Positions
from mae_cli.errors import DataError, Fault, Place, SettingsError
from mae_cli.inference.clusters import Clusters
from mae_cli.inference.intervals import require_clustered
from mae_cli.inference.values import IntervalSettings
from mae_cli.memory import return_freed_memory
from mae_cli.messages import no_share, quoted
from mae_cli.model.model import Baseline
from mae_cli.model.strict_json import LARGEST_COUNT
from mae_cli.progress import Phase, ProgressListener
from mae_cli.results.notes import Note, UnscoredHoldout, UnseenRows
from mae_cli.results.training import TrainingRows
from mae_cli.rows.blocks import Block, CountedRows, PassCounter, Rows
from mae_cli.rows.coding import Coding, Description, LevelRows, Partition, build_schema, describe, level_rows
from mae_cli.rows.moments import column_moments
from mae_cli.rows.sampling import Split
from mae_cli.rows.schema import ApartWritings, Schema
from mae_cli.rows.sums import weight_unit
from mae_cli.solvers.settings import Textbook
from mae_cli.tables.columns import ColumnChoice, LeftOut, UsedColumns, resolve
from mae_cli.tables.load import LoadedRows, load_training, place_for
from mae_cli.tables.read import Data, Missing, ReadOptions
from mae_cli.workflows.compare import TrainingData
from mae_cli.workflows.fit import FitSettings
from mae_cli.workflows.fit_data import require_span
from mae_cli.workflows.scoring import baseline_of, scorable


@dataclass(frozen=True)
class TrainSettings:
    """What to train on, and how.

    Attributes:
        columns: which columns play which part.
        fit: loss and solver.
        holdout: share of the rows to keep aside; None keeps none.
        missing: what to do with rows that miss a used cell.
        max_levels: most levels of a text column.
        seed: of the holdout.
        compare: whether to fit the other loss too.
        stream: whether to keep the rows in a scratch file; None to decide by their size.
        intervals: how sure to say coefficients are; None for not at all.
        calibration: share of the rows, without those held out, to keep aside for prediction intervals; None keeps none.
        importance: whether to say what the fit loses without each feature.
    """

    columns: ColumnChoice
    fit: FitSettings = field(default_factory=FitSettings)
    holdout: float | None = None
    missing: Missing = "drop"
    max_levels: int = 300
    seed: int = 0
    compare: bool = False
    stream: bool | None = None
    intervals: IntervalSettings | None = None
    calibration: float | None = None
    importance: bool = False

    def __post_init__(self) -> None:
        if not 0 <= self.seed <= LARGEST_COUNT:
            what = f"the seed must be a whole number from 0 to {LARGEST_COUNT}"
            raise SettingsError(Fault("seed-out-of-range", what))
        shares = (
            ("holdout-out-of-range", "holdout", self.holdout),
            ("calibration-out-of-range", "calibration", self.calibration),
        )
        for code, name, share in shares:
            if share is not None and not 0.0 < share < 1.0:
                raise SettingsError(no_share(code, f"the {name} must be a fraction", share))
        if self.columns.cluster is not None:
            self._require_clusters()
        if self.importance and (self.fit.loss != "mae" or isinstance(self.fit.solver, Textbook)):
            what = "importance needs an exact MAE or quantile fit"
            raise SettingsError(Fault("importance-needs-exact-mae", what, remedy="leave out --importance"))

    def _require_clusters(self) -> None:
        """Refuse a cluster where nothing would heed it."""
        if self.intervals is None or isinstance(self.fit.solver, Textbook):
            what = "clusters matter only to the intervals of an exact fit, and there are none"
            raise SettingsError(Fault("cluster-without-intervals", what, remedy="leave out --cluster"))
        require_clustered(self.intervals)


@dataclass(frozen=True, eq=False)
class ReadyData:
    """The rows of a run, made ready: those that are fitted, and those kept aside."""

    schema: Schema
    train: TrainingData
    calibration: Rows | None
    rows: TrainingRows
    notes: tuple[Note, ...]
    left_out: tuple[LeftOut, ...]
    baseline: Baseline
    clusters: Clusters | None
    weight_unit: float
    level_rows: LevelRows
    written: ApartWritings


@contextmanager
def ready_data(files: Data, settings: TrainSettings, listener: ProgressListener) -> Iterator[ReadyData]:
    """The rows of a run, there until the end of the block.

    Raises:
        DataError: the data cannot be read as asked.
    """
    used = resolve(settings.columns, files.header, files.name)
    with place_for(files, len(used.names), stream=settings.stream) as collect:
        options = ReadOptions(collect, settings.missing, settings.max_levels, listener=listener)
        yield _read(files, used, options, settings)


def _read(files: Data, used: UsedColumns, options: ReadOptions, settings: TrainSettings) -> ReadyData:
    """The rows as they are fitted; those that were read are given up."""
    loaded = load_training(files, used, options)
    return_freed_memory()
    options.listener.entering(Phase.PREPARING)
    with closing(loaded.rows):  # those to fit and those held out are kept apart from them
        return _prepare(loaded, settings, PassCounter(listener=options.listener))


def _prepare(loaded: LoadedRows, settings: TrainSettings, counter: PassCounter) -> ReadyData:
    """Split, encode by the levels of the training rows, and count."""
    count, cluster = loaded.rows.shape[0], settings.columns.cluster
    split, calibration = _splits(count, settings)
    aside = split or calibration if split is None or calibration is None else split.joined(calibration)
    description = describe(CountedRows(loaded.rows, counter), loaded.layout, aside)
    _require_weight(loaded, description, settings.columns.weight)
    require_span(description.target_range, Place(loaded.files.name, column=settings.columns.target))
    schema = build_schema(loaded.layout, description, loaded.files.name)
    parts = Partition(aside, Coding.of(schema, loaded.layout), description.largest_weight)
    train_rows = parts.training(loaded.rows)
    held, calibrating = (replace(parts, split=each).held(loaded.rows) for each in (split, calibration))
    held_count = 0 if split is None else split.held
    unseen = held_count - (0 if held is None else held.shape[0])
    notes: list[Note] = [*loaded.notes, *([UnseenRows(unseen, "holdout")] if unseen else [])]
    scored = None if held is None else scorable(held)
    if held is not None and scored is None:
        notes.append(UnscoredHoldout())
    rows = TrainingRows(
        read=loaded.rows_read,
        used=count - (0 if aside is None else aside.held),
        dropped=loaded.rows_dropped,
        holdout=held_count,
        unseen=unseen,
        zero_weight=description.weightless,
        calibration=0 if calibration is None else calibration.held,
        missing_column=loaded.missing_column,
    )
    counted = CountedRows(train_rows, counter)
    train_data = TrainingData(train_rows, column_moments(counted), loaded.files, scored)
    return ReadyData(
        schema=schema,
        train=train_data,
        calibration=calibrating,
        rows=rows,
        notes=tuple(notes),
        left_out=loaded.left_out,
        baseline=baseline_of(counted, settings.fit.quantile),
        clusters=None if cluster is None else clusters_of(loaded, cluster, train_rows),
        weight_unit=1.0 if settings.columns.weight is None else weight_unit(description.largest_weight),
        level_rows=level_rows(loaded.layout, description),
        written=loaded.written,
    )


def _splits(count: int, settings: TrainSettings) -> tuple[Split | None, Split | None]:
    """The rows held out, and those kept aside for prediction intervals."""
    holdout = None if settings.holdout is None else Split.of(count, settings.holdout, settings.seed)
    if settings.calibration is None:
        return holdout, None
    if holdout is None:
        return None, Split.of(count, settings.calibration, settings.seed, "calibration")
    return holdout, holdout.beside(settings.calibration, "calibration")


def _require_weight(loaded: LoadedRows, description: Description, weight: str | None) -> None:
    if description.largest_weight > 0:
        return
    place = Place(loaded.files.name, column=weight)
    if scorable(loaded.rows) is None:
        what = f"the weight {quoted(weight or '')} is zero in every row that is used"
        raise DataError(Fault("zero-weights", what, place))
    what = "the holdout leaves only rows of weight 0 for training"
    raise DataError(Fault("zero-training-weights", what, place, remedy="choose another --seed"))


def clusters_of(loaded: LoadedRows, name: str, training: Rows) -> Clusters:
    """The clusters of the training rows, by one pass over these and one over all that were read.

    Args:
        loaded: the rows as read; the codes of the clusters are the last.
        name: of the column.
        training: those of them that are fitted.

    Raises:
        DataError: all training rows are in one cluster.
    """
    codes = np.zeros(loaded.rows_read, dtype=np.intp)
    for records, found in loaded.rows.map(_cluster_codes):
        codes[records] = found
    fitted = np.concatenate(list(training.map(_records)))
    used, codes[fitted] = np.unique(codes[fitted], return_inverse=True)
    if len(used) < 2:
        raise DataError(_single(loaded.files.name, name))
    return Clusters(name, codes, len(used))


def _single(file: str, column: str) -> Fault:
    what = f"column {quoted(column)} is the same in every row that is fitted, and intervals need two clusters or more"
    return Fault("single-cluster", what, Place(file, column=column), remedy="name another column with --cluster")


def _cluster_codes(block: Block) -> tuple[Positions, CodeArray]:
    return block.record_numbers, block.design.codes[-1]


def _records(block: Block) -> Positions:
    return block.record_numbers
