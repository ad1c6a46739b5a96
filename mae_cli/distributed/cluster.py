"""The Dask workers that read the data and keep the rows: a cluster of this machine, or one that runs elsewhere.

Dask is imported here alone, and only when it is asked for. A task that runs on a worker which dies is run again, with
all tasks whose results died with it, so every function given to a cluster is deterministic.
"""

import asyncio
import importlib.util
import logging
import pickle
import signal
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache
from multiprocessing import resource_tracker
from typing import TYPE_CHECKING, Any

import numpy as np

from mae_cli.distributed.shipping import ship
from mae_cli.errors import Fault, MaeCliError

if TYPE_CHECKING:
    from distributed import Client, Future

LOCAL = "local"
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
# A scheduler that is there answers within a moment; workers that restart are back after a few seconds.
_CONNECT_SECONDS = 10
_PATIENCE_SECONDS = 20.0
_LOOKS = 10
_START = "start some and try again"
# Larger arguments are a task of their own, which every worker asks for once.
_LARGE_ARGUMENT = 1 << 15


class DaskError(MaeCliError):
    """Dask is not installed, cannot be reached, or lost its workers."""


@dataclass(frozen=True, eq=False)
class Cluster:
    """Workers that tasks can be given to.

    Attributes:
        client: the connection.
        name: what messages call it.
        patience: seconds after which workers that are all gone do not come back.
    """

    client: "Client"
    name: str
    patience: float = _PATIENCE_SECONDS

    def map(self, function: Callable[..., Any], *iterables: Sequence[object], shared: object = None) -> "list[Future]":
        """A task `function(shared, …)` for the elements of each place of the iterables.

        An element that is a future is the result it stands for. What is shared by all tasks is pickled once.

        Raises:
            DaskError: the scheduler is gone.
        """
        content = pickle.dumps(shared, protocol=pickle.HIGHEST_PROTOCOL)
        large = len(content) > _LARGE_ARGUMENT
        with self._explained():
            argument = self.client.submit(_Pickled, content, pure=False) if large else _Pickled(content)
            tasks: list[Future] = self.client.map(_call, *iterables, function=function, shared=argument, pure=False)
        return tasks

    def results(self, futures: "Iterable[Future]") -> Iterator[Any]:
        """The result of each task, in order.

        Raises:
            DaskError: the workers or the scheduler are gone, or die of a task.
        """
        futures = list(futures)
        with self._explained():
            for future in futures:
                self._wait(future)
                yield future.result()

    def all_results(self, futures: "Sequence[Future]") -> list[Any]:
        """The results of all tasks at once, in order; raises as `results`."""
        with self._explained():
            for future in futures:
                self._wait(future)
            return list(self.client.gather(list(futures)))

    def _wait(self, future: "Future") -> None:
        """Wait for the end of a task as long as there are workers."""
        absent = 0
        while not future.done():
            try:
                self.client.sync(_finished, future, self.patience / _LOOKS)
            except TimeoutError:
                absent = 0 if self.client.nthreads() else absent + 1
                if absent == _LOOKS:
                    raise _error("dask-workers-gone", self.name, "all Dask workers are gone", _START) from None

    @contextmanager
    def _explained(self) -> Iterator[None]:
        from distributed import CancelledError, KilledWorker  # noqa: PLC0415

        try:
            yield
        except KilledWorker:
            what = "Dask workers died again and again of the same task"
            raise _error("dask-workers-died", self.name, what, "give them more memory, if they ran out of it") from None
        except DaskError:
            raise
        except Exception as error:
            # Whatever a client without a scheduler raises; a task's own exceptions come while there is one.
            if self.client.status == "running" and not isinstance(error, CancelledError):
                raise
            what = "the connection to the Dask scheduler is lost"
            raise _error("dask-scheduler-lost", self.name, what) from None


def _error(code: str, name: str, what: str, remedy: str | None = None) -> DaskError:
    return DaskError(Fault(code, f"{name}: {what}", remedy=remedy))


async def _finished(future: "Future", seconds: float) -> None:
    await asyncio.wait_for(future._state.wait(), seconds)  # noqa: SLF001  (its own `wait` blocks without an end)


@dataclass(frozen=True)
class _Pickled:
    """An argument; unlike bytes alone it can be the result of a task."""

    content: bytes


def _call(*arguments: object, function: Callable[..., Any], shared: _Pickled) -> Any:
    """Run on a worker: what is wrong with numbers is told by the results, as in the command's own process."""
    with np.errstate(all="ignore"):
        return function(_unpickled(shared.content), *arguments)


@lru_cache(maxsize=2)
def _unpickled(content: bytes) -> Any:
    return pickle.loads(content)  # noqa: S301  (from the command that owns this worker's tasks)


@contextmanager
def connected(address: str) -> Iterator[Cluster]:
    """The cluster at an address, or a new one of this machine's cores for "local", closed at the end.

    Raises:
        DaskError: Dask is not installed, nobody answers at the address, or the workers have other versions.
    """
    if importlib.util.find_spec("distributed") is None:
        raise DaskError(Fault("dask-missing", "--dask needs an extra", remedy="run pip install 'mae-cli[dask]'"))
    with ExitStack() as stack:
        stack.enter_context(_quiet())
        cluster = stack.enter_context(_local() if address == LOCAL else _remote(address))
        yield cluster


@contextmanager
def _quiet() -> Iterator[None]:
    """Dask's own log lines are not for users: what they need to know is an error here."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(before)


@contextmanager
def _local() -> Iterator[Cluster]:
    import dask  # noqa: PLC0415
    from distributed import Client, LocalCluster  # noqa: PLC0415

    name = f"--dask {LOCAL}"
    with ExitStack() as stack:
        directory = stack.enter_context(tempfile.TemporaryDirectory(prefix="mae-cli-", ignore_cleanup_errors=True))
        stack.enter_context(dask.config.set({"temporary-directory": directory}))
        with _signals_later():
            try:
                workers = LocalCluster(
                    processes=True, threads_per_worker=1, dashboard_address=None, silence_logs=logging.CRITICAL + 1
                )
            except (RuntimeError, OSError) as error:
                reason = str(error.__cause__ or error).partition("\n")[0]
                raise _error("dask-workers-not-started", name, f"the workers do not start ({reason})") from None
            stack.enter_context(workers)
            client = stack.enter_context(Client(workers, set_as_default=False))
        yield Cluster(client, name)


@contextmanager
def _signals_later() -> Iterator[None]:
    """Have signals wait for the end of the block: workers of which only some have begun could not be closed.

    A terminal signals all processes of a command, and each worker would end in its own way with a traceback; so the
    processes and threads that begin in the block are never told.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
    try:
        resource_tracker.ensure_running()
        signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)  # the tracker lets them through again when it starts
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def _remote(address: str) -> Iterator[Cluster]:
    from distributed import Client  # noqa: PLC0415

    name = f"--dask {address}"
    try:
        # A client that finds nobody ends late and with noise.
        asyncio.run(asyncio.wait_for(_greet(address), _CONNECT_SECONDS))
        client = Client(address, timeout=_CONNECT_SECONDS, set_as_default=False)
    except (OSError, ValueError, TypeError) as error:
        raise _unreachable(name, error) from None
    with client:
        try:
            client.wait_for_workers(1, timeout=_CONNECT_SECONDS)
        except TimeoutError:
            raise _error("dask-without-workers", name, "the Dask scheduler has no workers", _START) from None
        fault = ship(client)
        if fault is not None:
            raise DaskError(replace(fault, what=f"{name}: {fault.what}"))
        yield Cluster(client, name)


def _unreachable(name: str, error: Exception) -> DaskError:
    reason = "nobody answers" if isinstance(error, OSError) else str(error).partition("\n")[0]
    what = f"no Dask scheduler can be reached there ({reason})"
    return _error("dask-unreachable", name, what, "give its address, such as tcp://host:8786, or use --dask local")


async def _greet(address: str) -> None:
    """Ask whoever is at the address who they are."""
    from distributed import Security  # noqa: PLC0415
    from distributed.comm import connect  # noqa: PLC0415

    comm = await connect(address, timeout=_CONNECT_SECONDS, **Security().get_connection_args("client"))
    try:
        await comm.write({"op": "identity", "reply": True})
        await comm.read()
    finally:
        comm.abort()
