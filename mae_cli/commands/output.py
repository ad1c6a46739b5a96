"""Where mae-train puts the model and mae-predict the rows: checked before any work is done, written when it is."""

import os
import stat
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from mae_cli.commands.options import STDOUT
from mae_cli.commands.process import STDIN, write_json
from mae_cli.errors import Fault, MaeCliError, ModelError, Place, SettingsError

if TYPE_CHECKING:
    from mae_cli.model.files import AnyModel

_COMPRESSORS = {".gz": "gzip", ".bz2": "bzip2", ".xz": "xz", ".zip": "zip", ".zst": "zstd"}
_TEXTS = frozenset({".csv", ".tsv", ".txt"})
_TABLES = frozenset({".csv", ".tsv", ".tab", ".parquet", ".xls", ".xlsx"})
_SLASHES = tuple(filter(None, (os.sep, os.altsep)))


def check_output(output: str, inputs: Mapping[str, Sequence[str]], check_file: Callable[[Path], None]) -> None:
    """Refuse an output that is one of the inputs, which messages call by their keys, or that cannot be written.

    Args:
        output: what -o was given.
        inputs: what is read ("the data", "the model").
        check_file: refuses a file that must not be replaced, or a place that cannot be written.

    Raises:
        ModelError: with what to do instead.
    """
    if output == STDOUT:
        _refuse_appending(inputs)
        return
    if output.endswith(_SLASHES):  # a path would lose it
        remedy = "name a file in it with -o"
        raise ModelError(Fault("output-is-directory", f"{output} is a directory", Place(output), remedy=remedy))
    for what, names in inputs.items():
        if any(_is_input(Path(output).stat, name) for name in names):
            remedy = "name another file with -o"
            raise ModelError(Fault("output-is-input", f"{output} is {what}", Place(output), remedy=remedy))
    check_file(Path(output))


def require_standard_output() -> None:
    """Refuse to work for a standard output that was closed (`>&-`) where the result goes there."""
    if sys.stdout is None:
        what = "standard output is closed, and the result goes there"
        raise SettingsError(Fault("output-closed", what, remedy="name a file with -o or with >"))


def refuse_data(path: Path) -> None:
    """Refuse the name of a table for a model.

    Raises:
        MaeCliError: with the remedy.
    """
    if path.suffix.lower() in _TABLES:
        what, remedy = f"{path} would be a model under the name of a table", f"name it {path.with_suffix('.json')}"
        raise MaeCliError(Fault("misnamed-output", what, Place(str(path)), remedy=remedy))


def refuse_compressed(path: Path, remedy: Callable[[str], str]) -> None:
    """Refuse the name of a compressed file, for what is written is plain text; the remedy may name the compressor.

    Raises:
        MaeCliError: with the remedy.
    """
    program = _COMPRESSORS.get(path.suffix.lower())
    if program is not None:
        what = f"{path} would be plain text under the name of a compressed file"
        raise MaeCliError(Fault("misnamed-output", what, Place(str(path)), remedy=remedy(program)))


def require_place_for_parquet(output: str) -> None:
    """Refuse a terminal, or the name of a text file, where Parquet is written.

    Raises:
        MaeCliError: with the remedy.
    """
    if output == STDOUT and sys.stdout.isatty():
        what = "Parquet comes out as Parquet, which a terminal does not show"
        raise MaeCliError(Fault("parquet-to-terminal", what, remedy="name a file with -o or with >"))
    path = Path(output)
    if path.suffix.lower() in _TEXTS:
        what = f"{path} would be Parquet, as the data are, under the name of a text file"
        remedy = f"name it {path.with_suffix('.parquet')}"
        raise MaeCliError(Fault("misnamed-output", what, Place(output), remedy=remedy))


def write_output(model: "AnyModel", output: str, *, force: bool) -> None:
    """Write the model to its file, or to standard output."""
    from mae_cli.model.files import write_model  # noqa: PLC0415

    if output == STDOUT:
        write_json(model.to_json())
    else:
        write_model(model, Path(output), force=force)


def _refuse_appending(inputs: Mapping[str, Sequence[str]]) -> None:
    """Refuse standard output that a shell appends to a file which is read: it would grow while it is read."""
    for what, names in inputs.items():
        if any(_is_input(partial(os.fstat, 1), name) for name in names):
            raise ModelError(Fault("output-is-input", f"standard output is {what}", remedy="send it to another file"))


def _is_input(output: Callable[[], os.stat_result], name: str) -> bool:
    """Whether they are one file, by whatever names; devices and pipes can be both."""
    with suppress(OSError, ValueError):  # a missing file or an impossible name is reported elsewhere
        read = os.fstat(0) if name == STDIN else Path(name).stat()
        return stat.S_ISREG(read.st_mode) and os.path.samestat(output(), read)
    return False
