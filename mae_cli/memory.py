"""How much memory this process may use, and what becomes of memory that it has freed."""

import ctypes
import os
import resource
import sys
from contextlib import suppress
from pathlib import Path

# Where a container's limit stands: version 2 of control groups, and version 1.
_CONTAINER_LIMITS = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")

# What `mallopt` of glibc sets, by its numbers there: the size from which on memory is the system's own, how much free
# memory is kept, and how many threads have a heap of their own.
_KEPT = {-3: 16 << 20, -1: 32 << 20, -8: 1}


def memory_bytes() -> int:
    """The memory that this process may use: the machine's, or a limit that the shell or a container sets."""
    machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return min(machine, address_space_limit() or sys.maxsize, _container_limit())


def address_space_limit() -> int | None:
    """The limit of address space (`ulimit -v`) in bytes; None when there is none."""
    limit, _ = resource.getrlimit(resource.RLIMIT_AS)
    return None if limit == resource.RLIM_INFINITY else limit


def keep_freed_memory() -> None:
    """Let the C library keep freed memory for the next chunk of a file, instead of handing it back to the system.

    Parsing takes and frees some MiB for every piece of text. Measured with 1,000,000 rows and 21 columns: 85,000 page
    faults instead of 390,000, a fifth less processor time, 3 % more memory. Nothing happens without glibc.
    """
    with suppress(AttributeError, OSError):
        mallopt = ctypes.CDLL(None).mallopt
        for setting, value in _KEPT.items():
            mallopt(setting, value)


def return_freed_memory() -> None:
    """Hand freed memory back to the system between reading, fitting and intervals, which take memory of other sizes.

    Measured with 1,000,000 rows and 21 columns: a peak of 400 MiB instead of 420, in the same time. Nothing happens
    without glibc.
    """
    with suppress(AttributeError, OSError):
        ctypes.CDLL(None).malloc_trim(0)


def _container_limit() -> int:
    for path in _CONTAINER_LIMITS:
        with suppress(OSError, ValueError):  # absent, or "max"
            return int(Path(path).read_text(encoding="ascii"))
    return sys.maxsize
