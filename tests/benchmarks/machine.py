"""What the figures were measured on: processor, threads, versions, load."""

from __future__ import annotations

import os
import platform
from importlib.metadata import version
from pathlib import Path

import numpy as np

from benchmarks.peers import r_output, versions

THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")


def set_threads(count: int) -> None:
    """Ask the linear algebra of every process that is started from here for so many threads."""
    os.environ.update(dict.fromkeys(THREAD_VARIABLES, str(count)))


def machine() -> tuple[str, ...]:
    """Return the machine, the versions, the threads and the load, a line for each."""
    return (
        f"{_processor()}, {os.cpu_count()} cores, {platform.system()}",
        f"Python {platform.python_version()}, numpy's BLAS: {_blas()}, pandas {version('pandas')}",
        versions(),
        _r(),
        f"threads: {_threads()}{_load()}",
    )


def _processor() -> str:
    """Return the processor's name where the system tells."""
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text(encoding="utf-8").splitlines() if cpuinfo.exists() else []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def _blas() -> str:
    blas = np.show_config(mode="dicts")["Build Dependencies"]["blas"]
    return f"{blas['name']} {blas['version']}"


def _threads() -> str:
    asked = [f"{name}={os.environ[name]}" for name in THREAD_VARIABLES if name in os.environ]
    return ", ".join(asked) or "each library's own choice"


def _load() -> str:
    """Return the load of the machine before anything was measured: other work makes all figures worse."""
    if not hasattr(os, "getloadavg"):
        return ""
    return f"; load average before the first measurement: {os.getloadavg()[0]:.1f}"


def _r() -> str:
    """Return R's version and the library it multiplies with; its own, unlike OpenBLAS, would be an unfair opponent."""
    try:
        version_and_blas = r_output("cat(R.version.string, La_library(), sep=' with ')")
    except Exception as error:  # noqa: BLE001 (no R, no BLAS)
        return f"no R ({error})"
    fair = "openblas" in version_and_blas.lower()
    return version_and_blas if fair else f"{version_and_blas} (not OpenBLAS: it is slower than it need be)"
