"""Names and cells in messages."""

import csv
import io
import shutil
import subprocess

import pytest

from mae_cli.wording import counted, option, quoted


def test_quoted_text_stays_on_one_line_and_short():
    assert quoted("a\nb\x1b[1m") == r"'a\nb\x1b[1m'"
    assert quoted("x" * 40) == f"'{'x' * 40}'"
    assert quoted("x" * 41) == f"'{'x' * 39}…'"


@pytest.mark.parametrize(
    ("column", "typed"),
    [
        ("hour", "--exclude hour"),
        ("größe", "--exclude größe"),
        ("dep time", '--exclude "dep time"'),
        ("a,b", "--exclude '\"a,b\"'"),
        ("$HOME", "--exclude '$HOME'"),
        ("it's", '--exclude "it\'s"'),
        ("a\nb", "--exclude $'\"a\\x0ab\"'"),
        ("a\u00a0b'", "--exclude $'a\\u00a0b\\''"),
        ("x\u202e\x1by\\", "--exclude $'x\\u202e\\x1by\\\\'"),
        (" ", '--exclude " "'),
    ],
)
def test_an_option_can_be_typed_as_shown(column, typed):
    assert option("--exclude", column) == typed


def test_counts_agree_with_their_noun():
    assert [counted(count, "row") for count in (0, 1, 2000)] == ["0 rows", "1 row", "2,000 rows"]


@pytest.mark.skipif(shutil.which("bash") is None, reason="asks bash")
@pytest.mark.parametrize(
    "column", ["a b", "a,b", "it's", "$HOME", "a\nb", "x\u202e\x1by\\'", "ü\u00a0", '"', "!x", "%a", "\U000e0001"]
)
def test_a_shell_gives_the_name_back(column):
    command = f"printf %s {option('--exclude', column).removeprefix('--exclude ')}"
    typed = subprocess.run(["bash", "-c", command], capture_output=True, check=True, env={"LC_ALL": "C.UTF-8"}).stdout
    assert list(csv.reader(io.StringIO(typed.decode(), newline=""), strict=True)) == [[column]]
