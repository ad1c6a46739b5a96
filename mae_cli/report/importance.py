"""What a fit loses without each of its features."""

from rich.console import RenderableType
from rich.text import Text

from mae_cli.inference.values import Importance, RankTest, Unavailable
from mae_cli.messages import column_text, quantity
from mae_cli.report.console import Room
from mae_cli.report.intervals import ABSENT
from mae_cli.report.names import minimised_loss, shortened
from mae_cli.report.numbers import UNDEFINED, aligned, counted, in_line
from mae_cli.report.tables import AlignedTable
from mae_cli.results.training import FitReport

_LEAST = 0.001
# Why columns have no test.
_UNTESTED = {
    **ABSENT,
    Unavailable.CLUSTERED: "rank tests do not allow for clusters",
    Unavailable.REPLACEABLE: "other columns can take its place",
}


def importance_table(fit: FitReport, room: Room) -> list[RenderableType]:
    """The features by what the fit loses without them, with the rank tests; nothing when it was not asked for."""
    if fit.importance is None:
        return []
    ordered = sorted(fit.importance, key=lambda each: -each.loss)
    shown = ordered[: room.terms]
    loss, full = minimised_loss(fit.loss, fit.quantile), fit.certificate.loss
    headings = ["column", f"{loss}\nwithout it", "increase"]
    columns = [
        [shortened(column_text(each.feature), room.name) for each in shown],
        aligned([each.loss for each in shown]),
        in_line([_increase(each.loss - full) for each in shown]),
    ]
    if any(isinstance(each.test, RankTest) for each in shown):
        headings.append("p-value")
        columns.append([_p_value(each) for each in shown])
    left = len(ordered) - len(shown)
    footer = f"… and {counted(left, 'column')} with a smaller increase (all in --json)" if left else None
    table = AlignedTable(headings, list(zip(*columns, strict=True)), footer=footer)
    return [table, Text(_note(fit, loss))]


def _note(fit: FitReport, loss: str) -> str:
    """What the columns say, and why columns have no test."""
    note = f"{loss} without it: that of the best fit without the column"
    tests = [each.test for each in fit.importance or ()]
    reasons = "; ".join(dict.fromkeys(_UNTESTED[each] for each in tests if each in _UNTESTED))
    if any(isinstance(each, RankTest) for each in tests):
        note += "; p-value: of the rank test that the column does not matter"
        return f"{note} ({UNDEFINED}: {reasons})." if reasons else f"{note}."
    return f"{note}. No p-values: {reasons}." if reasons else f"{note}."


def _increase(difference: float) -> str:
    """`+1.87`; less than nothing is rounding."""
    return f"+{quantity(max(difference, 0.0), 3)}"


def _p_value(importance: Importance) -> str:
    if isinstance(importance.test, Unavailable):
        return UNDEFINED
    return f"<{_LEAST}" if importance.test.p_value < _LEAST else f"{importance.test.p_value:.3f}"
