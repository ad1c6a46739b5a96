"""What things are called in reports: losses, fits, passes and rows; and how long names are made short."""

from collections.abc import Sequence

from rich.cells import cell_len

from mae_cli.messages import quoted, visible
from mae_cli.report.numbers import count, counted
from mae_cli.results.evaluation import EvaluationRows
from mae_cli.results.training import TrainingRows


def shortened(text: str, limit: int | None) -> str:
    """The text in at most `limit` terminal cells, its middle replaced by `…`; None for no limit."""
    if limit is None or cell_len(text) <= limit:
        return text
    room = limit - 1
    head, tail = _leading(text, room - room // 2), _leading(text[::-1], room // 2)[::-1]
    return f"{head}…{tail}"


def target_name(target: str, unit: str | None, limit: int | None) -> str:
    """The target in a heading, its name in at most `limit` terminal cells: `delay`, `arrival (hours)`."""
    name = shortened(visible(target), limit)
    return name if unit is None else f"{name} ({unit})"


def _leading(text: str, cells: int) -> str:
    taken = 0
    for index, character in enumerate(text):
        taken += cell_len(character)
        if taken > cells:
            return text[:index]
    return text


def is_pinball(loss: str, quantile: float) -> bool:
    """Whether the fit is of a quantile other than the median."""
    return loss == "mae" and quantile != 0.5


def loss_name(loss: str, quantile: float) -> str:
    """The loss in a sentence: `MAE`, `MSE`, `pinball loss at quantile 0.9`."""
    return f"pinball loss at quantile {quantile:g}" if is_pinball(loss, quantile) else loss.upper()


def fit_name(loss: str, quantile: float) -> str:
    """The fit in a heading: `MAE fit`, `MSE fit`, `0.9-quantile fit`."""
    return f"{quantile:g}-quantile fit" if is_pinball(loss, quantile) else f"{loss.upper()} fit"


def quantile_names(quantiles: Sequence[float]) -> str:
    """Several quantiles in a heading: `Quantiles 0.1, 0.5 and 0.9`."""
    names = [f"{each:g}" for each in quantiles]
    return f"Quantiles {', '.join(names[:-1])} and {names[-1]}"


def heading(name: str) -> str:
    """The name of a fit or a baseline above a column: that of a quantile takes two lines."""
    return name.replace("-quantile ", "-quantile\n")


def baseline_name(loss: str, quantile: float) -> str:
    """What the model without features predicts everywhere: `median`, `mean`, `0.9-quantile`."""
    if is_pinball(loss, quantile):
        return f"{quantile:g}-quantile"
    return "median" if loss == "mae" else "mean"


def minimised_loss(loss: str, quantile: float) -> str:
    """The metric that stands for the loss, in the unit of the target."""
    return "pinball loss" if is_pinball(loss, quantile) else "MAE" if loss == "mae" else "RMSE"


def step_name(solver: str) -> str:
    """What the axis of a loss curve counts."""
    return "epoch" if solver == "textbook" else "pass"


def model_place(model: str | None) -> str:
    """Where the model is, at the end of a report."""
    if model is None:
        return "no model written"
    return "model on standard output" if model == "-" else visible(model)


def training_rows(rows: TrainingRows) -> str:
    """Where the rows of the training file went, in one line."""
    parts = [f"{count(rows.used)} fitted"]
    if rows.dropped:
        column = "" if rows.missing_column is None else f" ({quoted(rows.missing_column)})"
        parts.append(f"{count(rows.dropped)} dropped for a missing cell{column}")
    if rows.holdout:
        parts.append(f"{count(rows.holdout)} held out")
    if rows.calibration:
        parts.append(f"{count(rows.calibration)} held out for the prediction interval")
    if rows.unseen:
        parts.append(f"{count(rows.unseen)} of these not scored (a level never seen in training)")
    if rows.zero_weight:
        parts.append(f"{count(rows.zero_weight)} of the fitted without effect (weight 0)")
    return f"{counted(rows.read, 'row')} read: {', '.join(parts)}."


def evaluation_rows(rows: EvaluationRows) -> str:
    """Where the rows of an evaluated file went, in one line."""
    parts = [f"{count(rows.used)} scored"]
    if rows.dropped:
        parts.append(f"{count(rows.dropped)} dropped for a missing cell")
    if rows.unseen:
        parts.append(f"{count(rows.unseen)} skipped for a level never seen in training")
    return f"{counted(rows.read, 'row')} read: {', '.join(parts)}."
