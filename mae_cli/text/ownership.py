"""Who closes what: a function that opens several things hands all of them to its caller, or none."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager


@contextmanager
def closed_on_failure() -> Iterator[ExitStack]:
    """A stack whose resources outlive the `with` block, unless it fails: then they are closed."""
    with ExitStack() as stack:
        yield stack
        stack.pop_all()
