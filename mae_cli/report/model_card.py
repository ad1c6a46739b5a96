"""A model without data, for people, as a card."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from rich.console import Console, RenderableType

from mae_cli.messages import as_given, visible
from mae_cli.model_card import ModelCard, QuantileCard
from mae_cli.report.blocks import Blocks, Coefficient, in_blocks
from mae_cli.report.console import Room, show_report
from mae_cli.report.names import fit_name, shortened, target_name
from mae_cli.report.numbers import UNDEFINED, aligned, at_most, count, counted, in_line, quantity
from mae_cli.report.scores import pinball_loss, training_scores
from mae_cli.report.side_by_side import NumberColumn, SideBySide
from mae_cli.report.tables import AlignedTable
from mae_cli.solvers.solution import ROUNDED_GAP

"""Where the coefficients are for which there is no room."""

_UNIQUE = {True: ", unique", False: ", not unique", None: ""}
_PROGRAMS = {"mae_cli": "mae-cli", "numpy": "NumPy", "pandas": "pandas"}


def show_card(console: Console, card: ModelCard) -> None:
    """Print what a model is: its target, features, loss, rows, metrics, certificate and versions."""
    show_report(console, partial(_blocks, card))


def _blocks(card: ModelCard, room: Room) -> list[RenderableType]:
    blocks = in_blocks(coefficients_of_models([card]), room)
    columns = [("coefficient", in_line(blocks.quantities(0))), ("range in training", _ranges(card, blocks))]
    return [
        AlignedTable(["", shortened(visible(card.model), room.name)], list(card_facts(card, room).items())),
        training_scores([("training", card.metrics)], card.loss, card.quantile),
        blocks.table(columns),
    ]


def show_quantile_card(console: Console, card: QuantileCard) -> None:
    """Print what a model of several quantiles is, how well it fits, and the coefficients of each side by side."""
    show_report(console, partial(_quantile_blocks, card))


def _quantile_blocks(card: QuantileCard, room: Room) -> list[RenderableType]:
    names = [f"{each:g}" for each in card.quantiles]
    losses = aligned([pinball_loss(each.metrics) for each in card.cards])
    fits = zip(names, losses, map(_certificate, card.cards), strict=True)
    return [
        AlignedTable(["", shortened(visible(card.model), room.name)], list(quantile_facts(card, room).items())),
        AlignedTable(["quantile", "training\npinball loss", "certificate"], list(fits)),
        _side_by_side(card.cards, room),
    ]


def _side_by_side(cards: Sequence[ModelCard], room: Room) -> SideBySide:
    """The coefficients of each quantile, and the ranges in training."""
    blocks = in_blocks(coefficients_of_models(cards), room)
    columns = [NumberColumn.of(f"{card.quantile:g}", blocks.quantities(place)) for place, card in enumerate(cards)]
    ranges = _ranges(cards[0], blocks)
    return SideBySide.of(blocks, [*columns, NumberColumn("range in training", ranges, ranges)])


def coefficients_of_models(cards: Sequence[ModelCard]) -> list[Coefficient]:
    """Those of at least one of the models, the intercept first, then the terms of one model alone."""
    intercept = tuple(card.fitted_intercept for card in cards)
    terms = dict.fromkeys(term for card in cards for term in card.coefficients)
    units = {name: unit for card in cards for name, unit in card.units.items()}
    found = [Coefficient(None, intercept)] if any(value is not None for value in intercept) else []
    for term in sorted(terms, key=lambda term: all(term in card.coefficients for card in cards)):
        values, (name, level) = tuple(card.coefficients.get(term) for card in cards), term.column
        found.append(Coefficient(name, values, level=level, baseline=term.baseline, unit=units.get(name)))
    return found


def _ranges(card: ModelCard, blocks: Blocks) -> list[str]:
    """Between which values the columns of numbers were in training, beside other coefficients nothing."""
    return [
        training_range(card, each.feature) if each.feature is not None and each.is_number else ""
        for each in blocks.shown
    ]


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


def training_range(card: ModelCard, column: str) -> str:
    """`5 to 23`, `2024-01-01 to 2024-10-26`."""
    return " to ".join(as_given(each, card.units.get(column)) for each in card.ranges[column])
