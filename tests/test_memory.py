"""How much memory there is, within the limits of a shell or a container, and what becomes of it when it is freed."""

import ctypes
import resource
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from mae_cli.commands import process
from mae_cli.memory import address_space_limit, keep_freed_memory, memory_bytes, return_freed_memory


def test_the_memory_is_that_of_this_machine():
    assert 1 << 26 < memory_bytes() < 1 << 50


def test_a_limit_of_the_shell_counts(monkeypatch):
    monkeypatch.setattr(resource, "getrlimit", lambda _: (12_345, 12_345))
    assert (memory_bytes(), address_space_limit()) == (12_345, 12_345)


def test_there_need_be_no_limit_of_the_shell(monkeypatch):
    monkeypatch.setattr(resource, "getrlimit", lambda _: (resource.RLIM_INFINITY, 12_345))
    assert address_space_limit() is None


def test_a_limit_of_the_container_counts(monkeypatch):
    read = Path.read_text

    def limited(path, *arguments, **options):
        return "54321\n" if str(path) == "/sys/fs/cgroup/memory.max" else read(path, *arguments, **options)

    monkeypatch.setattr(Path, "read_text", limited)
    assert memory_bytes() == 54_321


@pytest.fixture
def library(monkeypatch):
    """What the C library is told to keep."""
    told = {}
    monkeypatch.setattr(ctypes, "CDLL", lambda _: SimpleNamespace(mallopt=told.__setitem__))
    return told


def test_freed_memory_is_kept_up_to_some_mebibytes_in_one_heap(library):
    keep_freed_memory()
    assert library == {-3: 16 << 20, -1: 32 << 20, -8: 1}


def test_a_c_library_without_such_settings_is_left_alone(monkeypatch):
    monkeypatch.setattr(ctypes, "CDLL", lambda _: SimpleNamespace())
    keep_freed_memory()


def test_freed_memory_goes_back_to_the_system(monkeypatch):
    padding = []
    monkeypatch.setattr(ctypes, "CDLL", lambda _: SimpleNamespace(malloc_trim=padding.append))
    return_freed_memory()
    assert padding == [0]


def test_a_c_library_that_cannot_give_memory_back_is_left_alone(monkeypatch):
    monkeypatch.setattr(ctypes, "CDLL", lambda _: SimpleNamespace())
    return_freed_memory()


def test_training_gives_memory_back_after_reading_and_before_intervals(table, mae_train, monkeypatch):
    given_back = []
    monkeypatch.setattr("mae_cli.workflows.ready.return_freed_memory", lambda: given_back.append("read"))
    monkeypatch.setattr("mae_cli.workflows.train.return_freed_memory", lambda: given_back.append("fitted"))
    assert mae_train(table("y,x\n1,2\n3,4\n2,5\n7,8\n9,9\n").name, "-t", "y").exit_code == 0
    assert given_back == ["read", "fitted"]


def test_commands_keep_it_once_their_libraries_are_loaded(library, monkeypatch):
    monkeypatch.delitem(sys.modules, "pandas")
    monkeypatch.setattr(process, "import_module", lambda _: None)
    monkeypatch.setattr("gc.freeze", lambda: None)
    with process.running():
        assert library
