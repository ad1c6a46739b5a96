"""Encoded rows with their targets, as far as they can be scored."""

from dataclasses import dataclass

import numpy as np

from mae_cli.data.design import Design, FloatArray
from mae_cli.data.encoding import encode
from mae_cli.data.loading import LoadedRows
from mae_cli.data.source import Source
from mae_cli.errors import DataError
from mae_cli.metrics import score
from mae_cli.reports import Scores
from mae_cli.schema import Schema


@dataclass(frozen=True, eq=False)
class Sample:
    """n encoded rows.

    Attributes:
        design: (n, p).
        target: (n,).
        weights: (n,) or None when all are 1.
        records: (n,) index of each row among the records of the file.
        source: where they come from.
    """

    design: Design
    target: FloatArray
    weights: FloatArray | None
    records: np.ndarray
    source: Source

    @property
    def weight_values(self) -> FloatArray:
        """(n,) weights, ones when there are none."""
        return np.ones(len(self.target)) if self.weights is None else self.weights

    @property
    def is_weightless(self) -> bool:
        """Whether there is nothing to score: no rows, or only rows of weight 0."""
        return not self.weight_values.any()

    def scores(self, predicted: FloatArray, trivial: float, quantile: float) -> Scores:
        """Metrics of predictions (n,) and of a constant one, side by side.

        Raises:
            DataError: a residual is beyond floating point.
        """
        self._refuse_overflow(predicted)
        constant = np.full(len(self.target), trivial)
        return Scores(
            score(self.target, predicted, self.weights, baseline=trivial, quantile=quantile),
            score(self.target, constant, self.weights, baseline=trivial, quantile=quantile),
        )

    def _refuse_overflow(self, predicted: FloatArray) -> None:
        with np.errstate(over="ignore"):
            finite = np.isfinite(self.target - predicted)
        if not finite.all():
            place = self.source.place(int(self.records[np.argmin(finite)]))
            raise DataError(f"{place}: the prediction is further from the target than a number can say")


def encode_sample(loaded: LoadedRows, target: FloatArray, schema: Schema, rows: np.ndarray) -> tuple[Sample, int]:
    """The chosen rows without those that have a level the schema does not know, and how many those are."""
    encoded = encode(schema, loaded.features.iloc[rows])
    design = encoded.design
    unseen = int(np.count_nonzero(encoded.unseen))
    if unseen:
        known = np.flatnonzero(~encoded.unseen)
        design, rows = design.take(known), rows[known]
    weights = None if loaded.weights is None else loaded.weights[rows]
    return Sample(design, target[rows], weights, loaded.records[rows], loaded.source), unseen
