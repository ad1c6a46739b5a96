"""How a model came about, as its file tells it: written for people, and checked like everything else that is read."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np

from mae_cli import __version__
from mae_cli.inference.values import Intervals, Method
from mae_cli.model.strict_json import Fields
from mae_cli.solvers.solution import Certificate, Status

_VERSIONS = ("mae_cli", "numpy", "pandas")


def provenance(  # noqa: PLR0913  (one of each)
    *,
    rows: int,
    seed: int,
    solver: str,
    metrics: Mapping[str, float | None],
    certificate: Certificate,
    intercept: bool,
    intervals: Intervals | None = None,
) -> dict[str, Any]:
    """What is written of a fit: its rows, seed, solver, metrics, certificate and the versions that made it.

    Where it was forced through the origin, that it was; where its coefficients had intervals, how these were found.
    """
    import pandas as pd  # noqa: PLC0415  (slow to import, and a fit of arrays needs none)

    return {
        "rows": rows,
        "seed": seed,
        "solver": solver,
        "metrics": dict(metrics),
        "certificate": asdict(certificate) | {"status": certificate.status.value},
        **({} if intercept else {"intercept": False}),
        **({} if intervals is None or intervals.method is None else {"intervals": _how(intervals)}),
        **dict(zip(_VERSIONS, (__version__, np.__version__, pd.__version__), strict=True)),
    }


def read_provenance(fields: Fields) -> dict[str, Any]:
    """The rows, seed and solver of a fit, its metrics and certificate, the versions that made it, and what is optional.

    Raises:
        ModelError: a field is missing, unknown, or of another type.
    """
    provenance = {
        "rows": fields.count("rows", least=1),
        "seed": fields.count("seed"),
        "solver": fields.choice("solver", ("auto", "textbook")),
        "metrics": _metrics(fields.object("metrics")),
        "certificate": _certificate(fields.object("certificate")),
        **({"intercept": fields.flag("intercept")} if fields.has("intercept") else {}),
        **({"intervals": _intervals(fields.object("intervals"))} if fields.has("intervals") else {}),
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
        raise fields.error("field-out-of-range", "r2", f"must not be above 1, but is {metrics['r2']:g}")
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


def _how(intervals: Intervals) -> dict[str, Any]:
    return {
        "method": None if intervals.method is None else intervals.method.value,
        "level": intervals.level,
        "robust": intervals.robust,
        "replicates": intervals.replicates,
        "cluster": intervals.cluster,
    }


def _intervals(fields: Fields) -> dict[str, Any]:
    intervals = {
        "method": fields.choice("method", tuple(Method)),
        "level": fields.number_between("level", 0.0, 1.0),
        "robust": fields.flag("robust"),
        "replicates": fields.optional_count("replicates", least=2),
        "cluster": fields.optional_name("cluster"),
    }
    fields.require_all_read()
    return intervals
