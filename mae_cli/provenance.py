"""How a model came about, as its file tells it: read for people, checked like everything else in the file."""

from dataclasses import fields as fields_of
from typing import Any

from mae_cli.fields import Fields
from mae_cli.metrics import Metrics
from mae_cli.solvers.solution import Status

_VERSIONS = ("mae_cli", "numpy", "pandas")


def read_provenance(fields: Fields) -> dict[str, Any]:
    """The rows, seed and solver of a fit, its metrics and certificate, and the versions that made it.

    Raises:
        ModelError: a field is missing, unknown, or of another type.
    """
    provenance = {
        "rows": fields.count("rows"),
        "seed": fields.count("seed"),
        "solver": fields.choice("solver", ("auto", "textbook")),
        "metrics": _metrics(fields.object("metrics")),
        "certificate": _certificate(fields.object("certificate")),
        **{name: fields.text(name) for name in _VERSIONS},
    }
    fields.require_all_read()
    return provenance


def _metrics(fields: Fields) -> dict[str, float | None]:
    metrics = {each.name: fields.optional_number(each.name) for each in fields_of(Metrics)}
    fields.require_all_read()
    return metrics


def _certificate(fields: Fields) -> dict[str, Any]:
    certificate = {
        "status": fields.choice("status", tuple(Status)),
        "loss": fields.number("loss"),
        "lower_bound": fields.number("lower_bound"),
        "relative_gap": fields.optional_number("relative_gap"),
        "unique": fields.optional_flag("unique"),
    }
    fields.require_all_read()
    return certificate
