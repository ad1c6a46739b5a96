"""What a terminal shows while a command works: its phases in order, each with its own count."""

import io
import re
import sys
from functools import partial

import pytest

from mae_cli.commands import evaluate, train
from mae_cli.tables.csv.pieces import cut


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    encoding = "utf-8"

    def isatty(self):
        return True


@pytest.fixture
def watched(tmp_path, monkeypatch):
    """Run a command with a terminal as its standard error; every line that it shows there, and its standard output."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setattr("mae_cli.report.progress.DELAY", 0.0)
    monkeypatch.setattr("mae_cli.report.progress.INTERVAL", 0.0)

    def run(command, *arguments):
        monkeypatch.setattr(sys, "stderr", Terminal())
        monkeypatch.setattr(sys, "stdout", io.StringIO())
        command.main(list(map(str, arguments)), standalone_mode=False)
        # Behind the time that is gone.
        return re.findall(r"\d m?s · ([^\r\n\x1b]*)", sys.stderr.getvalue()), sys.stdout.getvalue()

    return run


def phases(lines):
    """Those that follow each other, in words."""
    words = [line.partition(":")[0] for line in lines]
    return [word for before, word in zip([None, *words], words, strict=False) if word != before]


def passes(lines, phase):
    return [int(number) for number in re.findall(rf"^{phase}: .*?pass (\d+)", "\n".join(lines), re.MULTILINE)]


def test_each_phase_of_a_fit_is_shown_and_counts_its_own_passes(watched, flights):
    lines, report = watched(train, flights, "-t", "delay", "--holdout", "0.2")
    assert phases(lines)[:5] == ["reading", "preparing", "fitting", "finding intervals", "scoring"]
    (told,) = re.findall(r"(\d+) passes over the rows", report)
    assert max(passes(lines, "fitting")) <= int(told)
    assert passes(lines, "finding intervals")[0] == 1


def test_ranges_of_coefficients_that_are_not_unique_are_a_phase_of_their_own(watched, table):
    lines, report = watched(
        train, table("y,x\n" + "".join(f"{number},{number // 10}\n" for number in range(40))), "-t", "y"
    )
    assert "but not unique" in report
    assert phases(lines)[-2:] == ["scoring", "finding ranges of coefficients"]
    assert passes(lines, "finding ranges of coefficients")[0] == 1


@pytest.mark.parametrize(
    ("options", "phase"),
    [(("--intervals", "bootstrap", "--replicates", "60"), "bootstrap"), (("--importance",), "importance")],
)
def test_refits_of_known_number_tell_how_many_are_done_and_the_time_left(watched, flights, options, phase):
    lines, _ = watched(train, flights, "-t", "delay", *options)
    assert phase in phases(lines)
    counts = [re.match(rf"{phase}: (\d+) of (\d+) refits( · \S+ m?s left)?", line) for line in lines]
    done = [(int(found[1]), int(found[2]), found[3]) for found in counts if found]
    assert done[-1][0] == done[-1][1] == (60 if phase == "bootstrap" else 3)
    assert all(bool(left) == (0 < count < planned) for count, planned, left in done)


def test_the_optimum_that_a_descent_is_measured_against_is_a_phase_of_its_own(watched, flights):
    lines, _ = watched(train, flights, "-t", "delay", "--solver", "textbook", "--epochs", "20")
    assert phases(lines) == ["reading", "preparing", "fitting", "scoring", "finding the optimum"]
    epochs = [line for line in lines if "epoch" in line]
    assert len(epochs) == 20
    assert re.match(r"fitting: epoch 7 of 20 · \S+ m?s left · loss \S+$", epochs[6])


def test_the_second_fit_of_a_comparison_counts_from_one(watched, flights):
    lines, _ = watched(train, flights, "-t", "delay", "--compare")
    assert phases(lines)[-4:] == ["scoring", "fitting", "scoring", "comparing"]
    assert passes(lines, "fitting").count(1) >= 2


def test_intervals_of_several_quantiles_say_of_which(watched, flights):
    lines, _ = watched(train, flights, "-t", "delay", "--quantile", "0.25,0.75")
    assert [each for each in phases(lines) if "interval" in each] == [
        "finding intervals at quantile 0.25",
        "finding intervals at quantile 0.75",
    ]
    assert "testing slopes" in phases(lines)


def test_a_file_that_is_read_twice_says_so(watched, table, monkeypatch):
    monkeypatch.setattr("mae_cli.tables.chunks.cut", partial(cut, size=1 << 14))
    numbers = "".join(f"{number},{number % 7}\n" for number in range(4_000))
    names = "".join(f"{number},{'abc'[number % 3]}\n" for number in range(6_000))
    lines, _ = watched(train, table(f"y,x\n{numbers}{names}"), "-t", "y")
    assert phases(lines)[:2] == ["reading", "reading again"]
    for phase in ("reading", "reading again"):
        shares = [int(share) for share in re.findall(rf"^{phase}: .* (\d+)%", "\n".join(lines), re.MULTILINE)]
        assert shares == sorted(shares)
        assert len(shares) > 1


def test_a_target_that_is_written_otherwise_is_read_again_in_words(watched, table):
    data = table("y,x\n" + "".join(f"${number},{number % 7}\n" for number in range(100)))
    lines, _ = watched(train, data, "-t", "y")
    assert phases(lines)[:3] == ["reading", "reading again", "preparing"]


def test_rows_for_calibration_are_read_by_that_name(watched, flights, table):
    other = table(flights.read_text(), "other.csv")
    lines, _ = watched(train, flights, "-t", "delay", "--predict-interval", "0.8", "--calibration", other)
    assert "reading rows for calibration" in phases(lines)
    assert phases(lines)[-1] == "calibrating"


def test_scoring_is_a_phase(watched, flights):
    watched(train, flights, "-t", "delay", "-q")
    lines, _ = watched(evaluate, "model.json", flights)
    assert phases(lines) == ["reading", "scoring"]
