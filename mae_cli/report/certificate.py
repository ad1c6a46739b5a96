"""The certificate of a fit in one plain sentence."""

from collections.abc import Sequence
from itertools import pairwise

from rich.text import Text

from mae_cli.report.names import is_pinball, loss_name
from mae_cli.report.numbers import about, at_most, count, counted, quantity
from mae_cli.results.training import FitReport
from mae_cli.solvers.solution import ROUNDED_GAP, Status

# How many of the columns left out the sentence names.
_NAMED = 3
_ADVICE = "so do not read too much into single ones"
_UNSETTLED = "; whether other coefficients do as well is not settled"
# Where rounding is more than this share of a loss, the loss counts as rounding.
_MOSTLY_ROUNDING = 0.999
# A descent oscillates when its loss rises in more than this share of the later epochs.
_OSCILLATING = 0.25
# A loss that is above the optimum by more than so many times that is told as a multiple of it.
_MANIFOLD = 10


def certificate_sentence(fit: FitReport) -> str:
    """What is proved about the fit, and what to try when it is not enough."""
    name = loss_name(fit.loss, fit.quantile)
    match fit.certificate.status:
        case Status.OPTIMAL:
            return f"proved optimal{_uniqueness(fit)}: {_optimality(fit, name)}."
        case Status.TOLERANCE:
            return f"{_nearness(fit, name)}."
        case Status.LIMIT if fit.reaches_optimum:
            return f"at the optimum, which the exact solver proves: {_reached(fit)}{_own_proof(fit)}."
        case Status.LIMIT if fit.optimum is not None:
            return f"{_distance(fit, fit.optimum)} {diagnosis(fit.course, fit.schedule)}"
        case Status.LIMIT:
            return f"not proved optimal: {_shortfall(fit, name)}. A larger --tolerance accepts such a fit."


def certificate_text(fit: FitReport, label: str | None = None) -> Text:
    """The sentence with its verdict set off, and the work it took; `label` tells two fits apart."""
    claim, colon, reason = certificate_sentence(fit).partition(":")
    style = "bold" if fit.certificate.status is Status.LIMIT else "bold green"
    text = Text("" if label is None else f"{label}, ").append(claim, style).append(colon + reason)
    return text if fit.optimum is not None else text.append(f" {_work(fit)}.")


def _work(fit: FitReport) -> str:
    """The epochs of the textbook's solver; else the steps, and the passes that the curve is drawn against."""
    if fit.solver == "textbook":
        return counted(fit.history.iterations, "epoch")
    passes = counted(fit.history.passes, "pass")
    return f"{counted(fit.history.iterations, 'step')}, {passes} over the rows"


def _optimality(fit: FitReport, name: str) -> str:
    """What the proof says; of a fit that is not the only one, that others are as good."""
    gap, other = fit.certificate.relative_gap, f"other coefficients give the same {name}"
    claim = f"no linear model on {_columns(fit)} has a smaller {name}"
    rounding = "the rounding of the coefficients to floating-point numbers"
    if gap is None:
        claim = f"the {name} is zero to rounding"
    elif gap > _MOSTLY_ROUNDING:
        claim = f"the {name} is zero but for {rounding}"
    elif gap > ROUNDED_GAP:
        claim = f"{claim}, but for {rounding} ({at_most(gap)} of it at most)"
    elif fit.certificate.unique is False:
        return f"{other}, {_ADVICE}"
    return claim + {True: "", False: f"; {other}, {_ADVICE}", None: _UNSETTLED}[fit.certificate.unique]


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


def _distance(fit: FitReport, optimum: float) -> str:
    """How far the textbook's descent ended from the optimum."""
    return f"not optimal: {_reached(fit)}, {_excess(fit.certificate.loss, optimum)}{_own_proof(fit)}."


def _excess(loss: float, optimum: float) -> str:
    """How far a loss is above the optimum, in percent of that or as a multiple."""
    if optimum == 0:
        return "above the optimum, which is zero to rounding"
    excess = loss / optimum - 1
    size = f"{about(excess)} above" if excess < _MANIFOLD else f"{quantity(loss / optimum, 2)} times"
    return f"{size} the optimum {quantity(optimum)}"


def _reached(fit: FitReport) -> str:
    """`MAE 11.90 after 100 epochs (best: epoch 97)`."""
    name = "pinball loss" if is_pinball(fit.loss, fit.quantile) else fit.loss.upper()
    best = min(range(len(fit.course)), key=fit.course.__getitem__)
    kept = f"epoch {count(best)}" if best else "the start"
    epochs = counted(fit.history.iterations, "epoch")
    return f"{name} {quantity(fit.certificate.loss)} after {epochs} (best: {kept})"


def _own_proof(fit: FitReport) -> str:
    gap = fit.certificate.relative_gap
    return "" if gap is None else f"; by itself the method proves only {at_most(gap)}"


def diagnosis(losses: Sequence[float], schedule: str | None) -> str:
    """What the course of a descent says about its settings, and what else to try."""
    best = min(range(len(losses)), key=losses.__getitem__)
    if best == 0:
        what = "It diverged, and" if losses[-1] == max(losses) else "It"
        return f"{what} never came below the start: try a smaller --learning-rate."
    last = losses[len(losses) // 2 :]
    rises = sum(later > earlier for earlier, later in pairwise(last))
    if rises > _OSCILLATING * len(last):
        decaying = "a decaying schedule, --schedule sqrt or --schedule geometric"
        return f"It oscillates: try {decaying if schedule == 'constant' else 'a smaller --learning-rate'}."
    if best >= len(losses) - 1 - len(losses) // 20:
        return "It is still falling: try more --epochs."
    return "Try more --epochs, another --learning-rate, or --solver auto."
