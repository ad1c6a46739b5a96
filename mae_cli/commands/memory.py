"""Whether there is room for the numerical libraries, asked before they are loaded: they fail in many lines, or none."""

import mmap
import os
import sys

from mae_cli.errors import MaeCliError

# Measured: numpy and pandas with one thread of BLAS, and each further thread's buffers and stack.
_LIBRARIES = 120 << 20
_THREAD = 40 << 20


def require_address_space() -> None:
    """Refuse to start below a limit of address space (`ulimit -v`) that the libraries cannot be loaded in.

    Raises:
        MaeCliError: with the limit, and what is needed.
    """
    if sys.platform == "win32":
        return
    import resource  # noqa: PLC0415  (not on Windows)

    limit, _ = resource.getrlimit(resource.RLIMIT_AS)
    if limit == resource.RLIM_INFINITY:
        return
    needed = _LIBRARIES + _THREAD * _threads()
    try:
        mmap.mmap(-1, needed).close()
    except (OSError, MemoryError):
        raise MaeCliError(
            f"not enough memory: the limit is {limit >> 20} MiB (ulimit -v), and the numerical libraries alone take "
            f"{needed >> 20} MiB; raise the limit, or set OPENBLAS_NUM_THREADS=1"
        ) from None


def _threads() -> int:
    """The threads that BLAS will start: one for each processor that it may use, unless it is told another number."""
    processors = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    told = os.environ.get("OPENBLAS_NUM_THREADS", "")
    return min(processors, int(told)) if told.isdecimal() and int(told) else processors
