"""Exact least-absolute-deviations regression, with a proof of optimality for every fit.

    from mae_cli import fit
    result = fit(X, y)                  # the median; loss="mse" for least squares, quantile=0.9 for a quantile
    result.coefficients, result.intercept
    low, middle, high = fit(X, y, quantile=[0.1, 0.5, 0.9])
    replicates = refit(X, y, exponential_factors(200))
    result.certificate.lower_bound      # no linear model on these columns has a smaller mean absolute error

Names are imported when they are first used, so that `import mae_cli` costs nothing.
"""

TYPE_CHECKING = False  # as type checkers know it, without loading `typing`
if TYPE_CHECKING:
    from typing import Any

    from mae_cli.errors import DataError, MaeCliError, ModelError, SettingsError
    from mae_cli.fitting import FitResult, exponential_factors, fit, refit
    from mae_cli.model import Model, load_model
    from mae_cli.solvers.settings import Auto, Textbook

__version__ = "0.1.0"

__all__ = [
    "Auto",
    "DataError",
    "FitResult",
    "MaeCliError",
    "Model",
    "ModelError",
    "SettingsError",
    "Textbook",
    "__version__",
    "exponential_factors",
    "fit",
    "load_model",
    "refit",
]

_HOMES = {
    "Auto": "mae_cli.solvers.settings",
    "DataError": "mae_cli.errors",
    "FitResult": "mae_cli.fitting",
    "MaeCliError": "mae_cli.errors",
    "Model": "mae_cli.model",
    "ModelError": "mae_cli.errors",
    "SettingsError": "mae_cli.errors",
    "Textbook": "mae_cli.solvers.settings",
    "exponential_factors": "mae_cli.fitting",
    "fit": "mae_cli.fitting",
    "load_model": "mae_cli.model",
    "refit": "mae_cli.fitting",
}


def __getattr__(name: str) -> "Any":
    """Import a public name from its home (PEP 562)."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module  # noqa: PLC0415  (loading the package loads nothing else)

    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
