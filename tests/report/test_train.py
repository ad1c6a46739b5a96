"""The report of a fit: what it says, at every width and with every kind of name."""

import io
import re
from dataclasses import replace

import pytest

from mae_cli.report.console import result_console
from mae_cli.report.train import show_training
from mae_cli.results import Effect
from mae_cli.rows.schema import DesignColumn

REPORT = """\
MAE fit of arr_delay on 9,985 rows, 9 coefficients · flights.csv
12,495 rows read: 9,985 fitted, 14 dropped for a missing cell, 2,496 kept aside, 2 of these not \
scored (a level never seen in training).

CHART

proved optimal: no linear model on the columns kept (all but air_time_hours) has a smaller MAE; the \
optimum on these is unique. It took 14 steps in 14 rounds.

                        training      training   holdout       holdout
                           model   median only     model   median only
──────────────────────────────────────────────────────────────────────
MAE                      12.6917       23.6100   12.5022       23.1441
RMSE                     17.8104       45.9013   17.2004       44.8201
median absolute error     9.5184       14.0000    9.6001       14.0000
R²                        0.8403       -0.0609    0.8312       -0.0581

"median only" predicts the median of the training targets for every row.

term                     coefficient   × std. dev.
──────────────────────────────────────────────────
(intercept)             -15.3201
dep_delay                 1.0018           40.2127
air_time                  0.0177            1.6584
distance                 -0.00218471       -1.6011
carrier = AA (vs UA)     -4.5271           -1.3201
carrier = DL             -3.2055           -1.1202
carrier = B6              2.0415            0.7533
origin = JFK (vs EWR)    -1.2500           -0.5840
origin = LGA              0.0481            0.0220

Left out, because in these rows they depend on the columns before them: air_time_hours.
× std. dev.: the change of arr_delay for one standard deviation of the column; the largest first.

Model written to model.json · read 31 ms, fit 12 ms, total 402 ms
"""
HOSTILE = ["[bold]x[/bold]", ":smile:", "\x1b[31mred", "two\nlines", "a\u202eb", "x" * 300, "大きさ"]


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self):
        return True


@pytest.fixture(autouse=True)
def environment(monkeypatch):
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.delenv("COLUMNS", raising=False)


def piped(report):
    stream = io.StringIO()
    show_training(result_console(stream), report)
    return stream.getvalue()


def on_terminal(report, monkeypatch, columns):
    monkeypatch.setenv("COLUMNS", str(columns))
    stream = Terminal()
    show_training(result_console(stream), report)
    return re.sub(r"\x1b\[[0-9;]*m", "", stream.getvalue())


def without_chart(text):
    blocks = text.split("\n\n")
    assert blocks[1].startswith("excess loss over the")
    return "\n\n".join([blocks[0], "CHART", *blocks[2:]])


def with_fit(report, **changes):
    return replace(report, fit=replace(report.fit, **changes))


def effect(column, per_deviation, *, level=None, baseline=None, aliased=False):
    return Effect(DesignColumn(column, level), 2 * per_deviation, per_deviation, baseline, aliased=aliased)


def numbers(text):
    return re.findall(r"(?<![\w.-])-?\d+\.\d+(?!\w)", text)


def test_the_piped_report_is_this_text(train_report):
    assert without_chart(piped(train_report)) == REPORT


def test_a_narrow_window_changes_nothing_in_a_pipe(train_report, monkeypatch):
    wide = piped(train_report)
    monkeypatch.setenv("COLUMNS", "20")
    assert piped(train_report) == wide


def test_twenty_columns_of_a_terminal_cut_no_number_and_no_line(train_report, monkeypatch):
    text = on_terminal(train_report, monkeypatch, 20)
    assert sorted(numbers(without_chart(text))) == sorted(numbers(REPORT))
    assert max(map(len, text.splitlines())) <= 21
    assert "…" not in text


def test_eighty_columns_show_the_same_tables_as_a_pipe(train_report, monkeypatch):
    lines = on_terminal(train_report, monkeypatch, 80).splitlines()
    assert [line for line in REPORT.splitlines() if "coefficient" in line or "carrier" in line] == [
        line for line in lines if "coefficient" in line or "carrier" in line
    ]


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("place", ["target", "column", "level", "baseline", "weight", "source"])
def test_names_are_text_and_nothing_else(train_report, name, place):
    if place in {"target", "weight", "source"}:
        report = replace(train_report, **{place: name})
    else:
        names = {"column": "carrier", "level": "AA", "baseline": "UA"} | {place: name}
        column = DesignColumn(names["column"], names["level"])
        hostile = Effect(column, 1.0, 1.0, names["baseline"], aliased=False)
        report = with_fit(train_report, effects=(hostile,))
    shown = {"\x1b[31mred": "\\x1b[31mred", "two\nlines": "two\\nlines", "a\u202eb": "a\\u202eb"}.get(name, name)
    text = piped(report)
    assert shown in text
    assert not set(text) & {"\x1b", "\u202e"}


def test_long_names_are_shortened_on_a_terminal_only(train_report, monkeypatch):
    report = with_fit(train_report, effects=(effect("x" * 150 + "y" * 150, 1.0),))
    assert "x" * 150 + "y" * 150 in piped(report)
    assert "x" * 18 + "…" + "y" * 17 + "   " in on_terminal(report, monkeypatch, 80)


def test_a_long_level_and_its_baseline_share_the_room_of_a_name(train_report, monkeypatch):
    report = with_fit(train_report, effects=(effect("job", 1.0, level="a" * 99, baseline="b" * 99),))
    assert re.search(r"^job = …a{5} \(vs b{9}…b{8}\)  ", on_terminal(report, monkeypatch, 80), re.MULTILINE)
    assert f"job = {'a' * 99} (vs {'b' * 99})" in piped(report)


def test_a_terminal_lists_the_twenty_largest_and_a_pipe_all(train_report, monkeypatch):
    effects = tuple(effect(f"column_{k}", (-1) ** k * float(k + 1)) for k in range(54))
    report = with_fit(train_report, effects=effects)
    text = on_terminal(report, monkeypatch, 80)
    assert re.findall(r"column_\d+", text) == [f"column_{k}" for k in range(53, 33, -1)]
    assert "… and 34 smaller (all in model.json)\n" in text
    assert len(re.findall(r"column_\d+", piped(report))) == 54
    assert "smaller (all" not in piped(report)


@pytest.mark.parametrize(("model", "place"), [(None, "--json"), ("-", "the model"), ("a\nb", "a\\nb")])
def test_the_rest_is_said_to_be_where_it_is(train_report, monkeypatch, model, place):
    effects = tuple(effect(f"column_{k}", float(k + 1)) for k in range(21))
    report = replace(with_fit(train_report, effects=effects), model=model)
    assert f"… and 1 smaller (all in {place})" in on_terminal(report, monkeypatch, 80)


@pytest.mark.parametrize(
    ("model", "line"), [(None, "No model was written · "), ("-", "Model written to standard output · ")]
)
def test_the_last_line_says_where_the_model_is(train_report, model, line):
    assert piped(replace(train_report, model=model)).splitlines()[-1].startswith(line)


def test_left_out_columns_are_named_and_counted(train_report, monkeypatch):
    effects = tuple(effect(f"column_{k}", 0.0, aliased=True) for k in range(25))
    report = with_fit(train_report, effects=effects)
    assert "column_19 and 5 more." in on_terminal(report, monkeypatch, 400)
    assert "column_23, column_24." in piped(report)


def test_the_loss_names_the_title_the_baseline_and_the_bold_row(train_report):
    scores = train_report.fit.train
    pinball = replace(scores, model=replace(scores.model, pinball=3.25), baseline=replace(scores.baseline, pinball=6.5))
    text = piped(with_fit(train_report, quantile=0.9, train=pinball, holdout=None))
    assert text.startswith("0.9-quantile fit of arr_delay on 9,985 rows, 9 coefficients · flights.csv\n")
    assert re.search(r"^pinball loss +3\.25 +6\.50$", text, re.MULTILINE)
    assert '"0.9-quantile only" predicts the 0.9-quantile of the training targets' in text
    assert '"mean only"' in piped(with_fit(train_report, loss="mse"))


@pytest.mark.parametrize(("loss", "row"), [("mae", "MAE"), ("mse", "RMSE")])
def test_what_was_minimised_is_bold(train_report, monkeypatch, loss, row):
    monkeypatch.setenv("COLUMNS", "80")
    stream = Terminal()
    show_training(result_console(stream), with_fit(train_report, loss=loss))
    assert re.search(rf"^\x1b\[1m{row} .*\x1b\[0m$", stream.getvalue(), re.MULTILINE)


def test_an_undefined_number_is_a_dash(train_report):
    scores = train_report.fit.train
    constant = replace(scores, model=replace(scores.model, r2=None), baseline=replace(scores.baseline, r2=None))
    assert re.search(r"^R² +– +–$", piped(with_fit(train_report, train=constant, holdout=None)), re.MULTILINE)


def test_without_a_holdout_and_without_an_intercept_there_is_no_such_cell(train_report):
    text = piped(with_fit(train_report, holdout=None, intercept=None))
    assert "holdout" not in text
    assert "(intercept)" not in text


def test_a_model_of_the_intercept_alone_is_shown(train_report):
    assert re.search(r"^\(intercept\) +-15\.3201$", piped(with_fit(train_report, effects=())), re.MULTILINE)


def test_weights_and_their_zeros_are_said(train_report):
    rows = replace(train_report.rows, zero_weight=12)
    text = piped(replace(train_report, weight="population", rows=rows))
    assert ", 9 coefficients, weighted by population · flights.csv\n" in text
    assert ", 12 of the fitted without effect (weight 0).\n" in text


def test_an_ascii_stream_gets_ascii(train_report):
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii", write_through=True)
    show_training(result_console(stream), train_report)
    text = stream.buffer.getvalue().decode("ascii")
    assert "R2 " in text
    assert "***" in text
    assert "\\u" not in text
