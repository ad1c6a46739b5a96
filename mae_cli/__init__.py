"""Exact least-absolute-deviations regression, with a proof of optimality for every fit.

    from mae_cli import exponential_factors, fit, refit
    result = fit(X, y)                  # the median; loss="mse" for least squares, quantile=0.9 for a quantile
    result.coefficients, result.intercept
    low, middle, high = fit(X, y, quantile=[0.1, 0.5, 0.9])     # a list, which has a `save` too
    replicates = refit(X, y, exponential_factors(200))
    result.certificate.lower_bound      # no linear model on these columns has a smaller mean absolute error
    result.dual                         # the proof, a number for each row
    result.save("model.json")           # for mae-eval, mae-predict and load_model

Names are imported when they are first used, so that `import mae_cli` costs nothing.

Where things are, from top to bottom; a package uses only what stands below it::

    commands       mae-train, mae-eval, mae-predict: options, exit status, signals
    report         results as text and as JSON
    workflows      train, evaluate, predict, compare, and the library's `fit`: data in, results out
    model_card     what a model file says, and where two differ
    model          the fitted model and its file            results       what the workflows return
    inference      standard errors, intervals and tests
    solvers        exact fits and their proofs              distributed   files and rows on Dask workers
    tables         from files and frames to complete rows   losses        MAE, MSE and pinball loss
    tables/csv     bytes, text, records, header             rows          passes over blocks of numbers
    messages       names and cells in sentences             progress      callbacks of long work
    errors, arrays, memory

The docstring of each package says what its modules do, and where it matters what goes in and what comes out.
"""

TYPE_CHECKING = False  # as type checkers know it, without loading `typing`
if TYPE_CHECKING:
    from typing import Any

    from mae_cli.errors import DataError, MaeCliError, ModelError, SettingsError
    from mae_cli.model.files import load_model
    from mae_cli.model.model import Model
    from mae_cli.model.quantile_model import QuantileModel
    from mae_cli.solvers.settings import Auto, Textbook
    from mae_cli.workflows.fit import exponential_factors, fit, refit
    from mae_cli.workflows.fit_result import FitResult
    from mae_cli.workflows.quantile_fits import QuantileFits

__version__ = "0.1.0"

__all__ = [
    "Auto",
    "DataError",
    "FitResult",
    "MaeCliError",
    "Model",
    "ModelError",
    "QuantileFits",
    "QuantileModel",
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
    "FitResult": "mae_cli.workflows.fit_result",
    "MaeCliError": "mae_cli.errors",
    "Model": "mae_cli.model.model",
    "QuantileFits": "mae_cli.workflows.quantile_fits",
    "QuantileModel": "mae_cli.model.quantile_model",
    "ModelError": "mae_cli.errors",
    "SettingsError": "mae_cli.errors",
    "Textbook": "mae_cli.solvers.settings",
    "exponential_factors": "mae_cli.workflows.fit",
    "fit": "mae_cli.workflows.fit",
    "load_model": "mae_cli.model.files",
    "refit": "mae_cli.workflows.fit",
}


def __getattr__(name: str) -> "Any":
    """Import a public name from its home (PEP 562)."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module  # noqa: PLC0415  (loading the package loads nothing else)

    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
