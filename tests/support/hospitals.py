"""Tables in which text columns tell each other and a level tells the target: every vertex passes through many rows."""

import numpy as np
import pandas as pd


def payments(random, rows: int, groups: int, hospitals: int) -> pd.DataFrame:
    """Payments by group of cases and hospital, of which the name, the place and the code say the same.

    Several hospitals share a city and a longitude; charges are nearly proportional to each other.
    """
    hospital, group = random.integers(0, hospitals, rows), np.sort(random.integers(0, groups, rows))
    latitude, charge = np.round(19 + 3 * random.random(hospitals), 2), np.exp(random.normal(9, 1, rows))
    return pd.DataFrame(
        {
            "group": [f"d{number:03}" for number in group],
            "code": [f"1200{number:02}" for number in hospital],
            "name": [f"n{number}" for number in hospital],
            "city": [f"c{number // 2}" for number in hospital],
            "zip": (96_700 + 7 * np.arange(hospitals) % 97)[hospital],
            "cases": random.integers(11, 200, rows),
            "charge": np.round(charge, 2),
            "total": np.round(charge * random.normal(0.275, 0.001, rows), 2),
            "paid": np.round(charge * random.normal(0.25, 0.002, rows), 2),
            "lat": latitude[hospital],
            "lon": np.round(-157.97 + 0.3 * (np.arange(hospitals) // 3), 2)[hospital],
        }
    )


def told_by_a_level(random, frame: pd.DataFrame, column: str) -> np.ndarray:
    """A target that the levels of a column tell, but for noise; half of the targets are tied."""
    levels = frame[column].astype("category").cat.codes.to_numpy()
    values = np.round(10 * random.random(levels.max() + 1), 2)
    noise = np.round(random.standard_normal(len(levels)), 2)
    return values[levels] + np.where(random.random(len(levels)) < 0.5, 0.0, noise)
