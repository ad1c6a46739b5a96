"""How far coefficients can go where the optimum is not unique, in sentences."""

from collections.abc import Sequence

from mae_cli.inference.values import OptimalRange
from mae_cli.messages import INTERCEPT, quantity
from mae_cli.report.console import Room
from mae_cli.report.names import loss_name, shortened
from mae_cli.report.notes import at_quantiles
from mae_cli.report.numbers import count, counted
from mae_cli.results.training import FitReport

# So many of the coefficients that can vary are named, on a terminal one, and those of so many of several quantiles.
_NAMED = 3
_QUANTILES = 3
# Of a number in a sentence: as few digits as tell the ends apart.
_FEWEST_DIGITS, _ALL_DIGITS = 4, 17
_OTHERS = "Other coefficients give the same loss, so do not read too much into single ones."


def range_note(fit: FitReport, room: Room) -> str | None:
    """Which coefficients can be something else at the same loss; None where the optimum is not known to leave that."""
    return _note(fit, loss_name(fit.loss, fit.quantile), room)


def range_notes(fits: Sequence[FitReport], room: Room) -> list[str]:
    """At which of several quantiles the optimum is not unique, and what that leaves open at the first of these."""
    others = at_quantiles([(fit.quantile, [_OTHERS] if fit.certificate.unique is False else []) for fit in fits])
    noted = [_note(fit, f"pinball loss at quantile {fit.quantile:g}", room) for fit in fits]
    notes = [note for note in noted if note is not None]
    more = len(notes) - _QUANTILES
    rest = [f"How far they can go at {counted(more, 'more quantile')} is told by --json."] if more > 0 else []
    return [*(f"{text[0].upper()}{text[1:]}" for text in others), *notes[:_QUANTILES], *rest]


def _note(fit: FitReport, loss: str, room: Room) -> str | None:
    ranges = _ranges(fit, room)
    free = sorted(
        ((name, each) for name, each in ranges if not each.is_point), key=lambda each: each[1].low - each[1].high
    )
    named = [f"{name} from {_span(each)}" for name, each in free[: _NAMED if room.terms is None else 1]]
    left = len(free) - len(named)
    more = f"; {count(left)} {'other varies' if left == 1 else 'others vary'} too" if left else ""
    sentences = [f"The same {loss} allows {', '.join(named)}{more}."] if named else []
    unproved = sum(not each.is_proved for _, each in ranges)
    if unproved:
        whose = "all coefficients" if unproved == len(ranges) else counted(unproved, "coefficient")
        sentences.append(f"How far {whose} can go at the same {loss} is not settled: there are too many ways to go.")
    return " ".join(sentences) or None


def _ranges(fit: FitReport, room: Room) -> list[tuple[str, OptimalRange]]:
    """Those of the estimated coefficients, with their names; that of the intercept first."""
    own = [] if fit.intercept_range is None else [(INTERCEPT, fit.intercept_range)]
    return own + [
        (shortened(effect.column.label, room.name), effect.optimal_range)
        for effect in fit.effects
        if effect.optimal_range is not None and not effect.aliased
    ]


def _span(optimal: OptimalRange) -> str:
    """`1 to 2`; with `at least` where it may go further."""
    return f"{' to '.join(_apart(optimal))}{'' if optimal.is_proved else ' at least'}"


def _apart(optimal: OptimalRange) -> tuple[str, str]:
    """Both ends in as few digits as tell them apart."""
    for digits in range(_FEWEST_DIGITS, _ALL_DIGITS):
        ends = quantity(optimal.low, digits), quantity(optimal.high, digits)
        if ends[0] != ends[1]:
            return ends
    return repr(optimal.low), repr(optimal.high)
