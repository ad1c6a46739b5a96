"""One thread for the linear algebra of passes over blocks, but for its largest products.

A BLAS hands every product of more than some ten thousand numbers to its threads. A pass over blocks of rows is bound by
memory, and the factorisations between passes are small: neither gains anything. On a machine that is busy with other
work they wait for the slowest thread at every block, and were seen to take six to sixteen times as long. Only products
of wide matrices are worth more threads than one.
"""

import ctypes
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from threading import Lock

import numpy as np

# As OpenBLAS is called in NumPy's own packages, and where it belongs to the system.
_PREFIXES, _SUFFIXES = ("scipy_openblas", "openblas"), ("64_", "")
# Products of so many multiplications take some 30 milliseconds on one thread.
_LARGE = 500_000_000


class _Users:
    """How many want one thread at the moment, and how many threads there were before the first of them came."""

    lock = Lock()
    count = 0
    threads = 1


@contextmanager
def one_thread() -> Iterator[None]:
    """Let the BLAS that NumPy uses work on one thread, where it is an OpenBLAS; others are left as they are."""
    control = thread_control()
    if control is None:
        yield
        return
    get, set_to = control
    with _Users.lock:
        if not _Users.count:
            _Users.threads = get()
            set_to(1)
        _Users.count += 1
    try:
        yield
    finally:
        with _Users.lock:
            _Users.count -= 1
            if not _Users.count:
                set_to(_Users.threads)


@contextmanager
def threads_for(multiplications: int) -> Iterator[None]:
    """Inside of `one_thread`, give back the threads that there were for a product that is large enough for them."""
    control = thread_control()
    if control is None or multiplications < _LARGE or not _Users.count or _Users.threads == 1:
        yield
        return
    _, set_to = control
    set_to(_Users.threads)
    try:
        yield
    finally:
        set_to(1)


@cache
def thread_control() -> tuple[Callable[[], int], Callable[[int], None]] | None:
    """The functions that tell and set the number of threads."""
    try:
        # Symbols of the libraries that it needs are found, too.
        library = ctypes.CDLL(np.linalg._umath_linalg.__file__)  # noqa: SLF001  (it has no public name)
    except (AttributeError, OSError):
        return None
    for prefix in _PREFIXES:
        for suffix in _SUFFIXES:
            names = [f"{prefix}_{verb}_num_threads{suffix}" for verb in ("get", "set")]
            if all(hasattr(library, name) for name in names):
                get, set_to = (getattr(library, name) for name in names)
                return get, set_to
    return None
