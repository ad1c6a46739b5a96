"""Completion: column names from the header of the files typed so far, as each shell wants them."""

import gzip
import os
import re
import select
import shutil
import stat
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner

from mae_cli.commands import completion, train

HEADER = 'Dep Time,y,"a,b",dep:x,x,"q""q",größe,"two\nlines"\n1,2,3,4,5,6,7,8\n'

COMMAND = f"""#!{sys.executable} -P
import sys
sys.argv[0] = "{{}}"
from mae_cli.commands.entry import {{}} as command
command()
"""


@pytest.fixture
def complete(table, tmp_path, monkeypatch):
    """The completions of the last of these words, as the script for a shell reads them."""
    table(HEADER)
    table("y,, \n1,2,3\n", "nameless.csv")
    monkeypatch.chdir(tmp_path)
    completion.install()

    def answer(*words, shell="zsh"):
        asked = {"_MAE_TRAIN_COMPLETE": f"{shell}_complete", "COMP_WORDS": "\n".join(["mae-train", *words])}
        asked["COMP_CWORD"] = words[-1] if shell == "fish" else str(len(words))
        done = CliRunner(env=asked).invoke(train.main, prog_name="mae-train")
        assert (done.exit_code, done.stderr) == (0, "")
        lines = done.stdout.splitlines()
        return lines[1::3] if shell == "zsh" else [line.removeprefix("plain,") for line in lines]

    return answer


BASH_ALL = [r"Dep\\ Time", "y", r'\\"a,b\\"', r"dep\\:x", "x", r'\\"q\\"\\"q\\"', "größe"]
ALL = ["Dep Time", "y", '"a,b"', "dep:x", "x", '"q""q"', "größe"]
TARGETS = ["Dep Time", "y", "a,b", "dep:x", "x", 'q"q', "größe"]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("data.csv", "--features", ""), ALL),
        (("data.csv", "--exclude", ""), ALL),
        (("data.csv", "--categorical", ""), ALL),
        (("data.csv", "--target", ""), TARGETS),
        (("nameless.csv", "--target", ""), ["y"]),
        (("data.csv", "-t", "d"), ["dep:x"]),
        (("data.csv", "-t", "y", "--weight", "x"), ["x"]),
        (("data.csv", "-t", "y", "--features", "x,D"), ["x,Dep Time"]),
        (("data.csv", "--features", "x,y,"), [f"x,y,{name}" for name in ALL if name not in "xy"]),
        (("data.csv", "--features", "'\"a,b\",g"), ['"a,b",größe']),
        (("data.csv", "--features", "'x,\"a"), ['x,"a,b"']),
        (("data.csv", "--features", "'x,\"q\"\""), ['x,"q""q"']),
        (("data.csv", "--features=x,D"), ["--features=x,Dep Time"]),
        (("--features", "x", "data.csv", "--exclude", "g"), ["größe"]),
        (("data.csv", "--features", "zzz"), []),
        (("absent.csv", "--features", ""), []),
        (("-", "--features", ""), []),
        (("--features", ""), []),
        (("data.csv", "--vers"), ["--version"]),
        (("data.csv", "--loss", "m"), ["mae", "mse"]),
    ],
)  # fmt: skip
def test_columns_come_from_the_header(complete, words, expected):
    assert complete(*words) == expected


@pytest.mark.parametrize(
    ("content", "options", "expected"),
    [
        ("Fläche;Ort\n1;2\n", (), ["Fläche", "Ort"]),
        ("Fläche\tOrt\n1\t2\n", (), ["Fläche", "Ort"]),
        ("Fläche,in m;Ort\n1;2\n", (), ["Fläche", "in m;Ort"]),
        ("Fläche,in m;Ort\n1;2\n", ("--delimiter", "';'"), ["Fläche,in m", "Ort"]),
        ("Fläche,in m\tOrt\n1\t2\n", ("--delimiter", "tab"), ["Fläche,in m", "Ort"]),
        ("Fläche,Ort\n1,2\n", ("--encoding", "latin-1"), ["FlÃ¤che", "Ort"]),
        ("Fläche,Ort\n1,2\n", ("--decimal", ","), ["Fläche", "Ort"]),
        ("Fläche,Ort\n1.5,2\n", ("--decimal", ","), []),
        ("Fläche,Ort\n1,2\n", ("--encoding", "klingon"), []),
        ("Fläche,Ort\n1,2\n", ("--decimal", "x"), []),
    ],
)  # fmt: skip
def test_the_header_is_read_as_the_options_say(complete, table, content, options, expected):
    table(content, "other.csv")
    assert complete("other.csv", *options, "-t", "") == expected


def test_the_target_is_offered_once(complete):
    assert complete("data.csv", "-t", "x", "--features", "") == [name for name in ALL if name != "x"]
    assert complete("data.csv", "-t", "x", "--weight", "") == [name for name in TARGETS if name != "x"]


def test_values_that_are_no_columns_are_not_taken_for_them(complete):
    assert complete("data.csv", "--na-values", "") == []


def test_a_gzipped_file_has_a_header_too(complete, tmp_path):
    (tmp_path / "data.csv.gz").write_bytes(gzip.compress(b"packed,y\n1,2\n"))
    assert complete("data.csv.gz", "-t", "p") == ["packed"]


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", b"\x1f\x8b\x08broken", b'"never closed'])
def test_a_file_that_is_no_table_gives_nothing_and_no_error(complete, tmp_path, content):
    (tmp_path / "odd.csv").write_bytes(content)
    assert all(each.isprintable() for each in complete("odd.csv", "-t", ""))


def test_a_pipe_is_left_to_the_fit(complete, tmp_path):
    os.mkfifo(tmp_path / "pipe")
    assert complete("pipe", "-t", "") == []


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("data.csv", "-t", "D"), [r"Dep\\ Time"]),
        (("data.csv", "-t", '"D'), ["Dep Time"]),
        (("data.csv", "-t", "dep"), [r"dep\\:x"]),
        (("data.csv", "--features", "=", "x,D"), [r"x,Dep\\ Time"]),
        (("data.csv", "--features", "="), BASH_ALL),
    ],
)  # fmt: skip
def test_bash_gets_escapes_that_its_script_reads(complete, words, expected):
    assert complete(*words, shell="bash") == expected


def test_fish_gets_the_option_with_the_value(complete):
    assert complete("data.csv", "--features=x,D", shell="fish") == ["--features=x,Dep Time"]


# ---------------------------------------------------------------- real shells

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
LINES = {match[1]: match[0] for match in re.finditer(r"^.*mae-train --completion (\w+).*$", README, flags=re.MULTILINE)}

SCRIPTS = {
    "bash": """
        COMP_WORDS=(mae-train data.csv --features 'x,D'); COMP_CWORD=3
        _mae_train_completion mae-train
        printf '%s\\n' "${COMPREPLY[@]}"
    """,
    "zsh": """
        compadd() { print -rl -- $completions }
        words=(mae-train data.csv --features 'x,D'); CURRENT=4
        _mae_train_completion
    """,
    "fish": "complete -C 'mae-train data.csv --features x,D'",
}
# What must have happened before the line of the README.
SETTINGS = {"bash": "", "zsh": "zmodload zsh/parameter; compdef() { : }", "fish": ""}


@pytest.fixture
def environment(table, tmp_path):
    """Of a shell that finds the commands; the test's directory is its home."""
    table(HEADER)
    table("y,, \n1,2,3\n", "nameless.csv")
    for name, function in (("mae-train", "train"), ("mae-eval", "evaluate"), ("mae-predict", "predict")):
        script = tmp_path / name
        script.write_text(COMMAND.format(name, function), encoding="utf-8")
        script.chmod(script.stat().st_mode | stat.S_IXUSR)
    return os.environ | {"PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}", "HOME": str(tmp_path), "TERM": "dumb"}


def require(shell):
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not here")


def test_the_readme_has_one_line_for_each_shell():
    assert set(LINES) == set(SCRIPTS)


@pytest.mark.parametrize(("shell", "shown"), [("bash", r"x,Dep\ Time"), ("zsh", "x,Dep Time"), ("fish", "x,Dep Time")])
def test_a_real_shell_offers_a_record_with_a_comma_and_a_blank(environment, tmp_path, shell, shown):
    require(shell)
    script = "\n".join([SETTINGS[shell], LINES[shell], SCRIPTS[shell]])
    done = subprocess.run(
        [shell, "-c", script], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert (done.stdout.splitlines(), done.stderr) == ([shown], "")


@pytest.mark.parametrize(
    ("begun", "expected"),
    [
        ("mae-train data.csv --target dep", "dep:x"),
        ("mae-eval model.json data.csv --max-m", "--max-mae"),
        ("mae-predict --onl", "--only"),
    ],
)
def test_fish_completes_what_is_typed_after_the_line_of_the_readme(environment, tmp_path, begun, expected):
    require("fish")
    script = f"{LINES['fish']}\ncomplete -C '{begun}'"
    done = subprocess.run(
        ["fish", "-c", script], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert done.stdout.split()[0] == expected


INTERACTIVE = {
    "bash": (["bash", "--norc", "--noprofile", "-i"], ""),
    "zsh": (["zsh", "-f", "-i"], "autoload -Uz compinit; compinit -u -D\n"),
}


@pytest.mark.parametrize("shell", INTERACTIVE)
def test_the_tab_key_completes_all_commands_after_the_line_of_the_readme(environment, tmp_path, shell):
    require(shell)
    command, setting = INTERACTIVE[shell]
    with terminal(command, tmp_path, environment) as shows:
        assert shows(f"{setting}{LINES[shell]}\n: $((40 + 2)) && echo $((40 + 2))\n", "\n42")
        assert shows("mae-train data.csv --target Dep\t", r"--target Dep\ Time")
        assert shows("\x15mae-eval model.json --max-ma\t", "--max-mae")
        assert shows("\x15mae-predict --onl\t", "--only")


@contextmanager
def terminal(command, place, environment):
    """A program on a terminal; what is yielded types keys and waits until the program shows something."""
    pty = pytest.importorskip("pty", reason="terminals as POSIX has them")
    ours, theirs = pty.openpty()
    process = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, cwd=place, env=environment)
    os.close(theirs)

    def shows(keys, expected, seconds=60):
        os.write(ours, keys.encode())
        shown, end = "", time.monotonic() + seconds
        while expected not in shown and select.select([ours], [], [], max(0, end - time.monotonic()))[0]:
            shown += os.read(ours, 1 << 16).decode(errors="replace")
        return expected in shown

    try:
        yield shows
    finally:
        process.kill()
        process.wait()
        os.close(ours)
