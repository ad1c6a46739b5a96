"""The certificate of a fit in one plain sentence."""

from rich.text import Text

from mae_cli.report.numbers import at_most, counted
from mae_cli.report.wording import loss_name, round_name
from mae_cli.results.training import FitReport
from mae_cli.solvers.solution import Status


def certificate_sentence(fit: FitReport) -> str:
    """What is proved about the fit, and what to try when it is not enough."""
    name = loss_name(fit.loss, fit.quantile)
    match fit.certificate.status:
        case Status.OPTIMAL:
            return f"proved optimal: {_optimality(fit, name)}; {_uniqueness(fit, name)}."
        case Status.TOLERANCE:
            return f"{_nearness(fit, name)}."
        case Status.LIMIT:
            return f"not proved optimal: {_shortfall(fit, name)}. {_advice(fit)}"


def certificate_text(fit: FitReport, label: str | None = None) -> Text:
    """The sentence with its verdict set off, and the work it took; `label` tells two fits apart."""
    claim, colon, reason = certificate_sentence(fit).partition(":")
    style = "bold" if fit.certificate.status is Status.LIMIT else "bold green"
    text = Text("" if label is None else f"{label}, ").append(claim, style).append(colon + reason)
    return text.append(f" It took {_work(fit)}.")


def _work(fit: FitReport) -> str:
    """The steps, and the rounds that the curve shows: a round looks at all rows once."""
    steps = counted(fit.history.iterations, "epoch" if fit.solver == "textbook" else "step")
    if fit.solver == "textbook":
        return steps
    return f"{steps} in {counted(len(fit.history.loss) - 1, round_name(fit.solver))}"


def _optimality(fit: FitReport, name: str) -> str:
    if fit.certificate.relative_gap is None:
        return f"the {name} is zero to rounding"
    return f"no linear model on these columns has a smaller {name}"


def _uniqueness(fit: FitReport, name: str) -> str:
    match fit.certificate.unique:
        case True if any(effect.aliased for effect in fit.effects):
            return "the optimum is unique once the columns below are left out"
        case True:
            return "the optimum is unique"
        case False:
            return f"other coefficients reach the same {name}"
        case None:
            return "whether other coefficients reach it too is not settled"


def _nearness(fit: FitReport, name: str) -> str:
    gap = fit.certificate.relative_gap
    if gap is None:
        return f"the {name} is zero to rounding"
    return (
        f"within {at_most(gap)} of the optimum (proved): "
        f"no linear model on these columns lowers the {name} by a larger share"
    )


def _shortfall(fit: FitReport, name: str) -> str:
    gap = fit.certificate.relative_gap
    if gap is None:
        return f"the steps ran out; the {name} is zero to rounding"
    return f"the steps ran out; the optimum may be up to {at_most(gap)} below this {name}"


def _advice(fit: FitReport) -> str:
    if fit.solver == "textbook":
        return "Try more --epochs, another --learning-rate, or --solver auto."
    return "A larger --tolerance accepts such a fit."
