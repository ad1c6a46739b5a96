"""Completion: column names from the header of the files typed so far, as each shell wants them."""

import gzip
import os
import shutil
import stat
import subprocess
import sys

import pytest

HEADER = 'Dep Time,y,"a,b",dep:x,x,"q""q",größe,"two\nlines"\n1,2,3,4,5,6,7,8\n'

MAE_TRAIN = f"""#!{sys.executable} -P
import sys
sys.argv[0] = "mae-train"
from mae_cli.commands.entry import train
train()
"""


@pytest.fixture
def complete(table, tmp_path):
    """The completions of the last of these words, as the script for a shell reads them."""
    table(HEADER)

    def answer(*words, shell="zsh"):
        command = [sys.executable, "-P", "-c", "import sys; sys.argv[0] = 'mae-train'; " + MAE_TRAIN.partition("\n")[2]]
        asked = {"_MAE_TRAIN_COMPLETE": f"{shell}_complete", "COMP_WORDS": "\n".join(["mae-train", *words])}
        asked["COMP_CWORD"] = words[-1] if shell == "fish" else str(len(words))
        done = subprocess.run(
            command, cwd=tmp_path, env=os.environ | asked, capture_output=True, encoding="utf-8", check=False
        )
        assert (done.returncode, done.stderr) == (0, "")
        lines = done.stdout.splitlines()
        return lines[1::3] if shell == "zsh" else [line.removeprefix("plain,") for line in lines]

    return answer


BASH_ALL = [r"Dep\\ Time", "y", r'\\"a,b\\"', r"dep\\:x", "x", r'\\"q\\"\\"q\\"', "größe"]
ALL = ["Dep Time", "y", '"a,b"', "dep:x", "x", '"q""q"', "größe"]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("data.csv", "--features", ""), ALL),
        (("data.csv", "--exclude", ""), ALL),
        (("data.csv", "--categorical", ""), ALL),
        (("data.csv", "--target", ""), ["Dep Time", "y", "a,b", "dep:x", "x", 'q"q', "größe"]),
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


def test_a_gzipped_file_has_a_header_too(complete, tmp_path):
    (tmp_path / "data.csv.gz").write_bytes(gzip.compress(b"packed,y\n1,2\n"))
    assert complete("data.csv.gz", "-t", "p") == ["packed"]


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", b"\x1f\x8b\x08broken", b'"never closed'])
def test_a_file_that_is_no_table_gives_nothing_and_no_error(complete, tmp_path, content):
    (tmp_path / "odd.csv").write_bytes(content)
    assert all(each.isprintable() for each in complete("odd.csv", "-t", ""))


@pytest.mark.skipif(sys.platform == "win32", reason="named pipes as POSIX has them")
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

SCRIPTS = {
    "bash": """
        eval "$(_MAE_TRAIN_COMPLETE=bash_source mae-train)"
        COMP_WORDS=(mae-train data.csv --features 'x,D'); COMP_CWORD=3
        _mae_train_completion mae-train
        printf '%s\\n' "${COMPREPLY[@]}"
    """,
    "zsh": """
        zmodload zsh/parameter
        compdef() { : }
        compadd() { print -rl -- $completions }
        eval "$(_MAE_TRAIN_COMPLETE=zsh_source mae-train)"
        words=(mae-train data.csv --features 'x,D'); CURRENT=4
        _mae_train_completion
    """,
    "fish": """
        _MAE_TRAIN_COMPLETE=fish_source mae-train | source
        complete -C 'mae-train data.csv --features x,D'
    """,
}


@pytest.mark.skipif(sys.platform == "win32", reason="shells as POSIX has them")
@pytest.mark.parametrize(("shell", "shown"), [("bash", r"x,Dep\ Time"), ("zsh", "x,Dep Time"), ("fish", "x,Dep Time")])
def test_a_real_shell_offers_a_record_with_a_comma_and_a_blank(table, tmp_path, shell, shown):
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not here")
    table(HEADER)
    script = tmp_path / "mae-train"
    script.write_text(MAE_TRAIN, encoding="utf-8")
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    environment = os.environ | {"PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}", "HOME": str(tmp_path)}
    done = subprocess.run(
        [shell, "-c", SCRIPTS[shell]], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert done.stdout.splitlines() == [shown], done.stderr
