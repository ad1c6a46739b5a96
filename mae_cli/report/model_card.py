"""A model without data, for people, as a card."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from rich.console import Console, RenderableType

from mae_cli.messages import INTERCEPT, as_given, level_text, visible
from mae_cli.model_card import ModelCard, QuantileCard, Term
from mae_cli.report.console import Room, room_on, show
from mae_cli.report.names import fit_name, shortened, target_name
from mae_cli.report.numbers import UNDEFINED, aligned, at_most, count, counted, in_line, quantity
from mae_cli.report.scores import pinball_loss, training_scores
from mae_cli.report.side_by_side import NumberColumn, SideBySide
from mae_cli.report.tables import AlignedTable
from mae_cli.solvers.solution import ROUNDED_GAP

_UNIQUE = {True: ", unique", False: ", not unique", None: ""}
_PROGRAMS = {"mae_cli": "mae-cli", "numpy": "NumPy", "pandas": "pandas"}


def show_card(console: Console, card: ModelCard) -> None:
    """Print what a model is: its target, features, loss, rows, metrics, certificate and versions."""
    room = room_on(console)
    name = shortened(visible(card.model), room.name)
    rows = list(zip(_terms(card, room), in_line(_values(card)), _ranges(card), strict=True))
    blocks = [
        AlignedTable(["", name], list(card_facts(card, room).items())),
        training_scores([("training", card.metrics)], card.loss, card.quantile),
        first_rows(["term", "coefficient", "range in training"], rows, room),
    ]
    show(console, blocks)


def show_quantile_card(console: Console, card: QuantileCard) -> None:
    """Print what a model of several quantiles is, how well it fits, and the coefficients of each side by side."""
    room, cards = room_on(console), card.cards
    names = [f"{each:g}" for each in card.quantiles]
    fits = [names, aligned([pinball_loss(each.metrics) for each in cards]), list(map(_certificate, cards))]
    blocks: list[RenderableType] = [
        AlignedTable(["", shortened(visible(card.model), room.name)], list(quantile_facts(card, room).items())),
        AlignedTable(["quantile", "training\npinball loss", "certificate"], list(zip(*fits, strict=True))),
        _terms_of_quantiles(cards, room),
    ]
    show(console, blocks)


def _terms_of_quantiles(cards: Sequence[ModelCard], room: Room) -> SideBySide:
    """The coefficients of each quantile, and the ranges in training; as many terms as there is room for."""
    terms, most = _terms(cards[0], room), room.terms
    columns = []
    for card in cards:
        values = _values(card)[:most]
        columns.append(NumberColumn(f"{card.quantile:g}", in_line(values), values))
    ranges = _ranges(cards[0])[:most]
    columns.append(NumberColumn("range in training", ranges, ranges))
    left = 0 if most is None else len(terms) - most
    return SideBySide(terms[:most], columns, more_note(left) if left > 0 else None)


def _terms(card: ModelCard, room: Room) -> list[str]:
    return [INTERCEPT] * card.has_intercept + term_names(card.coefficients, room)


def _values(card: ModelCard) -> list[str]:
    numbers = [card.intercept] * card.has_intercept + list(card.coefficients.values())
    return list(map(quantity, numbers))


def _ranges(card: ModelCard) -> list[str]:
    return [""] * card.has_intercept + [_range(card, term) for term in card.coefficients]


def more_note(left: int) -> str:
    """What a table says below that leaves rows out."""
    return f"… and {count(left)} more (see --json)"


def card_facts(card: ModelCard, room: Room) -> dict[str, str]:
    """What a model was fitted to, how, and by what."""
    return {
        **_data(card, room, fit_name(card.loss, card.quantile)),
        "certificate": _certificate(card),
        **_making(card),
    }


def quantile_facts(card: QuantileCard, room: Room) -> dict[str, str]:
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
        "intercept": "fitted" if card.has_intercept else "none",
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


def first_rows(headings: Sequence[str], rows: Sequence[Sequence[str]], room: Room) -> AlignedTable:
    """As many rows as there is room for."""
    if room.terms is None or len(rows) <= room.terms:
        return AlignedTable(headings, rows)
    return AlignedTable(headings, rows[: room.terms], footer=more_note(len(rows) - room.terms))


def term_names(terms: Collection[Term], room: Room) -> list[str]:
    """What terms are called, in no more cells than there is room for."""
    return [shortened(_term(term), room.name) for term in terms]


def _term(term: Term) -> str:
    """`carrier = AA (vs UA)`."""
    return term.column.label if term.baseline is None else f"{term.column.label} (vs {level_text(term.baseline)})"


def _range(card: ModelCard, term: Term) -> str:
    return "" if term.baseline is not None else training_range(card, term.column.feature)


def training_range(card: ModelCard, column: str) -> str:
    """`5 to 23`, `2024-01-01 to 2024-10-26`."""
    return " to ".join(as_given(each, card.units.get(column)) for each in card.ranges[column])
