"""The columns of one model or of several that are read together, and from such rows those of one model."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from mae_cli.rows.blocks import Block
from mae_cli.rows.design import Design
from mae_cli.rows.schema import CategoricalColumn, NumericColumn, Schema


def joint_schema(schemas: Iterable[Schema]) -> Schema:
    """All that several schemas read: each column of numbers once, and each column of levels once for every coding.

    A column may be of numbers to one model and of levels to another; it is then read as both.
    """
    features: dict[object, NumericColumn | CategoricalColumn] = {}
    for schema in schemas:
        for feature in schema.features:
            features.setdefault(_identity(feature), feature)
    return Schema(tuple(features.values()))


@dataclass(frozen=True)
class Selection:
    """From rows as read by a joint schema to the design matrix of one of its schemas.

    A level has the code 1 + its place in the schema where it was read, and its place in the design matrix.

    Attributes:
        numeric: where the schema's columns of numbers are among those read; None for all as they are.
        categorical: where its columns of levels are.
        level_counts: for each of these the number of its indicator columns.
    """

    numeric: tuple[int, ...] | None
    categorical: tuple[int, ...]
    level_counts: tuple[int, ...]

    @classmethod
    def of(cls, schema: Schema, joint: Schema) -> "Selection":
        """Every column of the schema is in the joint one."""
        places = {column.name: place for place, column in enumerate(joint.numeric)}
        numeric = tuple(places[column.name] for column in schema.numeric)
        return cls(
            numeric=None if numeric == tuple(range(len(joint.numeric))) else numeric,
            categorical=tuple(joint.categorical.index(column) for column in schema.categorical),
            level_counts=tuple(len(column.levels) - 1 for column in schema.categorical),
        )

    def __call__(self, block: Block) -> Block:
        """The block with the schema's columns; it holds known levels only."""
        read = block.design
        numeric = read.numeric if self.numeric is None else read.numeric[:, list(self.numeric)]
        codes = tuple(read.codes[place] - np.int32(1) for place in self.categorical)
        return replace(block, design=Design(numeric, codes, self.level_counts))


def _identity(feature: NumericColumn | CategoricalColumn) -> object:
    return ("number", feature.name) if isinstance(feature, NumericColumn) else feature
