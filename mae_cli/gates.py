"""Conditions on an evaluation, for pipelines that should stop when a model is not good enough."""

from mae_cli.paired import CONFIDENCE
from mae_cli.results.evaluation import Gate, Rival

# An MAE that is summed in another order differs in its last digits; being above by such a share breaks no limit.
_ROUNDING = 1e-12


def mae_gate(mae: float, limit: float) -> Gate:
    """Passed when the MAE is not above the limit, or by a share of 1e-12 at most: that is rounding, and is said."""
    passed = mae <= limit * (1 + _ROUNDING)
    relation = "above" if not passed else "not above" if mae <= limit else "by no more than rounding above"
    shown = f"{mae:.6g}", f"{limit:.6g}"
    if mae > limit and (passed or shown[0] == shown[1]):  # only all digits tell them apart
        shown = repr(mae), repr(limit).removesuffix(".0")
    finding = f"the MAE is {shown[0]}, {relation} {shown[1]}"
    return Gate("max-mae", passed, mae, limit, finding)


def rival_gate(rival: Rival) -> Gate:
    """Passed unless the model is worse than the other one beyond chance: the whole interval lies above 0."""
    loss = f"the {rival.measure_name}"
    if rival.interval is None:
        finding = f"one row cannot tell whether {loss} is larger than that of {rival.model}"
        return Gate("against", passed=True, value=rival.difference, limit=0.0, finding=finding)
    low, high = rival.interval
    interval = f"{100 * CONFIDENCE:.0f} % interval"
    if low <= 0 <= high:
        finding = f"{loss} is not larger than that of {rival.model} beyond chance"
        finding += f" ({interval} of the difference: {low:.6g} to {high:.6g})"
    else:
        nearest, farthest = (low, high) if low > 0 else (-high, -low)
        finding = f"{loss} is {'larger' if low > 0 else 'smaller'} than that of {rival.model} by "
        finding += f"{abs(rival.difference):.6g} ({interval} {nearest:.6g} to {farthest:.6g})"
    return Gate("against", low <= 0, low, 0.0, finding)
