"""Models without data, for people: one as a card, two side by side."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.text import Text

from mae_cli.messages import INTERCEPT, as_given, level_text, visible
from mae_cli.model_card import ModelCard, QuantileCard, Term, coefficient_pairs, common_quantiles
from mae_cli.report.console import Room, room_on, show
from mae_cli.report.names import fit_name, shortened, target_name
from mae_cli.report.numbers import UNDEFINED, aligned, at_most, count, counted, in_line, quantity
from mae_cli.report.scores import training_scores
from mae_cli.report.side_by_side import NumberColumn, SideBySide
from mae_cli.report.tables import AlignedTable
from mae_cli.solvers.solution import ROUNDED_GAP

_DIFFERS = "differs"
_UNIQUE = {True: ", unique", False: ", not unique", None: ""}
_PROGRAMS = {"mae_cli": "mae-cli", "numpy": "NumPy", "pandas": "pandas"}


def show_card(console: Console, card: ModelCard) -> None:
    """Print what a model is: its target, features, loss, rows, metrics, certificate and versions."""
    room = room_on(console)
    name = shortened(visible(card.model), room.name)
    values = in_line(list(map(quantity, [card.intercept, *card.coefficients.values()])))
    ranges = ["", *(_range(card, term) for term in card.coefficients)]
    rows = list(zip(_terms(card.coefficients, room), values, ranges, strict=True))
    blocks = [
        AlignedTable(["", name], list(_facts(card, room).items())),
        training_scores([("training", card.metrics)], card.loss, card.quantile),
        _cut(["term", "coefficient", "range in training"], rows, room),
    ]
    show(console, blocks)


def show_quantile_card(console: Console, card: QuantileCard) -> None:
    """Print what a model of several quantiles is, how well it fits, and the coefficients of each side by side."""
    room, cards = room_on(console), card.cards
    names = [f"{each:g}" for each in card.quantiles]
    fits = [names, aligned([each.metrics.pinball_loss for each in cards]), list(map(_certificate, cards))]
    blocks: list[RenderableType] = [
        AlignedTable(["", shortened(visible(card.model), room.name)], list(_quantile_facts(card, room).items())),
        AlignedTable(["quantile", "training\npinball loss", "certificate"], list(zip(*fits, strict=True))),
        _terms_of_quantiles(cards, room),
    ]
    show(console, blocks)


def show_quantile_cards(console: Console, first: QuantileCard, second: QuantileCard) -> None:
    """Print two models of several quantiles side by side, and where they differ; coefficients quantile by quantile."""
    room = room_on(console)
    names = [shortened(visible(card.model), room.name) for card in (first, second)]
    blocks: list[RenderableType] = [
        _sides([_quantile_facts(card, room) for card in (first, second)], names),
        _losses(first, second, names),
    ]
    for one, other in common_quantiles(first, second):
        blocks.append(Group(Text(f"At quantile {one.quantile:g}:"), _pairs(one, other, names, room)))
    show(console, blocks)


def _losses(first: QuantileCard, second: QuantileCard, names: Sequence[str]) -> AlignedTable:
    """The training losses of both at every quantile that one of them has."""
    losses = [{each.quantile: each.metrics.pinball_loss for each in card.cards} for card in (first, second)]
    quantiles = sorted({*first.quantiles, *second.quantiles})
    columns = [aligned([each.get(quantile) for quantile in quantiles]) for each in losses]
    headings = ["pinball loss\nat quantile", *(f"training\n{name}" for name in names)]
    return AlignedTable(headings, list(zip([f"{each:g}" for each in quantiles], *columns, strict=True)))


def _terms_of_quantiles(cards: Sequence[ModelCard], room: Room) -> SideBySide:
    """The coefficients of each quantile, and the ranges in training; as many terms as there is room for."""
    terms, most = _terms(cards[0].coefficients, room), room.terms
    columns = []
    for card in cards:
        values = list(map(quantity, [card.intercept, *card.coefficients.values()]))[:most]
        columns.append(NumberColumn(f"{card.quantile:g}", in_line(values), values))
    ranges = ["", *(_range(cards[0], term) for term in cards[0].coefficients)][:most]
    columns.append(NumberColumn("range in training", ranges, ranges))
    left = 0 if most is None else len(terms) - most
    return SideBySide(terms[:most], columns, _more(left) if left > 0 else None)


def _more(left: int) -> str:
    return f"… and {count(left)} more (see --json)"


def show_cards(console: Console, first: ModelCard, second: ModelCard) -> None:
    """Print two models side by side, and where they differ."""
    room, cards = room_on(console), (first, second)
    names = [shortened(visible(card.model), room.name) for card in cards]
    scores = [(f"training\n{name}", card.metrics) for name, card in zip(names, cards, strict=True)]
    blocks = [
        _sides([_facts(card, room) for card in cards], names),
        training_scores(scores, first.loss, first.quantile),
        _pairs(first, second, names, room),
    ]
    show(console, blocks)


def _sides(facts: Sequence[Mapping[str, str]], names: Sequence[str]) -> AlignedTable:
    """The facts of two models, and which differ; a model lacks what only the other has."""
    first, second = facts
    rows = [(label, first.get(label, UNDEFINED), second.get(label, UNDEFINED)) for label in {**first, **second}]
    return AlignedTable(["", *names, ""], [(*row, "" if row[1] == row[2] else _DIFFERS) for row in rows])


def _facts(card: ModelCard, room: Room) -> dict[str, str]:
    return {
        **_data(card, room, fit_name(card.loss, card.quantile)),
        "certificate": _certificate(card),
        **_making(card),
    }


def _quantile_facts(card: QuantileCard, room: Room) -> dict[str, str]:
    """What all quantiles have in common; certificates stand beside the losses."""
    first, calibration = card.cards[0], card.calibration
    facts = _data(first, room, f"quantiles {', '.join(f'{each:g}' for each in card.quantiles)}") | _making(first)
    if calibration is not None:
        # As in `90%, margin 0.0003070 from 96 rows`.
        margin, rows = quantity(calibration.margin), counted(calibration.rows, "row")
        facts["prediction interval"] = f"{100 * calibration.coverage:g}%, margin {margin} from {rows}"
    return facts


def _data(card: ModelCard, room: Room, fit: str) -> dict[str, str]:
    """What was fitted to what."""
    return {
        "target": target_name(card.target, card.units.get(card.target), room.name),
        "fit": fit,
        "weight": UNDEFINED if card.weight is None else shortened(visible(card.weight), room.name),
        "features": count(len(card.features)),
        "rows in training": count(card.rows),
        "rows with a missing cell": "dropped" if card.missing == "drop" else "refused",
        "solver": card.solver,
        "seed": str(card.seed),
    }


def _making(card: ModelCard) -> dict[str, str]:
    """How sure training was, and the programs that did it."""
    return {
        "intervals in training": UNDEFINED if card.intervals is None else _intervals(card.intervals),
        **{_PROGRAMS[program]: visible(version) for program, version in card.versions.items()},
    }


def _certificate(card: ModelCard) -> str:
    """`optimal, unique`, with a gap that is more than rounding."""
    proof = card.certificate
    gap = proof.relative_gap or 0.0
    bound = f", gap at most {at_most(gap)}" if gap > ROUNDED_GAP else ""
    return f"{proof.status}{bound}{_UNIQUE[proof.unique]}"


def _intervals(found: Mapping[str, Any]) -> str:
    """`95%, bootstrap of 500 refits, clusters of school`."""
    refits = f" of {counted(found['replicates'], 'refit')}" if found["replicates"] else ""
    clusters = f", clusters of {visible(found['cluster'])}" if found["cluster"] else ""
    return f"{100 * found['level']:g}%, {found['method']}{refits}{clusters}"


def _pairs(first: ModelCard, second: ModelCard, names: Sequence[str], room: Room) -> AlignedTable:
    """The coefficients of both, and the first less the second."""
    pairs = coefficient_pairs(first, second)
    ones, others = zip((first.intercept, second.intercept), *pairs.values(), strict=True)
    changes = [None if one is None or other is None else one - other for one, other in zip(ones, others, strict=True)]
    columns = [in_line(list(map(quantity, ones))), in_line(list(map(quantity, others))), aligned(changes, signed=True)]
    return _cut(["term", *names, "difference"], list(zip(_terms(pairs, room), *columns, strict=True)), room)


def _cut(headings: Sequence[str], rows: Sequence[Sequence[str]], room: Room) -> AlignedTable:
    """As many rows as there is room for."""
    if room.terms is None or len(rows) <= room.terms:
        return AlignedTable(headings, rows)
    return AlignedTable(headings, rows[: room.terms], footer=_more(len(rows) - room.terms))


def _terms(terms: Collection[Term], room: Room) -> list[str]:
    return [INTERCEPT, *(shortened(_term(term), room.name) for term in terms)]


def _term(term: Term) -> str:
    """`carrier = AA (vs UA)`."""
    return term.column.label if term.baseline is None else f"{term.column.label} (vs {level_text(term.baseline)})"


def _range(card: ModelCard, term: Term) -> str:
    if term.baseline is not None:
        return ""
    unit = card.units.get(term.column.feature)
    return " to ".join(as_given(each, unit) for each in card.ranges[term.column.feature])
