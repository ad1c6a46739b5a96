"""Writing a model: whole or not at all, and never over something else."""

import errno
import os
import stat
import sys

import pytest

from mae_cli.errors import ModelError
from mae_cli.model import Baseline, Model, load_model
from mae_cli.model_file import check_replaceable, write_model

OLD = Model("y", "mae", 0.5, None, 1.0, (), "drop", Baseline(1.0, 1.0, 1.0), {})
NEW = Model("y", "mae", 0.5, None, 2.0, (), "drop", Baseline(2.0, 2.0, 2.0), {})

posix_only = pytest.mark.skipif(sys.platform == "win32", reason="permissions and links as POSIX has them")


@pytest.fixture
def place(tmp_path):
    return tmp_path / "model.json"


def refusal(action):
    with pytest.raises(ModelError) as caught:
        action()
    return str(caught.value)


def test_the_file_is_the_text_of_the_model_in_utf8_with_unix_line_ends(place):
    model = Model("größe", "mae", 0.5, None, 1.0, (), "drop", OLD.baseline, {})
    write_model(model, place, force=False)
    assert place.read_bytes() == model.to_json().encode("utf-8")


def test_a_model_is_replaced(place):
    write_model(OLD, place, force=False)
    write_model(NEW, place, force=False)
    assert load_model(place) == NEW
    assert [each.name for each in place.parent.iterdir()] == ["model.json"]


def fail_with_a_full_disk(*_arguments, **_options):
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.parametrize("step", ["os.fsync", "pathlib.Path.chmod", "pathlib.Path.replace"])
def test_a_failure_on_the_way_leaves_the_old_file_whole_and_nothing_beside_it(place, monkeypatch, step):
    write_model(OLD, place, force=False)
    monkeypatch.setattr(step, fail_with_a_full_disk)
    message = refusal(lambda: write_model(NEW, place, force=False))
    monkeypatch.undo()
    assert message == f"cannot write {place}: {os.strerror(errno.ENOSPC)}"
    assert load_model(place) == OLD
    assert [each.name for each in place.parent.iterdir()] == ["model.json"]


def test_an_interruption_on_the_way_leaves_nothing_either(place, monkeypatch):
    def interrupt(_handle):
        raise KeyboardInterrupt

    monkeypatch.setattr("os.fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_model(NEW, place, force=False)
    assert list(place.parent.iterdir()) == []


def test_the_new_text_is_on_the_disk_before_it_takes_the_place(place, monkeypatch):
    steps = []
    fsync, replace = os.fsync, type(place).replace
    monkeypatch.setattr("os.fsync", lambda handle: (steps.append("sync"), fsync(handle))[1])
    monkeypatch.setattr(type(place), "replace", lambda *paths: (steps.append("replace"), replace(*paths))[1])
    write_model(NEW, place, force=False)
    assert steps == ["sync", "replace"]


def test_the_temporary_file_stands_beside_the_model_under_a_telling_name(place, monkeypatch):
    seen = []
    monkeypatch.setattr("os.fsync", lambda _handle: seen.extend(each.name for each in place.parent.iterdir()))
    write_model(NEW, place, force=False)
    assert len(seen) == 1
    assert seen[0].startswith(".model.json.")
    assert seen[0].endswith(".tmp")


@pytest.mark.parametrize("content", ["y,x\n1,2\n", "", "{}", '{"schema": "other"}', "[]"])
def test_a_file_that_is_no_model_is_replaced_by_force_only(place, content):
    place.write_text(content, encoding="utf-8")
    assert refusal(lambda: write_model(NEW, place, force=False)) == (
        f"{place} exists and is no model file; choose another name with -o, or replace it with --force"
    )
    assert place.read_text(encoding="utf-8") == content
    write_model(NEW, place, force=True)
    assert load_model(place) == NEW


@pytest.mark.parametrize("broken", ['{"schema": "mae-cli/model", "version": 7}', '{"schema":"mae-cli/model","ver'])
def test_a_model_of_another_version_or_a_broken_one_may_be_replaced(place, broken):
    place.write_text(broken, encoding="utf-8")
    write_model(NEW, place, force=False)
    assert load_model(place) == NEW


def test_a_directory_is_refused(tmp_path):
    for force in (False, True):
        message = refusal(lambda force=force: check_replaceable(tmp_path, force=force))
        assert message == f"{tmp_path} is a directory; name a file in it with -o"


def test_a_missing_directory_is_refused(tmp_path):
    place = tmp_path / "absent" / "model.json"
    assert refusal(lambda: check_replaceable(place, force=True)) == (
        f"cannot write {place}: there is no directory {place.parent}"
    )


def test_a_directory_that_is_not_writable_is_refused(place, monkeypatch):
    monkeypatch.setattr("os.access", lambda *_: False)
    assert refusal(lambda: check_replaceable(place, force=True)) == (
        f"cannot write {place}: the directory {place.parent} is not writable"
    )


def test_a_new_place_is_fine_and_checking_writes_nothing(place):
    check_replaceable(place, force=False)
    assert list(place.parent.iterdir()) == []


@posix_only
def test_a_link_is_followed_and_stays_a_link(tmp_path, place):
    link = tmp_path / "latest.json"
    link.symlink_to("model.json")
    write_model(OLD, link, force=False)
    write_model(NEW, link, force=False)
    assert link.is_symlink()
    assert not place.is_symlink()
    assert load_model(place) == NEW


@posix_only
def test_a_link_to_something_else_is_refused(tmp_path):
    (tmp_path / "data.csv").write_text("y,x\n", encoding="utf-8")
    link = tmp_path / "model.json"
    link.symlink_to("data.csv")
    assert "is no model file" in refusal(lambda: write_model(NEW, link, force=False))


@posix_only
def test_a_circle_of_links_is_refused(place):
    place.symlink_to(place.name)
    assert refusal(lambda: write_model(NEW, place, force=True)).startswith(f"cannot write {place}")


@posix_only
def test_a_name_longer_than_the_file_system_allows_is_refused(tmp_path):
    place = tmp_path / ("m" * (os.pathconf(tmp_path, "PC_NAME_MAX") + 1))
    assert refusal(lambda: check_replaceable(place, force=False)).startswith(f"cannot write {place}")


@posix_only
def test_a_name_as_long_as_the_file_system_allows_can_be_written(tmp_path):
    place = tmp_path / ("m" * os.pathconf(tmp_path, "PC_NAME_MAX"))
    write_model(NEW, place, force=False)
    assert load_model(place) == NEW


@posix_only
@pytest.mark.parametrize("force", [False, True])
def test_a_pipe_or_device_is_refused_and_never_replaced(place, force):
    os.mkfifo(place)
    handle = os.open(place, os.O_RDWR)
    os.write(handle, b"x" * 8192)  # so that whoever opens and reads it is not blocked
    try:
        assert refusal(lambda: write_model(NEW, place, force=force)).startswith(f"{place} is no regular file")
    finally:
        os.close(handle)
    assert stat.S_ISFIFO(place.stat().st_mode)


@posix_only
def test_a_new_file_has_the_permissions_that_the_umask_leaves(place):
    umask = os.umask(0o027)
    try:
        write_model(NEW, place, force=False)
    finally:
        os.umask(umask)
    assert stat.S_IMODE(place.stat().st_mode) == 0o640


@posix_only
def test_a_replaced_file_keeps_its_permissions(place):
    write_model(OLD, place, force=False)
    place.chmod(0o604)
    write_model(NEW, place, force=False)
    assert stat.S_IMODE(place.stat().st_mode) == 0o604
