"""What became of the checks that a pipeline set, a sentence each."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from math import inf

from rich.text import Text

from mae_cli.messages import as_given, decimals_of, quantity, visible
from mae_cli.report.numbers import count, counted
from mae_cli.results.gates import Gate, Rival

_MEASURES = {
    "max-mae": "the MAE",
    "max-pinball": "the pinball loss",
    "coverage": "the coverage",
    "max-missing": "the share of rows with a missing cell",
}
# Told in percent.
_SHARES = {"coverage", "max-missing"}
_FEWEST_DIGITS, _ALL_DIGITS = 4, 17


def gate_line(gate: Gate) -> str:
    """`Failed --max-mae: the MAE is 12.50, above 12`."""
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
    is_rounding = gate.passed and gate.value > limit
    value = _whole(gate, gate.value) if is_rounding else _value(gate, -inf, limit)
    relation = "by no more than rounding above" if is_rounding else "not above" if gate.passed else "above"
    return f"{_MEASURES[gate.name]} is {value}, {relation} {_whole(gate, limit)}"


def _between(gate: Gate, limits: tuple[float, float]) -> str:
    low, high = (_whole(gate, limit) for limit in limits)
    relation = f"between {low} and {high}"
    if not gate.passed:
        relation = f"below {low}" if gate.value < limits[0] else f"above {high}"
    return f"{_MEASURES[gate.name]} is {_value(gate, *limits)}, {relation}"


def _value(gate: Gate, low: float, high: float) -> str:
    """The value in so many digits that it is seen on which side of the limits it is."""
    told = _percentages(gate.value) if gate.name in _SHARES else _quantities(gate.value)
    sides = (False, False) if gate.passed else (gate.value < low, gate.value > high)
    return next((text for text, number in told if (number < low, number > high) == sides), repr(gate.value))


def _quantities(value: float) -> Iterator[tuple[str, float]]:
    """The value in four digits and more, and the number that these are."""
    for digits in range(_FEWEST_DIGITS, _ALL_DIGITS + 1):
        yield quantity(value, digits), float(f"{value:.{digits - 1}e}")


def _percentages(share: float) -> Iterator[tuple[str, float]]:
    """The share in percent with one decimal and more, and the number that it then is."""
    for decimals in range(max(1, decimals_of(100 * share, 2)), _ALL_DIGITS + 1):
        rounded = round(Decimal(repr(share)), decimals + 2)
        yield f"{rounded.scaleb(2):f}%", float(rounded)


def _whole(gate: Gate, number: float) -> str:
    """A limit as it was given, in all of its digits."""
    if gate.name in _SHARES:
        return f"{Decimal(repr(number)).scaleb(2):f}%"
    return as_given(number) if float(f"{number:.6g}") == number else f"{Decimal(repr(number)):,f}".removesuffix(".0")


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
