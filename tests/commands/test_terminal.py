"""On a real terminal: hostile names and narrow windows, and a word on what is waited for."""

import csv
import os
import re
import subprocess
import sys
import unicodedata
from itertools import takewhile
from pathlib import Path
from random import Random
from threading import Timer

import pytest

pty = pytest.importorskip("pty", reason="terminals as POSIX has them")

RUN = "import sys; del sys.argv[0]; from mae_cli.commands.entry import {} as command; command()"
NAMES = [
    "intercept", "(intercept)", "a=b", "--json", "[bold]x[/bold]", ":smile:", "n" * 10_000, "two\nlines",
    "\x1b[31mred", "\x9b31m", "a\u202eb", "大きさ", "\x1b]0;title\x07",
]  # fmt: skip
LEVELS = ["[red]a", "\x1b[2J", ":cat:", "x\ny", "\u2066z"]
COLOUR = re.compile(r"\x1b\[[0-9;]*m")


@pytest.fixture
def on_terminal(tmp_path):
    """Run a command with a terminal as all its streams; gives its exit status and what the terminal was sent."""

    def run(command, *arguments, typed="", **environment):
        ours, theirs = pty.openpty()
        os.write(ours, typed.encode())
        code = [sys.executable, "-P", "-c", RUN.format(command), f"mae-{command}", *map(str, arguments)]
        inherited = {name: value for name, value in os.environ.items() if name not in {"NO_COLOR", "COLUMNS"}}
        process = subprocess.Popen(
            code,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            cwd=tmp_path,
            env=inherited | {"TERM": "xterm-256color"} | environment,
        )
        os.close(theirs)
        late = Timer(60, process.kill)  # one that waits for more to be typed would wait for ever
        late.start()
        sent = b"".join(_chunks(ours))
        late.cancel()
        os.close(ours)
        return process.wait(timeout=60), sent.decode(environment.get("PYTHONIOENCODING", "utf-8")).replace("\r\n", "\n")

    return run


def _chunks(handle):
    while True:
        try:
            chunk = os.read(handle, 1 << 16)
        except OSError:  # as Linux tells the end of a terminal
            return
        if not chunk:
            return
        yield chunk


@pytest.fixture
def hostile(tmp_path):
    """A table with every kind of name and level that has harmed a terminal."""
    random = Random(4)
    with (tmp_path / "hostile.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow([":y: [i]", *NAMES, "level\u202e"])
        for i in range(60):
            # No column depends on others but the fourth on the third: no order of effects is left to rounding.
            numbers = [int(1e6 * random.random()) / 10 ** (j % 6) for j in range(len(NAMES))]
            numbers[3] = 2 * numbers[2]
            writer.writerow([(i * 31337) % 1009, *numbers, LEVELS[i % len(LEVELS)]])
    return "hostile.csv"


def numbers(text):
    return sorted(re.findall(r"(?<![\w.-])-?\d+\.\d+(?:e-?\d+)?(?![\w.])", text))


def harmful(text):
    """The characters that a terminal would obey, colours and line ends aside."""
    return {each for each in COLOUR.sub("", text) if each != "\n" and unicodedata.category(each) in {"Cc", "Cf", "Cs"}}


@pytest.mark.parametrize(
    "environment",
    [
        {"COLUMNS": "20"},
        {"COLUMNS": "80", "NO_COLOR": "1"},
        {"COLUMNS": "80", "TERM": "dumb"},
        {"COLUMNS": "30", "LC_ALL": "de_DE.UTF-8", "LANG": "de_DE.UTF-8", "FORCE_COLOR": "1"},
        {"COLUMNS": "80", "LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii"},
    ],
)
def test_names_are_data_and_numbers_are_whole_in_every_window(on_terminal, mae_train, hostile, environment):
    # On a busy machine progress shows, and rank tests of twenty coefficients take a while.
    arguments = (hostile, "-t", ":y: [i]", "--compare", "--intervals", "sandwich", "-o", "model.json", "-q")
    piped = mae_train(*arguments).stdout
    status, shown = on_terminal("train", *arguments, LINES="1000", **environment)
    assert status == 0
    assert harmful(shown) == set()
    for name in (
        "[bold]x[/bold]",
        ":smile:",
        "--json",
        '"(intercept)"',
        "[red]a",
        ":cat:",
        r"\x1b[31mred",
        r"a\u202eb",
    ):
        assert name in COLOUR.sub("", shown)
    tables = [re.split(r"proved\s+optimal", COLOUR.sub("", text).replace("x10^", "×10^")) for text in (piped, shown)]
    assert [*map(numbers, tables[0][1:-1])] == [*map(numbers, tables[1][1:-1])]
    assert sum(map(len, map(numbers, tables[1][1:-1]))) >= 60
    if environment["COLUMNS"] in {"20", "30"}:
        assert max(map(len, COLOUR.sub("", shown).splitlines())) <= int(environment["COLUMNS"])
    if "NO_COLOR" in environment:
        assert not re.search(r"\x1b\[(?:\d+;)*3\d", shown)
    if environment.get("TERM") == "dumb":
        assert "\x1b" not in shown


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (("-t", "\x1b[31mnope"), 1, r"hostile.csv has no column '\x1b[31mnope'"),
        (("-t", "--json", "--features", ":y: [i]", "--quantile", "2"), 2, "quantile"),
        (("-t", "two\nlines", "--features", "two\nlines"), 2, r"'two\nlines'"),
        (("-t", "level\u202e"), 1, r"'level\u202e'"),
        (("--\x1b[31m",), 2, r"--\x1b[31m"),
        (("more\x1b[2J", "-t", "y"), 1, r"more\x1b[2J"),
        (("-t", ":y: [i]", "--features", "n" * 9_999), 1, "'nnnnnnnn"),
        (("-t", ":y: [i]", "-o", "absent\x1b[31m/m.json"), 1, r"there is no directory absent\x1b[31m"),
    ],
)
def test_errors_show_what_they_name_and_obey_nothing(mae_train, hostile, arguments, status, said):
    result = mae_train(hostile, *arguments, env={"COLUMNS": "20"})
    assert (result.exit_code, result.stdout) == (status, "")
    assert said in result.stderr
    assert harmful(result.stderr) == set()
    assert result.stderr.startswith("mae-train: error: ")
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize("arguments", [("-t", "\x1b[31mnope"), ("--\x1b[31m",)])
def test_a_terminal_is_shown_the_same_errors_in_lines_of_its_own(on_terminal, mae_train, hostile, arguments):
    shown = on_terminal("train", hostile, *arguments, COLUMNS="30")[1]
    assert max(map(len, shown.splitlines())) <= 30
    joined = shown.replace("\n", "").replace(" ", "").replace("Try:", ";")
    assert joined == mae_train(hostile, *arguments).stderr.replace("\n", "").replace(" ", "")


def test_the_remedy_has_a_line_of_its_own_on_a_terminal(on_terminal, table):
    table("price,size\n5,1\n7,2\nfive,2\n")
    assert on_terminal("train", "data.csv", "-t", "size", COLUMNS="60")[1] == (
        "mae-train: error: data.csv, line 4: column 'price' is\n"
        "'five', which is not a number, where most cells are numbers\n"
        "Try: fix the cell, or use --categorical price or --exclude\n"
        "price\n"
    )


REFUSED = "w,Order size,price\n1,1,5\n2,2,7\n5,four,1\n3,5,6\n4,6,$9\n7,5,3\n"


def test_refused_columns_are_a_table_with_one_remedy_below_on_a_terminal(on_terminal, table):
    table(REFUSED)
    assert on_terminal("train", "data.csv", "-t", "w", COLUMNS="60")[1] == (
        "mae-train: error: data.csv: 2 columns cannot be used:\n"
        "  line 4: column 'Order size' is 'four', which is not a\n"
        "    number, where most cells are numbers\n"
        '    fix the cell, or use --categorical "Order size" or\n'
        '    --exclude "Order size"\n'
        "  line 6: column 'price' is '$9', which looks like an amount\n"
        "    of money, where most cells are numbers\n"
        "    take the currency off, or use --number price,\n"
        "    --categorical price or --exclude price\n"
        'Try: use --exclude "Order size,price"\n'
    )


def test_off_a_terminal_each_refused_column_has_a_line_that_can_be_read_alone(mae_train, told, table):
    lines = mae_train(table(REFUSED).name, "-t", "w").stderr.splitlines()
    (fault,) = told
    assert [part.cell for part in fault.parts] == ["four", "$9"]
    assert lines == [
        'mae-train: error: data.csv: 2 columns cannot be used; use --exclude "Order size,price"',
        *(f"mae-train: error: {part}" for part in fault.parts),
    ]


LEFT_OUT = "y,x,same,name\n1,2,3,ab\n2,3,3,cd\n3,5,3,ef\n"


def test_all_lines_of_a_note_begin_with_the_program_off_a_terminal(mae_train, table):
    lines = mae_train(table(LEFT_OUT), "-t", "y").stderr.splitlines()
    assert len(lines) == 3
    assert lines[0] == "mae-train: note: left out 2 columns:"
    assert all(line.startswith("mae-train: note:   '") for line in lines[1:])


def test_the_lines_of_a_note_are_indented_on_a_terminal(on_terminal, mae_train, table):
    _, *piped = mae_train(table(LEFT_OUT).name, "-t", "y").stderr.replace("mae-train: note: ", "").splitlines()
    shown = on_terminal("train", "data.csv", "-t", "y", COLUMNS="30")[1].splitlines()
    assert shown[0] == "mae-train: note: left out 2"
    lines = list(takewhile(lambda line: line.startswith("  "), shown[2:]))
    assert [line[:3] for line in lines].count("  '") == 2
    assert all(line.startswith(("  '", "    ")) for line in lines)
    assert "".join(lines).replace(" ", "") == "".join(piped).replace(" ", "")


def test_an_evaluation_takes_names_as_data_too(on_terminal, mae_train, mae_eval, hostile):
    mae_train(hostile, "-t", ":y: [i]", "--weight", "two\nlines", "-o", "m[red]\x9b.json")
    status, shown = on_terminal("evaluate", "m[red]\x9b.json", hostile, COLUMNS="20")
    assert (status, harmful(shown)) == (0, set())
    flat = " ".join(COLOUR.sub("", shown).split())
    assert r"MAE fit of :y: [i] scored on 60 rows, weighted by two\nlines" in flat
    assert r"m[red]\x9b.json" in flat
    assert numbers(flat) == numbers(mae_eval("m[red]\x9b.json", hostile).stdout)


def test_json_on_a_terminal_has_escapes_for_what_it_would_obey(on_terminal, hostile):
    status, shown = on_terminal("train", hostile, "-t", ":y: [i]", "--json", "-q", "--intervals", "none")
    assert status == 0
    assert harmful(shown) == set()
    assert r'"\u009b31m"' in shown
    assert r'"a\u202eb"' in shown


@pytest.mark.parametrize("options", [(), ("--json",), ("-q",)])
def test_a_failed_gate_is_told_once_on_a_terminal(on_terminal, mae_train, table, options):
    mae_train(table("y,x\n1,1\n2,2\n4,3\n"), "-t", "y")
    status, shown = on_terminal("evaluate", "model.json", "data.csv", "--max-mae", "0.1", *options)
    assert status == 4
    assert COLOUR.sub("", shown).lower().count("failed --max-mae: the mae is ") == 1


def test_who_is_asked_to_type_is_told_so(on_terminal):
    status, shown = on_terminal("train", "-", "-t", "y", typed="y,x\n1,1\n2,2\n4,3\n\x04")
    assert status == 0
    assert "mae-train: note: reading from the terminal; end with Ctrl-D\n" in shown
    assert "MAE fit of y on 3 rows" in COLOUR.sub("", shown)
    status, shown = on_terminal("train", "-", "-t", "y", "-q", typed="y,x\n1,1\n2,2\n4,3\n\x04")
    assert "reading from the terminal" not in shown


def test_a_model_may_be_typed_too(on_terminal, table):
    table("y,x\n1,1\n")
    status, shown = on_terminal("evaluate", "-", "data.csv", typed="{}\n\x04")
    assert status == 1
    assert "mae-eval: note: reading from the terminal; end with Ctrl-D\n" in shown
    assert shown.endswith('mae-eval: error: standard input is not a mae-cli model: it has no "schema"\n')


def test_notes_break_between_words(on_terminal, mae_train, table):
    mae_train(table("y,x\n1,1\n2,2\n4,3\n"), "-t", "y")
    table("y,x\n1,1\n2,\n4,3\n")
    status, shown = on_terminal("predict", "model.json", "data.csv", "-o", "predicted.csv", COLUMNS="30")
    assert status == 0
    assert shown == "mae-predict: note: 1 of 3 rows\nwithout a prediction, for a\nmissing cell\n"


EXAMPLE = Path(__file__).parents[2] / "examples" / "flights.csv"


@pytest.mark.parametrize(("columns", "lines"), [(80, 24), (80, 50), (120, 40)])
@pytest.mark.parametrize(
    ("options", "summary"),
    [
        ((), r"MAE 10\.51 \(median 25\.65\) · proved optimal · model\.json · \S+ m?s"),
        (
            ("--holdout", "0.2"),
            r"MAE 10\.54 · holdout 10\.44 \(median 25\.00\) · proved optimal · model\.json · \S+ m?s",
        ),
    ],
)
def test_the_default_report_is_on_one_screen_but_for_what_comes_before_the_metrics_on_a_small_one(
    on_terminal, tmp_path, columns, lines, options, summary
):
    (tmp_path / "flights.csv").write_bytes(EXAMPLE.read_bytes())
    sizes = {"COLUMNS": f"{columns}", "LINES": f"{lines}"}
    status, shown = on_terminal("train", "flights.csv", "-t", "arr_delay", *options, **sizes)
    text = COLOUR.sub("", shown)
    report = text[text.index("MAE fit of arr_delay") :].splitlines()
    assert status == 0
    assert max(map(len, report)) <= columns
    assert len(report) < lines or lines == 24
    assert len([line for line in report[1 - lines :] if line.startswith(("MAE  ", "distance "))]) == 2
    assert re.fullmatch(summary, report[-1])


def test_the_summary_of_several_quantiles_is_one_line(on_terminal, table):
    table("y,x\n" + "".join(f"{row * row % 17},{row}\n" for row in range(60)))
    for quantiles in ("0.1,0.5,0.9", "0.1,0.2,0.3,0.4,0.5,0.6,0.7"):
        _, shown = on_terminal("train", "data.csv", "-t", "y", "--quantile", quantiles, COLUMNS="80", LINES="24")
        last = COLOUR.sub("", shown).splitlines()[-1]
        assert re.match(r"(mean )?pinball loss [\d., ]+ · proved optimal · model\.json · ", last)
