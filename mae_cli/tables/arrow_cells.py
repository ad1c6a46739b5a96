"""Columns as pyarrow has them: what their types are to a fit, and their cells as pandas takes them."""

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from mae_cli.arrays import FloatArray
from mae_cli.tables.csv.header import ColumnType
from mae_cli.tables.moments import PER_SECOND, days, hours
from mae_cli.tables.numeric_block import LARGEST_EXACT

if TYPE_CHECKING:
    import pyarrow as pa


def column_type(arrow: "pa.DataType") -> ColumnType:
    """The type of a column, with what it is to a fit."""
    import pyarrow.types as kinds  # noqa: PLC0415

    values = arrow.value_type if kinds.is_dictionary(arrow) else arrow
    if kinds.is_dictionary(arrow) or kinds.is_boolean(arrow) or _is_text(arrow):
        plain = _is_text(values) or (kinds.is_primitive(values) and not kinds.is_temporal(values))
        kind = "levels" if plain else "other"
    elif kinds.is_integer(arrow) or kinds.is_floating(arrow) or kinds.is_decimal(arrow):
        kind = "number"
    else:
        kind = _kind_of_time(arrow)
    return ColumnType(str(arrow), kind)  # type: ignore[arg-type]


def _kind_of_time(arrow: "pa.DataType") -> str:
    import pyarrow.types as kinds  # noqa: PLC0415

    if kinds.is_timestamp(arrow):
        return "date" if arrow.tz is None else "zoned"
    if kinds.is_date(arrow) or kinds.is_time(arrow):
        return "date" if kinds.is_date(arrow) else "clock"
    return "duration" if kinds.is_temporal(arrow) else "other"


def _is_text(arrow: "pa.DataType") -> bool:
    import pyarrow.types as kinds  # noqa: PLC0415

    return bool(kinds.is_string(arrow) or kinds.is_large_string(arrow) or kinds.is_string_view(arrow))


def numbers(cells: "pa.Array") -> Any:
    """The cells as floats (dates as days, times of day as hours), NaN where missing; text as it is.

    Whole numbers are left as such where a float may not hold them, so that this can be told.
    """
    import pyarrow.types as kinds  # noqa: PLC0415

    if kinds.is_temporal(cells.type):
        return _moments(cells)
    if kinds.is_dictionary(cells.type) or _is_text(cells.type):
        return levels(cells)
    if kinds.is_integer(cells.type) and not cells.null_count:
        return cells.to_numpy(zero_copy_only=False)
    if kinds.is_integer(cells.type) and cells.type.bit_width == 64 and not _are_exact(cells):
        return pd.Series(cells.to_pylist(), dtype=object)
    if kinds.is_decimal(cells.type):
        cells = cells.cast("string")  # in digits: from its parts pyarrow gives a float beside the nearest
    return cells.cast("float64", safe=False).to_numpy(zero_copy_only=False)


def _moments(cells: "pa.Array") -> FloatArray:
    """Days since 1970-01-01, or hours since midnight; NaN where missing."""
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.types as kinds  # noqa: PLC0415

    stored = cells.view(pa.int32() if cells.type.bit_width == 32 else pa.int64())
    ticks = stored.fill_null(0).to_numpy(zero_copy_only=False).astype(np.int64)
    if kinds.is_date32(cells.type):
        values = ticks.astype(np.float64)
    else:
        per_second = PER_SECOND["ms" if kinds.is_date64(cells.type) else cells.type.unit]
        values = hours(ticks, per_second) if kinds.is_time(cells.type) else days(ticks, per_second)
    return np.where(cells.is_null().to_numpy(zero_copy_only=False), np.nan, values)


def _are_exact(cells: "pa.Array") -> bool:
    """Whether floats hold all of these whole numbers."""
    from pyarrow import compute  # noqa: PLC0415

    extremes = compute.min_max(cells).as_py()
    return max(-(extremes["min"] or 0), extremes["max"] or 0) <= LARGEST_EXACT


def levels(cells: "pa.Array") -> Any:
    """The cells as Python writes them: 1 for a whole number, even where others are missing; None where missing."""
    import pyarrow.types as kinds  # noqa: PLC0415

    if kinds.is_dictionary(cells.type):
        cells = cells.dictionary_decode()
    return pd.Series(cells.to_pylist(), dtype=object)


def first_undecodable(cells: "pa.Array") -> int:
    """The place of the first cell whose text is not UTF-8; the number of the cells if there is none."""
    for place, cell in enumerate(cells):
        try:
            cell.as_py()
        except UnicodeDecodeError:
            return place
    return len(cells)
