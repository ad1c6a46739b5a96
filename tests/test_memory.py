"""How much memory there is, within the limits of a shell or a container."""

import resource
from pathlib import Path

from mae_cli.memory import address_space_limit, memory_bytes


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
