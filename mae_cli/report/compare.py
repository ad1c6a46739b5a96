"""The report of `--compare`: the same rows fitted with two losses, side by side."""

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.text import Text

from mae_cli.messages import visible
from mae_cli.report.certificate import certificate_text
from mae_cli.report.coefficients import compared_coefficients
from mae_cli.report.console import Room
from mae_cli.report.course import course
from mae_cli.report.importance import importance_table
from mae_cli.report.names import fit_name, heading, shortened
from mae_cli.report.numbers import aligned, percent
from mae_cli.report.scores import comparison_scores
from mae_cli.report.tables import AlignedTable
from mae_cli.report.verdict import verdict
from mae_cli.results.training import Comparison, ContestedRow, FitReport, TrainReport

# A row with a smaller share of the pull would be listed with 0.0%.
_LEAST_PULL = 0.0005


def comparison_blocks(report: TrainReport, comparison: Comparison, room: Room) -> list[RenderableType]:
    """Both curves, certificates, metrics and coefficients; the contested rows; the verdict."""
    fit, other = report.fit, comparison.other
    blocks: list[RenderableType] = [
        *course((fit, other), room),
        *(certificate_text(each, fit_name(each.loss, each.quantile)) for each in (fit, other)),
        *comparison_scores(fit, other),
        *compared_coefficients(report, other, room),
        *importance_table(fit, room),
    ]
    contested = [row for row in comparison.contested if row.pull >= _LEAST_PULL]
    if contested:
        blocks.append(_contested(report, comparison.other, contested, room))
    return [*blocks, Text(visible(verdict(comparison)), style="bold")]


def _contested(report: TrainReport, other: FitReport, rows: Sequence[ContestedRow], room: Room) -> Group:
    names = [heading(fit_name(each.loss, each.quantile)) for each in (report.fit, other)]
    columns = [
        [visible(row.position) for row in rows],
        aligned([row.target for row in rows]),
        aligned([row.predictions[0] for row in rows]),
        aligned([row.predictions[1] for row in rows]),
        [percent(row.pull) for row in rows],
    ]
    headings = [rows[0].unit, shortened(visible(report.target), room.heading), *names, "share of the pull"]
    table = AlignedTable(headings, list(zip(*columns, strict=True)))
    absolute = next(each for each in (report.fit, other) if each.loss == "mae")
    source = fit_name(absolute.loss, absolute.quantile)
    definition = f"share of the pull: residual from the {source} × gap between the fits, as a share of the total."
    return Group(Text("The rows that pull the two fits apart:"), table, Text(definition))
