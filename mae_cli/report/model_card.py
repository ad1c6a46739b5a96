"""Models without data, for people: one as a card, two side by side."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from rich.console import Console, RenderableType

from mae_cli.messages import INTERCEPT, as_given, level_text, visible
from mae_cli.model_card import ModelCard, QuantileCard, Term, coefficient_pairs
from mae_cli.report.console import Room, room_on, show
from mae_cli.report.names import fit_name, shortened
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
    room, cards, first = room_on(console), card.cards, card.cards[0]
    facts = _facts(first, room)
    del facts["certificate"]
    facts["fit"] = f"quantiles {', '.join(f'{each.quantile:g}' for each in cards)}"
    if card.calibration is not None:
        # As in `90%, margin 0.0003070 from 96 rows`.
        margin, rows = quantity(card.calibration.margin), counted(card.calibration.rows, "row")
        facts["prediction interval"] = f"{100 * card.calibration.coverage:g}%, margin {margin} from {rows}"
    fits = [[f"{each.quantile:g}" for each in cards], aligned([_pinball(each) for each in cards])]
    fits.append([_certificate(each) for each in cards])
    blocks: list[RenderableType] = [
        AlignedTable(["", shortened(visible(card.model), room.name)], list(facts.items())),
        AlignedTable(["quantile", "training\npinball loss", "certificate"], list(zip(*fits, strict=True))),
        _terms_of_quantiles(cards, room),
    ]
    show(console, blocks)


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


def _pinball(card: ModelCard) -> float:
    """That of the median is half of the MAE."""
    return 0.5 * card.metrics.mae if card.metrics.pinball is None else card.metrics.pinball


def show_cards(console: Console, first: ModelCard, second: ModelCard) -> None:
    """Print two models side by side, and where they differ."""
    room, cards = room_on(console), (first, second)
    names = [shortened(visible(card.model), room.name) for card in cards]
    facts = [_facts(card, room) for card in cards]
    sides = [(label, *(each[label] for each in facts)) for label in facts[0]]
    scores = [(f"training\n{name}", card.metrics) for name, card in zip(names, cards, strict=True)]
    blocks = [
        AlignedTable(["", *names, ""], [(*row, "" if row[1] == row[2] else _DIFFERS) for row in sides]),
        training_scores(scores, first.loss, first.quantile),
        _pairs(first, second, names, room),
    ]
    show(console, blocks)


def _facts(card: ModelCard, room: Room) -> dict[str, str]:
    return {
        "target": shortened(visible(card.target), room.name),
        "fit": fit_name(card.loss, card.quantile),
        "weight": UNDEFINED if card.weight is None else shortened(visible(card.weight), room.name),
        "features": count(len(card.features)),
        "rows in training": count(card.rows),
        "rows with a missing cell": "dropped" if card.missing == "drop" else "refused",
        "solver": card.solver,
        "seed": str(card.seed),
        "certificate": _certificate(card),
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
