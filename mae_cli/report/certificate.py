"""The certificate of a fit in one plain sentence."""

from rich.text import Text

from mae_cli.report.names import loss_name, pass_name
from mae_cli.report.numbers import at_most, count, counted
from mae_cli.results import FitReport
from mae_cli.solvers.solution import ROUNDED_GAP, Status

# How many of the columns left out the sentence names.
_NAMED = 3
# A loss of which this share is rounding is nothing else.
_MOSTLY_ROUNDING = 0.999


def certificate_sentence(fit: FitReport) -> str:
    """What is proved about the fit, and what to try when it is not enough."""
    name = loss_name(fit.loss, fit.quantile)
    match fit.certificate.status:
        case Status.OPTIMAL:
            return f"proved optimal{_uniqueness(fit)}: {_optimality(fit, name)}{_consequence(fit, name)}."
        case Status.TOLERANCE:
            return f"{_nearness(fit, name)}."
        case Status.LIMIT:
            return f"not proved optimal: {_shortfall(fit, name)}. {_advice(fit)}"


def certificate_text(fit: FitReport, label: str | None = None) -> Text:
    """The sentence with its verdict set off, and the work it took; `label` tells two fits apart."""
    claim, colon, reason = certificate_sentence(fit).partition(":")
    style = "bold" if fit.certificate.status is Status.LIMIT else "bold green"
    text = Text("" if label is None else f"{label}, ").append(claim, style).append(colon + reason)
    return text.append(f" {_work(fit)}.")


def _work(fit: FitReport) -> str:
    """The steps, and the passes that the curve shows."""
    if fit.solver == "textbook":
        return counted(fit.history.iterations, "epoch")
    passes = counted(len(fit.history.loss) - 1, pass_name(fit.solver))
    return f"{counted(fit.history.iterations, 'step')}, {passes} over the rows"


def _optimality(fit: FitReport, name: str) -> str:
    gap = fit.certificate.relative_gap
    if gap is None:
        return f"the {name} is zero to rounding"
    claim = f"no linear model on {_columns(fit)} has a smaller {name}"
    if gap <= ROUNDED_GAP:
        return claim
    if gap > _MOSTLY_ROUNDING:
        return f"the {name} is zero but for the rounding of the coefficients to floating-point numbers"
    return f"{claim}, but for the rounding of the coefficients to floating-point numbers ({at_most(gap)} of it at most)"


def _columns(fit: FitReport) -> str:
    """The columns that the proof is about; those left out are named."""
    left_out = [effect.column.label for effect in fit.effects if effect.aliased]
    if not left_out:
        return "these columns"
    named = left_out[:_NAMED]
    more = f" and {count(len(left_out) - len(named))} more" if len(left_out) > len(named) else ""
    return f"the columns kept (all but {', '.join(named)}{more})"


def _uniqueness(fit: FitReport) -> str:
    return {True: " and unique", False: ", but not unique", None: ""}[fit.certificate.unique]


def _consequence(fit: FitReport, name: str) -> str:
    match fit.certificate.unique:
        case True:
            return ""
        case False:
            return f"; other coefficients give the same {name}, so do not read too much into single ones"
        case None:
            return "; whether other coefficients do as well is not settled"


def _nearness(fit: FitReport, name: str) -> str:
    gap = fit.certificate.relative_gap
    if gap is None:
        return f"the {name} is zero to rounding"
    return (
        f"within {at_most(gap)} of the optimum (proved): "
        f"no linear model on {_columns(fit)} lowers the {name} by a larger share"
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
