"""Synthetic rows as a CSV file: y,x0,x1,… in full precision, made once and kept for later runs."""

from __future__ import annotations

import os
import shutil
import tempfile
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Iterable

    from benchmarks.cases import HeavyTailed

CACHE = Path(tempfile.gettempdir()) / "mae-cli-benchmarks"
_BYTES_PER_CELL = 20


def csv_file(rows: HeavyTailed, folder: Path = CACHE) -> Path:
    """Return the file of these rows, made if it is not there.

    Raises:
        OSError: the disk is too small for it.
    """
    path = folder / f"heavy-tailed-{rows.rows}x{rows.columns}-seed{rows.seed}.csv"
    if path.exists():
        return path
    folder.mkdir(parents=True, exist_ok=True)
    needed = _BYTES_PER_CELL * rows.rows * (rows.columns + 1)
    if shutil.disk_usage(folder).free < needed:
        raise OSError(f"{path} needs {needed / 2**30:.1f} GiB of disk")
    part = path.with_suffix(".part")
    with part.open("wb") as file:
        file.writelines(_texts(rows))
    part.replace(path)
    return path


def _texts(rows: HeavyTailed) -> Iterable[bytes]:
    workers = min(os.cpu_count() or 1, rows.block_count)
    if workers == 1:
        yield from map(partial(_text, rows), range(rows.block_count))
        return
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        yield from pool.map(partial(_text, rows), range(rows.block_count))


def _text(rows: HeavyTailed, number: int) -> bytes:
    """Return one block; pandas writes the shortest digits that read back to the same float."""
    X, y = rows.block(number)
    frame = pd.DataFrame(X, columns=[f"x{place}" for place in range(rows.columns)])
    frame.insert(0, "y", y)
    return frame.to_csv(index=False, header=number == 0, lineterminator="\n").encode()
