"""Fits of several quantiles as the library returns them: a list of results, which can be saved as one model."""

from collections import Counter
from pathlib import Path

from mae_cli.errors import Fault, ModelError
from mae_cli.model.files import BY_ARGUMENT, write_model
from mae_cli.model.quantile_model import QuantileModel
from mae_cli.workflows.fit_result import FitResult


class QuantileFits(list[FitResult]):
    """The results of a fit of several quantiles, in the order in which these were given.

    Where one model for all of them is wanted, as `mae-train --quantile 0.1,0.5,0.9` writes it, there is `model`.
    """

    @property
    def model(self) -> QuantileModel:
        """All quantiles as one model, in ascending order; it predicts them sorted within every row.

        Raises:
            ModelError: as `FitResult.model`; or the results are fewer than two, or two are of one quantile.
            DataError: as `FitResult.model`.
        """
        _require_several([result.quantile for result in self])
        return QuantileModel(tuple(result.model for result in sorted(self, key=lambda result: result.quantile)))

    def save(self, path: str | Path, *, force: bool = False) -> None:
        """Write all quantiles as one model file, which `mae-eval`, `mae-predict` and `mae_cli.load_model` read.

        Args:
            path: of the file; an older model there is replaced.
            force: whether to replace any other file, or one that is write-protected.

        Raises:
            ModelError: as `model`; or the place cannot be written, or holds something else.
            DataError: as `model`.
        """
        write_model(self.model, Path(path), force=force, remedy=BY_ARGUMENT)


def _require_several(quantiles: list[float]) -> None:
    """Refuse quantiles that make no model of several."""
    if len(quantiles) < 2:
        what = f"a model of several quantiles needs two or more, not {len(quantiles)}"
        remedy = "save the result itself" if quantiles else "fit some"
        raise ModelError(Fault("too-few-quantiles", what, remedy=remedy))
    quantile, count = Counter(quantiles).most_common(1)[0]
    if count > 1:
        what = f"a model has every quantile once, and {quantile:g} is there {count:,} times"
        raise ModelError(Fault("duplicate-quantile", what, remedy="fit it once"))
