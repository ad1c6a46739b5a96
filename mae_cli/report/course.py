"""The course of a fit, or of two: their curves under a title in the unit of the target."""

from rich.console import RenderableType

from mae_cli.report.console import Room
from mae_cli.report.curve import LossCurve, LossSeries
from mae_cli.report.names import course_name, fit_name, loss_name
from mae_cli.report.numbers import quantity
from mae_cli.results.training import FitReport
from mae_cli.solvers.solution import Status


def course(fits: tuple[FitReport, ...], room: Room) -> list[RenderableType]:
    """The chart of the fits; nothing where a single pass was all."""
    if all(len(fit.course) <= 2 for fit in fits):
        return []
    title = _title(fits[0]) if len(fits) == 1 else "each loss above its minimum, as a share of the start (log scale)"
    return [LossCurve(title, tuple(map(_series, fits)), course_name(fits[0].solver), room.short)]


def _title(fit: FitReport) -> str:
    """`MAE above its minimum of 10.98, from 25.81 at the start (log scale)`."""
    name = "pinball loss" if fit.quantile != 0.5 else loss_name(fit.loss, fit.quantile)
    is_known = fit.optimum is not None or fit.certificate.status is not Status.LIMIT
    minimum = f"{'minimum' if is_known else 'proved lower bound'} of {quantity(fit.minimum)}"
    return f"{name} above its {minimum}, from {quantity(fit.course[0])} at the start (log scale)"


def _series(fit: FitReport) -> LossSeries:
    return LossSeries(fit_name(fit.loss, fit.quantile), fit.course, fit.minimum)
