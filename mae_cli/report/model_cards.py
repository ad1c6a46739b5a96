"""Two models without data, for people: what differs comes first, and what is the same takes one sentence."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from operator import sub
from typing import Any, TypeAlias

from rich.console import Console, Group, RenderableType
from rich.text import Text

from mae_cli.messages import column_text, level_text, listed, visible
from mae_cli.model_card import ModelCard, QuantileCard, common_quantiles
from mae_cli.report.blocks import Coefficient, in_blocks
from mae_cli.report.console import Room, show_report
from mae_cli.report.model_card import card_facts, coefficients_of_models, quantile_facts, training_range
from mae_cli.report.names import shortened
from mae_cli.report.numbers import UNDEFINED, aligned, counted, in_line, signed
from mae_cli.report.scores import pinball_loss, training_scores
from mae_cli.report.side_by_side import NumberColumn, SideBySide
from mae_cli.report.tables import AlignedTable

Facts: TypeAlias = Mapping[str, str]
Row: TypeAlias = tuple[str, str, str]


# So many columns are named where more differ in the same way.
_FEW = 3


def show_cards(console: Console, first: ModelCard, second: ModelCard) -> None:
    """Print where two models differ, what is the same in both, and their metrics and coefficients side by side."""
    show_report(console, partial(_blocks, first, second))


def _blocks(first: ModelCard, second: ModelCard, room: Room) -> list[RenderableType]:
    cards = (first, second)
    names, facts = _names(cards, room), [card_facts(card, room) for card in cards]
    scores = [(f"training\n{name}", card.metrics) for name, card in zip(names, cards, strict=True)]
    blocks = [*_differences(facts, _readings(*cards), names), training_scores(scores, first.loss, first.quantile)]
    return [*blocks, _pairs(first, second, names, room)]


def show_quantile_cards(console: Console, first: QuantileCard, second: QuantileCard) -> None:
    """Print where two models of several quantiles differ, what is the same, and the differences of their numbers."""
    show_report(console, partial(_quantile_blocks, first, second))


def _quantile_blocks(first: QuantileCard, second: QuantileCard, room: Room) -> list[RenderableType]:
    cards = (first, second)
    names, facts = _names(cards, room), [quantile_facts(card, room) for card in cards]
    readings = _readings(first.cards[0], second.cards[0])
    blocks = [*_differences(facts, readings, names), _losses(first, second, names)]
    return [*blocks, _changes(common_quantiles(first, second), names, room)]


def _names(cards: Sequence[ModelCard | QuantileCard], room: Room) -> list[str]:
    return [shortened(visible(card.model), room.heading) for card in cards]


def _differences(facts: Sequence[Facts], readings: Sequence[Row], names: Sequence[str]) -> list[RenderableType]:
    """A table of the facts that differ, and a sentence of the others; a model lacks what only the other has."""
    first, second = facts
    told = [(label, first.get(label, UNDEFINED), second.get(label, UNDEFINED)) for label in {**first, **second}]
    differing = [*(row for row in told if row[1] != row[2]), *readings]
    same = "; ".join(f"{label} {value}" for label, value, other in told if value == other != UNDEFINED)
    sentence = Text(f"The same in both: {same}.")
    return [AlignedTable(["what differs", *names], differing), sentence] if differing else [sentence]


def _readings(first: ModelCard, second: ModelCard) -> list[Row]:
    """The features that only one of them has, and those that they read in different ways."""
    only = [
        listed([name for name in own.features if name not in other.features], _FEW) or UNDEFINED
        for own, other in ((first, second), (second, first))
    ]
    pairs: list[Row] = [("features of one only", only[0], only[1])] if set(only) != {UNDEFINED} else []
    one, other = _read_as(first), _read_as(second)
    common = [name for name in one if name in other and one[name] != other[name]]
    pairs += [(f"{column_text(name)} is read as", one[name], other[name]) for name in common]
    return [*pairs, *_ranges(first, second)]


def _ranges(first: ModelCard, second: ModelCard) -> list[Row]:
    """The first of the columns of numbers that had other ranges in training, and how many more had."""
    common = [name for name in first.ranges if name in second.ranges and first.ranges[name] != second.ranges[name]]
    rows: list[Row] = [
        (f"range of {column_text(name)}", training_range(first, name), training_range(second, name))
        for name in common[:_FEW]
    ]
    more = len(common) - len(rows)
    return [*rows, (f"… and {counted(more, 'more range')}", "", "")] if more else rows


def _read_as(card: ModelCard) -> dict[str, str]:
    """What each feature is to the model: `numbers`, `numbers (suffix '%')`, `levels (vs UA)`."""
    features = {name: _notation(card.writings.get(name, {})) for name in card.features}
    levels = {term.column.feature: term.baseline for term in card.coefficients if term.baseline is not None}
    return features | {name: f"levels (vs {level_text(baseline)})" for name, baseline in levels.items()}


def _notation(writing: Mapping[str, Any]) -> str:
    fields = {name: listed(value) if name == "missing" else repr(value) for name, value in writing.items() if value}
    return f"numbers ({', '.join(f'{name} {value}' for name, value in fields.items())})" if fields else "numbers"


def _pairs(first: ModelCard, second: ModelCard, names: Sequence[str], room: Room) -> AlignedTable:
    """The coefficients of both, and the first less the second; terms of one model alone come last."""
    blocks = in_blocks(coefficients_of_models([first, second]), room)
    columns = [(name, in_line(blocks.quantities(place))) for place, name in enumerate(names)]
    changes = [_change(*pair) for pair in zip(blocks.values(0), blocks.values(1), strict=True)]
    return blocks.table([*columns, ("difference", in_line(changes))])


def _change(one: float | None, other: float | None) -> str:
    return UNDEFINED if one is None or other is None else signed(one - other)


def _losses(first: QuantileCard, second: QuantileCard, names: Sequence[str]) -> AlignedTable:
    """The training losses of both at every quantile that one of them has."""
    losses = [{each.quantile: pinball_loss(each.metrics) for each in card.cards} for card in (first, second)]
    quantiles = sorted({*first.quantiles, *second.quantiles})
    pairs = [(losses[0].get(quantile), losses[1].get(quantile)) for quantile in quantiles]
    ones, others = zip(*pairs, strict=True)
    changes = in_line([_change(*pair) for pair in pairs])
    columns = [[f"{each:g}" for each in quantiles], aligned(ones), aligned(others), changes]
    headings = ["pinball loss\nat quantile", *(f"training\n{name}" for name in names), "difference"]
    return AlignedTable(headings, list(zip(*columns, strict=True)))


def _changes(pairs: Sequence[tuple[ModelCard, ModelCard]], names: Sequence[str], room: Room) -> RenderableType:
    """The coefficients of the first model less those of the second, a column for each quantile of both."""
    if not pairs:
        return Text("The models have no quantile in common.")
    both = coefficients_of_models([card for pair in pairs for card in pair])
    blocks = in_blocks([_difference(each) for each in both if None not in each.values], room)
    columns = []
    for place, (card, _) in enumerate(pairs):
        columns.append(NumberColumn.of(f"{card.quantile:g}", [_change(value, 0.0) for value in blocks.values(place)]))
    title = f"Coefficients of {names[0]} less those of {names[1]}, at each quantile:"
    return Group(Text(title), SideBySide.of(blocks, columns))


def _difference(both: Coefficient) -> Coefficient:
    """That of the first model less that of the second, of models in pairs."""
    numbers = [value for value in both.values if value is not None]
    return replace(both, values=tuple(map(sub, numbers[::2], numbers[1::2])))
