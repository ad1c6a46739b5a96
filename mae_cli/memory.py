"""How much memory this process may use."""

import os
import resource
import sys
from contextlib import suppress
from pathlib import Path

# Where a container's limit stands: version 2 of control groups, and version 1.
_CONTAINER_LIMITS = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")


def memory_bytes() -> int:
    """The memory that this process may use: the machine's, or a limit that the shell or a container sets."""
    machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return min(machine, address_space_limit() or sys.maxsize, _container_limit())


def address_space_limit() -> int | None:
    """The limit of address space (`ulimit -v`) in bytes; None when there is none."""
    limit, _ = resource.getrlimit(resource.RLIMIT_AS)
    return None if limit == resource.RLIM_INFINITY else limit


def _container_limit() -> int:
    for path in _CONTAINER_LIMITS:
        with suppress(OSError, ValueError):  # absent, or "max"
            return int(Path(path).read_text(encoding="ascii"))
    return sys.maxsize
