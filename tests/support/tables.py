"""CSV texts as the data of a command, and rows as columns that a test can compare."""

import gzip
import io
from contextlib import ExitStack
from dataclasses import replace

import pandas as pd

from mae_cli.rows.blocks import MemoryRows, whole
from mae_cli.tables.chunks import Chunk
from mae_cli.tables.columns import ColumnChoice, resolve
from mae_cli.tables.csv.archives import Archive
from mae_cli.tables.csv.files import Files
from mae_cli.tables.csv.source import Source, Spool
from mae_cli.tables.load import LoadedRows, load_training
from mae_cli.tables.numeric_block import Numbers, Wanted
from mae_cli.tables.read import Data, ReadOptions

_SPOOLS = ExitStack()

PLACES = ("--no-stream", "--stream", "--strict", "--dask")
"""Options that say where rows are kept, or that no column may be left out."""


def source(text: str | bytes, name: str = "data.csv", *, gzipped: bool = False) -> Source:
    content = text if isinstance(text, bytes) else text.encode()
    held = Spool(io.BytesIO(gzip.compress(content, mtime=0) if gzipped else content))
    _SPOOLS.callback(held.close)
    return Source(name, held, Archive("gzip") if gzipped else None)


def close_sources() -> None:
    """Close what `source` has made so far."""
    _SPOOLS.close()


def held(text: str | bytes) -> Files:
    """A file named data.csv, held in memory."""
    return Files((source(text),))


def several(*texts: str | bytes) -> Files:
    """Files named 1.csv, 2.csv and so on."""
    return Files(tuple(source(text, f"{number}.csv") for number, text in enumerate(texts, 1)))


def load(text: "str | Data", target="y", place=MemoryRows, missing="drop", max_levels=200, **choice) -> LoadedRows:
    """The complete rows of a text or of files, in a place, with all columns as if the user had named them.

    Columns of one number serve, as in a fit without an intercept.
    """
    files = held(text) if isinstance(text, str) else text
    used = resolve(ColumnChoice(target, **choice), files.header, files.name)
    used = replace(used, named=frozenset(used.features), intercept=False)
    return load_training(files, used, ReadOptions(place.collect, missing, max_levels))


def load_freely(text: "str | Data", target="y", missing="drop", max_levels=300, **choice) -> LoadedRows:
    """The complete rows of a text or of files, without the columns that cannot serve."""
    files = held(text) if isinstance(text, str) else text
    used = resolve(ColumnChoice(target, **choice), files.header, files.name)
    return load_training(files, used, ReadOptions(MemoryRows.collect, missing, max_levels))


def chunk_of(cells: dict[str, list], wanted: Wanted | None = None, first: int = 0) -> Chunk:
    """Records with these cells as a parser gives them, all wanted as numbers where nothing else is said."""
    frame = pd.DataFrame(cells)
    return Chunk(frame, Numbers.of(frame, wanted or Wanted(tuple(cells))), first)


def columns(loaded: LoadedRows) -> dict[str, list[float] | list[str]]:
    """Every feature with its cells: numbers, or the text of levels."""
    design = whole(loaded.rows).design
    numbers, codes = iter(design.numeric.T.tolist()), iter(design.codes)
    return {
        name: next(numbers) if levels is None else [levels[code - 1] for code in next(codes)]
        for name, levels in loaded.layout.features
    }


def is_categorical(loaded: LoadedRows, name: str) -> bool:
    return dict(loaded.layout.features)[name] is not None
