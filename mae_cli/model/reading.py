"""Models read from files: which version, whether it can be read, and everything in it checked."""

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from mae_cli.errors import Fault, ModelError, Place
from mae_cli.messages import is_url, quoted
from mae_cli.model.model import SCHEMA, VERSION, Model
from mae_cli.model.quantile_model import QuantileModel
from mae_cli.model.strict_json import Fields, no_model

AnyModel = Model | QuantileModel

# Room for millions of levels; an endless file must not fill the memory.
_LARGEST = 256 << 20
_BLOCK = 1 << 20


def load_model(path: str | Path) -> AnyModel:
    """Read a model file.

    Raises:
        ModelError: there is no such file, or it is no valid model.
    """
    try:
        with Path(path).open("rb") as stream:
            return read_model(stream, str(path))
    except FileNotFoundError:
        if is_url(str(path)):
            remedy = "download it first and give the file"
            raise ModelError(Fault("model-is-url", f"{path} is a URL", Place(str(path)), remedy=remedy)) from None
        raise ModelError(Fault("file-not-found", f"{path} does not exist", Place(str(path)))) from None
    except (OSError, ValueError) as error:  # ValueError: a name that no file can have
        raise _unreadable(str(path), error) from None


def read_model(stream: BinaryIO, name: str) -> AnyModel:
    """Read a model from an open file or pipe; `name` is what messages call it.

    Raises:
        ModelError: it is no valid model.
    """
    try:
        content = b"".join(_blocks(stream))
    except OSError as error:
        raise _unreadable(name, error) from error
    if len(content) > _LARGEST:
        raise no_model("model-too-large", name, f"it is larger than {_LARGEST >> 20} MiB")
    return from_json(content, name)


def _unreadable(name: str, error: Exception) -> ModelError:
    reason = error.strerror if isinstance(error, OSError) else error
    return ModelError(Fault("unreadable-file", f"{name} cannot be read ({reason})", Place(name)))


def _blocks(stream: BinaryIO) -> Iterator[bytes]:
    """What is read of a model, up to a little more than it may have.

    Asked for at once, that much memory would be claimed, whatever the file holds; asked again after its end, a terminal
    would wait for another one.
    """
    for _ in range(_LARGEST // _BLOCK + 1):
        block = stream.read(_BLOCK)
        yield block
        if len(block) < _BLOCK:
            return


def from_json(text: str | bytes, name: str) -> AnyModel:
    """Read a model file's text; `name` is what messages call it.

    Raises:
        ModelError: it is no valid model; the message names the field.
    """
    fields = Fields.parse(text, name)
    if "schema" not in fields:
        raise ModelError(Fault("not-a-model", f'{name} is not a mae-cli model: it has no "schema"', Place(name)))
    if fields.text("schema") != SCHEMA:
        raise no_model("not-a-model", name, f"its schema is {quoted(fields.text('schema'))}, not {SCHEMA!r}")
    version = fields.count("version", least=1)
    if version > VERSION:
        raise _newer(name, version)
    fields.require_sound()
    is_of_several = version > 1 and fields.has("models")
    return QuantileModel.of_fields(fields, version) if is_of_several else Model.of_fields(fields, version)


def _newer(name: str, version: int) -> ModelError:
    what = f"{name} was written by a newer mae-cli (model version {version}; this one reads up to {VERSION})"
    return ModelError(Fault("newer-model-version", what, Place(name), remedy="upgrade with pip install -U mae-cli"))
