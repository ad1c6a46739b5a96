"""What a fit loses without each of its features, as columns of the table of coefficients."""

from collections.abc import Sequence

from mae_cli.inference.values import Importance
from mae_cli.report.names import is_pinball
from mae_cli.report.numbers import UNDEFINED, aligned, quantity
from mae_cli.results.training import Effect, FitReport

_LEAST = 0.001


def importance_columns(fit: FitReport, effects: Sequence[Effect]) -> tuple[list[str], list[list[str]]]:
    """Headings and cells beside these effects, those of a feature beside its first; none when it was not asked for."""
    if fit.importance is None:
        return [], []
    found = {each.feature: each for each in fit.importance}
    places = {effect.column.feature: place for place, effect in reversed(list(enumerate(effects)))}
    shown = sorted(places.values())
    listed = [found[effects[place].column.feature] for place in shown]
    headings, columns = [f"{_measure(fit)}\nwithout it"], [aligned([each.loss for each in listed])]
    if any(each.test is not None for each in listed):
        headings.append("p-value")
        columns.append([_p_value(each) for each in listed])
    cells = [dict(zip(shown, column, strict=True)) for column in columns]
    return headings, [[each.get(place, "") for place in range(len(effects))] for each in cells]


def importance_note(fit: FitReport) -> str | None:
    """What these columns say."""
    if fit.importance is None:
        return None
    note = f"{_measure(fit)} without it: that of the best fit without the column "
    note += f"(with all columns: {quantity(fit.certificate.loss)})"
    tested = [each.test is not None for each in fit.importance]
    if any(tested):
        note += "; p-value: of the rank test that the column does not matter"
    if any(tested) and not all(tested):
        note += f" ({UNDEFINED}: other columns can take its place)"
    return f"{note}."


def _measure(fit: FitReport) -> str:
    return "pinball loss" if is_pinball(fit.loss, fit.quantile) else "MAE"


def _p_value(importance: Importance) -> str:
    if importance.test is None:
        return UNDEFINED
    return f"<{_LEAST}" if importance.test.p_value < _LEAST else f"{importance.test.p_value:.3f}"
