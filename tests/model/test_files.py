"""Writing a model: whole or not at all, and never over something else."""

import errno
import os
import signal
import stat
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest
from support.models import MODEL, with_intercept

from mae_cli.errors import Fault, ModelError, Place
from mae_cli.model.files import check_replaceable, load_model, write_model

OLD = with_intercept(MODEL, 1.0)
NEW = with_intercept(MODEL, 2.0)
ANOTHER_NAME = "choose another name with -o, or replace it with --force"


@pytest.fixture
def place(tmp_path):
    return tmp_path / "model.json"


def refusal(action):
    with pytest.raises(ModelError) as caught:
        action()
    return caught.value.fault


def test_the_file_is_the_text_of_the_model_in_utf8_with_unix_line_ends(place):
    model = replace(MODEL, target="größe")
    write_model(model, place, force=False)
    assert place.read_bytes() == model.to_json().encode("utf-8")


def test_a_model_is_replaced(place):
    write_model(OLD, place, force=False)
    write_model(NEW, place, force=False)
    assert load_model(place) == NEW
    assert [each.name for each in place.parent.iterdir()] == ["model.json"]


def fail_with_a_full_disk(*_arguments, **_options):
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def unwritable(place, error):
    """The fault of a place that the system does not write."""
    return Fault("output-unwritable", f"{place} cannot be written: {os.strerror(error)}", Place(str(place)))


@pytest.mark.parametrize("step", ["os.fsync", "pathlib.Path.chmod", "pathlib.Path.replace"])
def test_a_failure_on_the_way_leaves_the_old_file_whole_and_nothing_beside_it(place, monkeypatch, step):
    write_model(OLD, place, force=False)
    monkeypatch.setattr(step, fail_with_a_full_disk)
    fault = refusal(lambda: write_model(NEW, place, force=False))
    monkeypatch.undo()
    assert fault == unwritable(place, errno.ENOSPC)
    assert load_model(place) == OLD
    assert [each.name for each in place.parent.iterdir()] == ["model.json"]


def test_an_interruption_on_the_way_leaves_nothing_either(place, monkeypatch):
    def interrupt(_handle):
        raise KeyboardInterrupt

    monkeypatch.setattr("os.fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_model(NEW, place, force=False)
    assert list(place.parent.iterdir()) == []


def test_text_and_then_name_are_on_the_disk_before_it_is_done(place, monkeypatch):
    steps = []
    fsync, replace = os.fsync, type(place).replace
    monkeypatch.setattr("os.fsync", lambda handle: (steps.append("sync"), fsync(handle))[1])
    monkeypatch.setattr(type(place), "replace", lambda *paths: (steps.append("replace"), replace(*paths))[1])
    write_model(NEW, place, force=False)
    assert steps == ["sync", "replace", "sync"]


def test_the_temporary_file_stands_beside_the_model_under_a_telling_name(place, monkeypatch):
    seen = []
    monkeypatch.setattr("os.fsync", lambda _handle: seen.append([each.name for each in place.parent.iterdir()]))
    write_model(NEW, place, force=False)
    seen = seen[0]
    assert len(seen) == 1
    assert seen[0].startswith(".model.json.")
    assert seen[0].endswith(".tmp")


@pytest.mark.parametrize("content", ["y,x\n1,2\n", "", "{}", '{"schema": "other"}', "[]"])
def test_a_file_that_is_no_model_is_replaced_by_force_only(place, content):
    place.write_text(content, encoding="utf-8")
    fault = refusal(lambda: write_model(NEW, place, force=False))
    assert (fault.code, fault.place, fault.remedy) == ("output-not-a-model", Place(str(place)), ANOTHER_NAME)
    assert place.read_text(encoding="utf-8") == content
    write_model(NEW, place, force=True)
    assert load_model(place) == NEW


def test_a_model_that_is_write_protected_is_replaced_by_force_only(place):
    write_model(OLD, place, force=False)
    place.chmod(0o444)
    fault = refusal(lambda: check_replaceable(place, force=False))
    assert (fault.code, fault.place, fault.remedy) == ("output-write-protected", Place(str(place)), ANOTHER_NAME)
    check_replaceable(place, force=True)
    write_model(NEW, place, force=True)
    assert load_model(place) == NEW


@pytest.mark.parametrize("broken", ['{"schema": "mae-cli/model", "version": 7}', '{"schema":"mae-cli/model","ver'])
def test_a_model_of_another_version_or_a_broken_one_may_be_replaced(place, broken):
    place.write_text(broken, encoding="utf-8")
    write_model(NEW, place, force=False)
    assert load_model(place) == NEW


def test_a_directory_is_refused(tmp_path):
    for force in (False, True):
        fault = refusal(lambda force=force: check_replaceable(tmp_path, force=force))
        assert (fault.code, fault.place) == ("output-is-directory", Place(str(tmp_path)))
        assert fault.remedy == "name a file in it with -o"


def test_a_missing_directory_is_refused(tmp_path):
    place = tmp_path / "absent" / "model.json"
    fault = refusal(lambda: check_replaceable(place, force=True))
    assert (fault.code, fault.place, fault.remedy) == ("output-directory-missing", Place(str(place)), None)


def test_a_directory_that_is_not_writable_is_refused(place, monkeypatch):
    monkeypatch.setattr("os.access", lambda *_: False)
    fault = refusal(lambda: check_replaceable(place, force=True))
    assert (fault.code, fault.place, fault.remedy) == ("output-directory-unwritable", Place(str(place)), None)


def test_a_new_place_is_fine_and_checking_writes_nothing(place):
    check_replaceable(place, force=False)
    assert list(place.parent.iterdir()) == []


def test_a_link_is_followed_and_stays_a_link(tmp_path, place):
    link = tmp_path / "latest.json"
    link.symlink_to("model.json")
    write_model(OLD, link, force=False)
    write_model(NEW, link, force=False)
    assert link.is_symlink()
    assert not place.is_symlink()
    assert load_model(place) == NEW


def test_a_link_to_something_else_is_refused(tmp_path):
    (tmp_path / "data.csv").write_text("y,x\n", encoding="utf-8")
    link = tmp_path / "model.json"
    link.symlink_to("data.csv")
    fault = refusal(lambda: write_model(NEW, link, force=False))
    assert (fault.code, fault.place) == ("output-not-a-model", Place(str(link)))


def test_a_circle_of_links_is_refused(place):
    place.symlink_to(place.name)
    fault = refusal(lambda: write_model(NEW, place, force=True))
    assert (fault.code, fault.place) == ("output-link-loop", Place(str(place)))


def test_a_name_longer_than_the_file_system_allows_is_refused(tmp_path):
    place = tmp_path / ("m" * (os.pathconf(tmp_path, "PC_NAME_MAX") + 1))
    assert refusal(lambda: check_replaceable(place, force=False)) == unwritable(place, errno.ENAMETOOLONG)


def test_a_name_as_long_as_the_file_system_allows_can_be_written(tmp_path):
    place = tmp_path / ("m" * os.pathconf(tmp_path, "PC_NAME_MAX"))
    write_model(NEW, place, force=False)
    assert load_model(place) == NEW


@pytest.fixture
def pipe(place):
    """A named pipe in the place of the model, and its reading end."""
    os.mkfifo(place)
    handle = os.open(place, os.O_RDWR)  # a writer is not blocked, and a read finds what was written
    yield handle
    os.close(handle)


def test_a_named_pipe_is_written_to_and_stays_a_pipe(place, pipe):
    check_replaceable(place, force=False)
    write_model(NEW, place, force=False)
    assert os.read(pipe, 1 << 16) == NEW.to_json().encode()
    assert stat.S_ISFIFO(place.stat().st_mode)
    assert [each.name for each in place.parent.iterdir()] == ["model.json"]


def test_a_reader_of_a_named_pipe_that_leaves_is_no_fault(place):
    os.mkfifo(place)
    large = replace(NEW, target="y" * (1 << 20))  # more than a pipe holds
    reader = threading.Thread(target=lambda: os.close(os.open(place, os.O_RDONLY)))
    reader.start()
    write_model(large, place, force=False)
    reader.join()
    assert stat.S_ISFIFO(place.stat().st_mode)


def test_a_link_to_a_device_is_written_through(place):
    place.symlink_to("/dev/null")
    write_model(NEW, place, force=False)
    assert place.is_symlink()
    assert not Path("/dev/null").is_file()


@pytest.mark.parametrize("folder", ["/dev/fd", "/proc/self/fd"])
def test_a_descriptor_is_written_to_where_it_stands(place, folder):
    if not Path(folder).is_dir():
        pytest.skip("not here")
    with place.open("wb", buffering=0) as stream:
        stream.write(b"before\n")
        write_model(NEW, Path(f"{folder}/{stream.fileno()}"), force=False)
        stream.write(b"after\n")
    assert place.read_bytes() == b"before\n" + NEW.to_json().encode() + b"after\n"


def test_a_descriptor_that_cannot_be_written_is_told_before_any_work(place):
    place.write_bytes(b"")
    with place.open("rb") as stream:
        path = Path(f"/dev/fd/{stream.fileno()}")
        assert refusal(lambda: check_replaceable(path, force=False)) == unwritable(path, errno.EBADF)
    assert refusal(lambda: check_replaceable(path, force=False)) == unwritable(path, errno.EBADF)


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs a device that is always full")  # noqa: PTH110
def test_a_device_that_is_full_is_told():
    assert refusal(lambda: write_model(NEW, Path("/dev/full"), force=False)) == unwritable("/dev/full", errno.ENOSPC)


def test_a_file_that_may_not_grow_leaves_the_old_model_and_nothing_beside_it(place):
    """A limit of the process stands for a full disk or a quota: the write itself fails, half-way."""
    write_model(OLD, place, force=False)
    script = (
        "import resource, sys; from pathlib import Path; from dataclasses import replace; "
        "from mae_cli.model.files import load_model, write_model; "
        "place = Path(sys.argv[1]); model = load_model(place); resource.setrlimit(resource.RLIMIT_FSIZE, (500, 500)); "
        "write_model(replace(model, target='z'), place, force=False)"
    )
    done = subprocess.run([sys.executable, "-c", script, place], capture_output=True, text=True, check=False)
    assert done.stderr.splitlines()[-1].endswith(f"{place} cannot be written: {os.strerror(errno.EFBIG)}")
    assert load_model(place) == OLD
    assert [each.name for each in place.parent.iterdir()] == ["model.json"]


# Writes two models in turn, without end; says when it begins.
WRITER = """
import itertools, sys
from dataclasses import replace
from pathlib import Path
from mae_cli.model.files import load_model, write_model

place = Path(sys.argv[1])
old = replace(load_model(place), target="y" * 200_000)
models = [replace(old, point=replace(old.point, intercept=value)) for value in (1.0, 2.0)]
print("ready", flush=True)
for model in itertools.cycle(models):
    write_model(model, place, force=False)
"""


@pytest.fixture
def writers(place):
    """Start processes that write the model without end; gives them once they write."""
    started = []

    def start(count):
        write_model(OLD, place, force=False)
        command = [sys.executable, "-c", WRITER, str(place)]
        started.extend(subprocess.Popen(command, stdout=subprocess.PIPE) for _ in range(count))
        for each in started:
            assert each.stdout.readline() == b"ready\n"
        return started

    yield start
    for each in started:
        each.kill()
        each.wait()
        each.stdout.close()


@pytest.mark.timing
@pytest.mark.parametrize("delay", [0.003, 0.02, 0.05])
def test_a_writer_that_is_killed_leaves_a_whole_model_and_at_most_one_temporary_file(place, writers, delay):
    (writer,) = writers(1)
    time.sleep(delay)
    writer.send_signal(signal.SIGKILL)
    writer.wait()
    assert load_model(place).intercept in {1.0, 2.0}
    left = [each.name for each in place.parent.iterdir() if each != place]
    assert len(left) <= 1
    assert all(name.startswith(".model.json.") and name.endswith(".tmp") for name in left)


@pytest.mark.timing
def test_while_two_write_at_once_every_reader_finds_a_whole_model(place, writers):
    writers(2)
    end = time.monotonic() + 60
    seen = []
    while len(seen) < 100 or len(set(seen)) < 2:
        assert time.monotonic() < end
        seen.append(load_model(place).intercept)
    assert set(seen) == {1.0, 2.0}


def test_a_new_file_has_the_permissions_that_the_umask_leaves(place):
    umask = os.umask(0o027)
    try:
        write_model(NEW, place, force=False)
    finally:
        os.umask(umask)
    assert stat.S_IMODE(place.stat().st_mode) == 0o640


def test_a_replaced_file_keeps_its_permissions(place):
    write_model(OLD, place, force=False)
    place.chmod(0o604)
    write_model(NEW, place, force=False)
    assert stat.S_IMODE(place.stat().st_mode) == 0o604
