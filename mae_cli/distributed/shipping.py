"""This package on the workers of a Dask cluster: those that lack it, or have another version, are sent a zip of it."""

import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mae_cli.distributed import probe
from mae_cli.errors import Fault

if TYPE_CHECKING:
    from distributed import Client

Environment = Mapping[str, str | None]

_PACKAGE = Path(__file__).parent.parent


def ship(client: "Client") -> Fault | None:
    """Bring this package to all workers, now and later ones.

    Returns:
        What is wrong with a worker, None when nothing is.
    """
    here = probe.environment()
    workers = _environments(client)
    fault = _mismatch(here, workers)
    if fault is not None or all(there["mae_cli"] == here["mae_cli"] for there in workers.values()):
        return fault
    with tempfile.TemporaryDirectory(prefix="mae-cli-") as folder:
        client.upload_file(str(_zipped(Path(folder) / f"mae_cli-{here['mae_cli']}.zip")))
    _run(client, probe.forget)
    stale = [address for address, there in _environments(client).items() if there["mae_cli"] != here["mae_cli"]]
    return _other_version(stale[0], "keeps another version of mae-cli", "restart it") if stale else None


def _environments(client: "Client") -> dict[str, Environment]:
    """Of every worker, by its address."""
    found: dict[str, Environment] = _run(client, probe.environment)
    return found


def _run(client: "Client", function: Any) -> Any:
    """A function of the probe on every worker, sent by value: the package may not be there yet."""
    with _by_value():
        return client.run(function)


@contextmanager
def _by_value() -> Iterator[None]:
    import cloudpickle  # noqa: PLC0415

    cloudpickle.register_pickle_by_value(probe)
    try:
        yield
    finally:
        cloudpickle.unregister_pickle_by_value(probe)


def _mismatch(here: Environment, workers: Mapping[str, Environment]) -> Fault | None:
    """Results are the same on every worker only where the versions are."""
    for address, there in workers.items():
        for name in ("python", "numpy", "pandas", "distributed"):
            if there[name] is None:
                what, remedy = f"the Dask worker {address} has no {name}", f"install {name} {here[name]} there"
                return Fault("dask-package-missing", what, remedy=remedy)
            if there[name] != here[name]:
                return _other_version(address, f"has {name} {there[name]}, but {here[name]} is here", "use one version")
    return None


def _other_version(address: str, what: str, remedy: str) -> Fault:
    return Fault("dask-version-mismatch", f"the Dask worker {address} {what}", remedy=remedy)


def _zipped(path: Path) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(_PACKAGE.rglob("*")):
            if file.suffix == ".py" or file.name == "py.typed":
                archive.write(file, Path("mae_cli") / file.relative_to(_PACKAGE))
    return path
