"""Arrays of the library's callers as floats, or a refusal that says what is no number and where it stands.

Numbers of any real type are taken, also from arrays of objects. Nothing is guessed: text that looks like a number is
text, and a mask is never dropped.
"""

import warnings
from decimal import Decimal
from numbers import Real
from typing import Any, NoReturn

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mae_cli.arrays import FloatArray
from mae_cli.errors import DataError, Fault, Place
from mae_cli.messages import quoted

_REAL_KINDS = frozenset("biuf")
_MIXED_KINDS = frozenset("OSU")

_LEVELS = "give a DataFrame, in which text stands for levels"
_NUMBERS = "convert it with pd.to_numeric, and leave out rows without a number"


def real_matrix(name: str, values: ArrayLike) -> FloatArray:
    """The values as (n, p) floats, which may be NaN or infinite.

    Raises:
        DataError: they have other dimensions, are masked, or are no numbers.
    """
    return _real(name, values, 2, "two dimensions (rows, columns)")


def finite_matrix(name: str, values: ArrayLike) -> FloatArray:
    """The values as (n, p) finite floats.

    Raises:
        DataError: as `real_matrix`, or a value is NaN or infinite.
    """
    matrix = real_matrix(name, values)
    if not np.isfinite(matrix.sum()) and not np.isfinite(matrix).all():
        refuse_not_finite(name, matrix)
    return matrix


def finite_vector(name: str, values: ArrayLike) -> FloatArray:
    """The values as (n,) finite floats.

    Raises:
        DataError: they have other dimensions, are masked, are no numbers, or are NaN or infinite.
    """
    vector = _real(name, values, 1, "one dimension")
    if not np.isfinite(vector).all():
        refuse_not_finite(name, vector)
    return vector


def refuse_not_finite(name: str, array: FloatArray) -> NoReturn:
    """Refuse an array for its first value that is NaN or infinite."""
    place = tuple(np.argwhere(~np.isfinite(array))[0])
    cell = str(array[place])
    raise DataError(Fault("not-finite", f"{_told(name, place)} is {cell}", _place(name, place), cell))


def _real(name: str, values: ArrayLike, dimensions: int, required: str) -> FloatArray:
    array = _without_mask(name, values)
    if array.ndim != dimensions:
        raise DataError(Fault("wrong-dimensions", f"{name} must have {required}, not {array.ndim}"))
    if array.dtype.kind in _MIXED_KINDS:
        _require_numbers(name, np.asarray(values, dtype=object))
    elif array.dtype.kind not in _REAL_KINDS:
        what = f"{name} must hold real numbers, but its dtype is {array.dtype}"
        raise DataError(Fault("not-numeric", what, remedy="convert it first"))
    return array.astype(np.float64, copy=False)


def _without_mask(name: str, values: ArrayLike) -> NDArray[Any]:
    """The values as an array, of floats if they are an array of numbers already."""
    if isinstance(values, (list, tuple)) and any(isinstance(each, np.ma.MaskedArray) for each in values):
        with warnings.catch_warnings(action="ignore"):  # numpy's, that it takes what is masked for NaN
            values = np.ma.array(values)
    if isinstance(values, np.ma.MaskedArray) and np.ma.is_masked(values):
        place = tuple(np.argwhere(np.ma.getmaskarray(values))[0])
        what = f"{_told(name, place)} is masked"
        raise DataError(Fault("masked-value", what, _place(name, place), remedy="leave masked rows out"))
    # Only this way the missing values of a pandas column of numbers are NaN.
    floats = getattr(getattr(values, "dtype", None), "kind", None) in _REAL_KINDS
    try:
        with np.errstate(over="ignore"):  # what a float cannot hold is infinite, and refused as such
            return np.asarray(values, dtype=np.float64 if floats else None)
    except ValueError:
        what = f"{name} is not an array of numbers: its parts differ in length"
        raise DataError(Fault("ragged-array", what)) from None


def _require_numbers(name: str, array: NDArray[np.object_]) -> None:
    for place, value in np.ndenumerate(array):
        if not _is_number(value):
            is_text = isinstance(value, str)
            kind = "text, not a number" if is_text else "not a number"
            what = f"{_told(name, place)} is {quoted(str(value))}, which is {kind}"
            remedy = None if not is_text else _LEVELS if array.ndim == 2 else _NUMBERS
            raise DataError(Fault("not-a-number", what, _place(name, place), str(value), remedy))


def _is_number(value: object) -> bool:
    """Whether a float can be made of the value; None is a missing one."""
    if not isinstance(value, (Real, Decimal, np.bool_)):
        return value is None
    try:
        float(value)
    except OverflowError:
        return False
    return True


def _place(name: str, place: tuple[int, ...]) -> Place:
    """A cell of a matrix, whose columns are named by their numbers, or of the vector of this name."""
    row, *column = place
    return Place(row=int(row), column=f"x{column[0]}" if column else name)


def _told(name: str, place: tuple[int, ...]) -> str:
    """`y`, `column x2 of X`: a cell in words, behind its row."""
    return name if len(place) == 1 else f"column {_place(name, place).column} of {name}"
