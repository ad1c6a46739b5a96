"""Two models without data, for people: what differs comes first, and what is the same takes one sentence."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from rich.console import Console, Group, RenderableType
from rich.text import Text

from mae_cli.messages import INTERCEPT, column_text, level_text, listed, visible
from mae_cli.model_card import ModelCard, QuantileCard, coefficient_pairs, common_quantiles
from mae_cli.report.console import Room, room_on, show
from mae_cli.report.model_card import card_facts, first_rows, more_note, quantile_facts, term_names, training_range
from mae_cli.report.names import shortened
from mae_cli.report.numbers import UNDEFINED, aligned, counted, in_line, quantity, signed
from mae_cli.report.scores import pinball_loss, training_scores
from mae_cli.report.side_by_side import NumberColumn, SideBySide
from mae_cli.report.tables import AlignedTable

Facts: TypeAlias = Mapping[str, str]
Row: TypeAlias = tuple[str, str, str]


# So many columns are named where more differ in the same way.
_FEW = 3


def show_cards(console: Console, first: ModelCard, second: ModelCard) -> None:
    """Print where two models differ, what is the same in both, and their metrics and coefficients side by side."""
    room, cards = room_on(console), (first, second)
    names = _names(cards, room)
    facts = [card_facts(card, room) for card in cards]
    scores = [(f"training\n{name}", card.metrics) for name, card in zip(names, cards, strict=True)]
    blocks = [*_differences(facts, _readings(*cards), names), training_scores(scores, first.loss, first.quantile)]
    show(console, [*blocks, _pairs(first, second, names, room)])


def show_quantile_cards(console: Console, first: QuantileCard, second: QuantileCard) -> None:
    """Print where two models of several quantiles differ, what is the same, and the differences of their numbers."""
    room, cards = room_on(console), (first, second)
    names = _names(cards, room)
    facts, readings = [quantile_facts(card, room) for card in cards], _readings(first.cards[0], second.cards[0])
    blocks = [*_differences(facts, readings, names), _losses(first, second, names)]
    show(console, [*blocks, _changes(common_quantiles(first, second), names, room)])


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
    terms = sorted(_terms(first, second, room), key=lambda term: not term.is_common)
    columns = [in_line([quantity(term.values[side]) for term in terms]) for side in (0, 1)]
    columns = [[term.name for term in terms], *columns, in_line([_change(*term.values) for term in terms])]
    return first_rows(["term", *names, "difference"], list(zip(*columns, strict=True)), room)


@dataclass(frozen=True)
class _Pair:
    """The coefficients of a term in both models; None where one has none."""

    name: str
    values: tuple[float | None, float | None]

    @property
    def is_common(self) -> bool:
        return None not in self.values


def _terms(first: ModelCard, second: ModelCard, room: Room) -> list[_Pair]:
    """Those of at least one of the models, the intercept first."""
    pairs = coefficient_pairs(first, second)
    intercept = _Pair(INTERCEPT, (first.fitted_intercept, second.fitted_intercept))
    named = [_Pair(*each) for each in zip(term_names(pairs, room), pairs.values(), strict=True)]
    return named if intercept.values == (None, None) else [intercept, *named]


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
    of_each = [[term for term in _terms(*pair, room) if term.is_common] for pair in pairs]
    columns = []
    for (card, _), terms in zip(pairs, of_each, strict=True):
        cells = [_change(*term.values) for term in terms[: room.terms]]
        columns.append(NumberColumn(f"{card.quantile:g}", in_line(cells), cells))
    shown = [term.name for term in of_each[0]][: room.terms]
    left = len(of_each[0]) - len(shown)
    table = SideBySide(shown, columns, more_note(left) if left else None)
    return Group(Text(f"Coefficients of {names[0]} less those of {names[1]}, at each quantile:"), table)
