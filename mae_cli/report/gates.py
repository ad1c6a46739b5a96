"""What became of the conditions that a pipeline set, a sentence each."""

from mae_cli.report.numbers import count, counted
from mae_cli.results import Gate, Rival

_MEASURES = {
    "max-mae": "the MAE",
    "max-pinball": "the pinball loss",
    "coverage": "the coverage",
    "max-missing": "the share of rows with a missing cell",
}


def gate_line(gate: Gate) -> str:
    """`Failed: the MAE is 12.5, above 12 (--max-mae)`."""
    return f"{'Passed' if gate.passed else 'Failed'}: {finding(gate)} (--{gate.name})"


def finding(gate: Gate) -> str:
    """What was found, and how that is to the limit."""
    if gate.rival is not None:
        return _against(gate.rival)
    if isinstance(gate.limit, tuple):
        return _between(gate, gate.limit)
    if gate.name == "strict":
        return _unpredicted(int(gate.value))
    if gate.name == "min-rows":
        relation = "no fewer than" if gate.passed else "fewer than"
        return f"the number of rows scored is {count(int(gate.value))}, {relation} {count(int(gate.limit))}"
    return _at_most(gate, gate.limit)


def _unpredicted(rows: int) -> str:
    if not rows:
        return "every row has a prediction"
    return f"{counted(rows, 'row')} {'has' if rows == 1 else 'have'} no prediction"


def _at_most(gate: Gate, limit: float) -> str:
    relation = "above" if not gate.passed else "not above" if gate.value <= limit else "by no more than rounding above"
    shown = _shown(gate, limit, is_beyond=gate.value > limit)
    return f"{_MEASURES[gate.name]} is {shown[0]}, {relation} {shown[1]}"


def _between(gate: Gate, limits: tuple[float, float]) -> str:
    low, high = limits
    if gate.passed:
        return f"{_MEASURES[gate.name]} is {gate.value:.6g}, between {low:g} and {high:g}"
    relation, limit = ("below", low) if gate.value < low else ("above", high)
    shown = _shown(gate, limit, is_beyond=True)
    return f"{_MEASURES[gate.name]} is {shown[0]}, {relation} {shown[1]}"


def _shown(gate: Gate, limit: float, *, is_beyond: bool) -> tuple[str, str]:
    """The value and the limit in six digits, or in all of them where only these tell that one is beyond the other."""
    shown = f"{gate.value:.6g}", f"{limit:.6g}"
    if is_beyond and (gate.passed or shown[0] == shown[1]):
        return repr(gate.value), repr(limit).removesuffix(".0")
    return shown


def _against(rival: Rival) -> str:
    loss = f"the {rival.measure_name}"
    if rival.interval is None:
        return f"one row cannot tell whether {loss} is larger than that of {rival.model}"
    low, high = rival.interval
    if low <= 0 <= high:
        return (
            f"{loss} is not larger than that of {rival.model} beyond chance "
            f"(95 % interval of the difference: {low:.6g} to {high:.6g})"
        )
    comparative, nearest, farthest = ("larger", low, high) if low > 0 else ("smaller", -high, -low)
    return (
        f"{loss} is {comparative} than that of {rival.model} by {abs(rival.difference):.6g} "
        f"(95 % interval {nearest:.6g} to {farthest:.6g})"
    )
