"""How a model came about, as its file tells it: read for people, checked like everything else in the file."""

from typing import Any

from mae_cli.model.strict_json import Fields
from mae_cli.solvers.solution import Status

_VERSIONS = ("mae_cli", "numpy", "pandas")


def read_provenance(fields: Fields) -> dict[str, Any]:
    """The rows, seed and solver of a fit, its metrics and certificate, and the versions that made it.

    Raises:
        ModelError: a field is missing, unknown, or of another type.
    """
    provenance = {
        "rows": fields.count("rows", least=1),
        "seed": fields.count("seed"),
        "solver": fields.choice("solver", ("auto", "textbook")),
        "metrics": _metrics(fields.object("metrics")),
        "certificate": _certificate(fields.object("certificate")),
        **{name: fields.text(name) for name in _VERSIONS},
    }
    fields.require_all_read()
    return provenance


def _metrics(fields: Fields) -> dict[str, float | None]:
    metrics = {
        "mae": fields.size("mae"),
        "mse": fields.optional_size("mse"),
        "rmse": fields.optional_size("rmse"),
        "median_ae": fields.size("median_ae"),
        "r2": fields.optional_number("r2"),
        "baseline_mae": fields.size("baseline_mae"),
        "pinball": fields.optional_size("pinball"),
    }
    if metrics["r2"] is not None and metrics["r2"] > 1:
        raise fields.fault("r2", f"must not be above 1, but is {metrics['r2']:g}")
    fields.require_all_read()
    return metrics


def _certificate(fields: Fields) -> dict[str, Any]:
    certificate = {
        "status": fields.choice("status", tuple(Status)),
        "loss": fields.size("loss"),
        "lower_bound": fields.number("lower_bound"),
        "relative_gap": fields.optional_number("relative_gap"),
        "unique": fields.optional_flag("unique"),
    }
    fields.require_all_read()
    return certificate
