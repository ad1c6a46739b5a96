"""Conditions on an evaluation, for pipelines that should stop when a model is not good enough."""

from mae_cli.paired import CONFIDENCE
from mae_cli.reports import Gate, Rival

# An MAE that is summed in another order differs in its last digits; that breaks no limit.
_ROUNDING = 1e-12


def mae_gate(mae: float, limit: float) -> Gate:
    """Passed when the MAE is not above the limit."""
    passed = mae <= limit * (1 + _ROUNDING)
    digits = 6 if f"{mae:.6g}" != f"{limit:.6g}" or passed else 17
    finding = f"the MAE is {mae:.{digits}g}, {'not ' * passed}above {limit:.{digits}g}"
    return Gate("max-mae", passed, mae, limit, finding)


def rival_gate(rival: Rival) -> Gate:
    """Passed unless the model is worse than the other one beyond chance: the whole interval lies above 0."""
    if rival.interval is None:
        finding = f"one row cannot tell whether the MAE is larger than that of {rival.model}"
        return Gate("against", passed=True, value=rival.difference, limit=0.0, finding=finding)
    low, high = rival.interval
    interval = f"{100 * CONFIDENCE:.0f} % interval {low:.6g} to {high:.6g}"
    passed = low <= 0
    if passed:
        finding = f"the MAE is not larger than that of {rival.model} beyond chance ({interval} of the difference)"
    else:
        finding = f"the MAE is larger than that of {rival.model} by {rival.difference:.6g} ({interval})"
    return Gate("against", passed, low, 0.0, finding)
