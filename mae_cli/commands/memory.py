"""Whether there is room for the numerical libraries, asked before they are loaded: they fail in many lines, or none."""

import mmap
import os
import sys
from importlib.util import find_spec

from mae_cli.errors import MaeCliError

# Measured: numpy and pandas, what pandas loads of pyarrow where that is installed, and each BLAS thread's buffers and
# stack.
_LIBRARIES = 150 << 20
_ARROW = 100 << 20
_THREAD = 40 << 20
# Of the variables that say how many threads BLAS starts the first that does counts.
THREADS_ARE_SAID_BY = ("OPENBLAS_NUM_THREADS", "GOTO_NUM_THREADS", "OMP_NUM_THREADS")


def address_space_limit() -> int | None:
    """The limit of address space (`ulimit -v`) in bytes; None when there is none."""
    if sys.platform == "win32":
        return None
    import resource  # noqa: PLC0415  (not on Windows)

    limit, _ = resource.getrlimit(resource.RLIMIT_AS)
    return None if limit == resource.RLIM_INFINITY else limit


def is_shortage(error: Exception) -> bool:
    """Whether an error is a lack of memory; below a limit libraries and threads fail in ways of their own."""
    if isinstance(error, MemoryError):
        return True
    thread = isinstance(error, RuntimeError) and "can't start new thread" in str(error)
    return (thread or isinstance(error, ImportError)) and address_space_limit() is not None


def shortage() -> str:
    """What to say then."""
    limit = address_space_limit()
    within = "" if limit is None else f" within the limit of {limit >> 20} MiB (ulimit -v)"
    return f"not enough memory for this data{within}; use fewer columns or rows"


def claim_address_space() -> None:
    """Refuse to start below a limit of address space that the libraries cannot be loaded in.

    Above it BLAS takes its buffers at once: it ends the process in many lines when they are not to be had later.

    Raises:
        MaeCliError: with the limit, and what is needed.
    """
    limit = address_space_limit()
    if limit is None:
        return
    needed = _LIBRARIES + _ARROW * (find_spec("pyarrow") is not None) + _THREAD * _threads()
    try:
        mmap.mmap(-1, needed).close()
    except (OSError, MemoryError):
        raise MaeCliError(
            f"not enough memory: the limit is {limit >> 20} MiB (ulimit -v), and the numerical libraries alone take "
            f"{needed >> 20} MiB; raise the limit, or set OPENBLAS_NUM_THREADS=1"
        ) from None
    _take_buffers()


def _threads() -> int:
    """The threads that BLAS will start: one for each processor that it may use, unless it is told another number."""
    processors = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    said = (os.environ.get(name, "") for name in THREADS_ARE_SAID_BY)
    told = next((int(text) for text in said if text.isdecimal() and int(text)), processors)
    return min(processors, told)


def _take_buffers() -> None:
    """Have BLAS multiply matrices that are large enough for all its threads."""
    import numpy as np  # noqa: PLC0415  (help and usage errors must not wait for it)

    square = np.ones((512, 512))
    np.matmul(square, square)
