"""What became of the checks that a pipeline set, a sentence each."""

from collections.abc import Sequence
from dataclasses import replace

from rich.text import Text

from mae_cli.messages import as_given, quantity, visible
from mae_cli.report.numbers import count, counted
from mae_cli.results.gates import Gate, Rival

_MEASURES = {
    "max-mae": "the MAE",
    "max-pinball": "the pinball loss",
    "coverage": "the coverage",
    "max-missing": "the share of rows with a missing cell",
}


def gate_line(gate: Gate) -> str:
    """`Failed --max-mae: the MAE is 12.5, above 12`."""
    return f"{'Passed' if gate.passed else 'Failed'} --{gate.name}: {finding(gate)}"


def gate_lines(gates: Sequence[Gate]) -> Text:
    """A line for each gate; what failed stands out."""
    return Text("\n").join(Text(visible(gate_line(gate)), "" if gate.passed else "bold") for gate in gates)


def finding(gate: Gate) -> str:
    """What was found, at which quantile of several, and how that is to the limit."""
    if gate.quantile is not None:
        return f"at quantile {gate.quantile:g}, {finding(replace(gate, quantile=None))}"
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
    shown = as_given(gate.value), as_given(limit)
    if is_beyond and (gate.passed or shown[0] == shown[1]):
        return repr(gate.value), repr(limit).removesuffix(".0")
    return shown


def _against(rival: Rival) -> str:
    """Both losses, and whether their difference is within chance."""
    other = (rival.metrics.pinball if rival.measure == "pinball" else rival.metrics.mae) or 0.0
    losses = f"{rival.measure_name} {quantity(other + rival.difference)} against {quantity(other)}"
    if rival.measure == "pinball" and rival.adjusted_p_value is None:
        losses = f"at quantile {rival.quantile:g}, {losses}"
    if rival.interval is None:
        return f"{losses}; one row cannot tell whether that is chance"
    relation = "within" if rival.is_within_chance else "beyond"
    interval = " to ".join(quantity(end, 3) for end in rival.interval)
    alone, chance = ("", "") if rival.adjusted_p_value is None else (" of this one alone", f"; {_p_value(rival)}")
    difference = f"the difference of {quantity(rival.difference, 3)} is {relation} chance"
    return f"{losses}; {difference} (95% interval{alone} {interval}{chance})"


def _p_value(rival: Rival) -> str:
    relation = "at most" if rival.has_least_p_value else "="
    return f"p {relation} {rival.adjusted_p_value:.2g} adjusted for all quantiles"
