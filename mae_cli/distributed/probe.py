"""What a Dask worker says of its Python; runs there without this package, so it imports nothing of it.

The functions are pickled by value: every import is in them.
"""


def environment() -> dict[str, str | None]:
    """The versions that matter, None for what is absent; of this package, the fingerprint of its code."""
    import hashlib
    import importlib
    import importlib.metadata
    import sys
    from pathlib import Path

    found: dict[str, str | None] = {"python": f"{sys.version_info.major}.{sys.version_info.minor}"}
    for name in ("numpy", "pandas", "distributed"):
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            found[name] = None
    try:
        file = importlib.import_module("mae_cli").__file__ or ""
    except ImportError:
        return found | {"mae_cli": None}
    shipped = [part for part in Path(file).parts if part.startswith("mae_cli-") and part.endswith(".zip")]
    if shipped:
        return found | {"mae_cli": shipped[0].removeprefix("mae_cli-").removesuffix(".zip")}
    folder = Path(file).parent
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*.py"), key=lambda path: path.relative_to(folder).as_posix()):
        digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return found | {"mae_cli": digest.hexdigest()[:16]}


def forget() -> None:
    """Forget what was imported of another version of this package."""
    import sys

    for name in [name for name in sys.modules if name.partition(".")[0] == "mae_cli"]:
        del sys.modules[name]
