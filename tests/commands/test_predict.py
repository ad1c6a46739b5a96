"""mae-predict: rows with predictions on standard output or in a file, and what it refuses."""

import csv
import gzip
import io
import json
import subprocess
import sys
from functools import partial

import pytest
from click.testing import CliRunner
from support.faults import Refusal

from mae_cli.commands import predict

RUN = "import sys; del sys.argv[0]; from mae_cli.commands.entry import predict; predict()"


@pytest.fixture
def model(mae_train, table):
    """A model that predicts 1 + x/2, and 2 more for the level a."""
    rows = [(x, k) for x in range(10) for k in "abb"]
    lines = [f"{1 + x / 2 + 2 * (k == 'a')},{x},{k}" for x, k in rows]
    assert mae_train(table("\n".join(["y,x,k", *lines, ""]), "training.csv"), "-t", "y").exit_code == 0
    return "model.json"


@pytest.fixture
def mae_predict(tmp_path, monkeypatch):
    """Run mae-predict in this process and the test's directory; an exception that is no exit fails the test."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments, stdin=None):
        runner = CliRunner()
        arguments = list(map(str, arguments))
        return runner.invoke(predict.main, arguments, input=stdin, prog_name="mae-predict", catch_exceptions=False)

    return run


@pytest.fixture
def start(tmp_path):
    """Start mae-predict as a process of its own, in the test's directory."""
    return partial(_started, tmp_path)


def _started(place, *arguments):
    command = [sys.executable, "-P", "-c", RUN, "mae-predict", *map(str, arguments)]
    return subprocess.Popen(command, cwd=place, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def predictions(text):
    return [float(row["prediction"] or "nan") for row in csv.DictReader(io.StringIO(text, newline=""))]


def test_rows_go_to_standard_output_with_their_predictions(mae_predict, model, table):
    result = mae_predict(model, table("k,x,note\na,1,p\nb,4,\n"))
    assert result.exit_code == 0
    assert result.stderr == ""
    assert [line.rpartition(",")[0] for line in result.stdout.splitlines()] == ["k,x,note", "a,1,p", "b,4,"]
    assert predictions(result.stdout) == pytest.approx([3.5, 3.0])


def test_a_file_with_blanks_behind_its_commas_keeps_them(mae_predict, model, table):
    result = mae_predict(model, table("k, x, note\na, 1, p\nb, 4, q\n"))
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == "k, x, note, prediction\na, 1, p, 3.5\nb, 4, q, 3.0\n"
    several = mae_predict(model, table("k,x,note\na,1,p\n"), table("k, x, note\nb, 4, q\n", "spaced.csv"))
    assert several.exit_code == 0
    assert several.stdout.splitlines()[-1] == "b, 4, q, 3.0"


def test_blanks_behind_commas_are_known_by_the_header_alone(mae_predict, model, table):
    assert mae_predict(model, table("k, x\n")).stdout == "k, x, prediction\n"
    assert mae_predict(model, table('k, x, note\na, 1, "p, q"\na,, r\n')).stdout.splitlines()[1:] == [
        'a, 1, "p, q", 3.5',
        "a,, r, ",
    ]


def test_notes_go_to_standard_error_and_can_be_silenced(mae_predict, model, table):
    table("x,k\n1,a\n,a\n2,new\n99,b\n")
    result = mae_predict(model, "data.csv")
    assert result.exit_code == 0
    assert result.stderr == (
        "mae-predict: note: 1 of 4 rows without a prediction, for a missing cell\n"
        "mae-predict: note: 1 of 4 rows without a prediction, for a level never "
        "seen in training; the first is 'new' in column 'k' "
        "(data.csv, line 4)\n"
        "mae-predict: note: 1 row outside the training range: 'x' (training: 0 to 9)\n"
    )
    assert mae_predict(model, "data.csv", "-q").stderr == ""


def test_a_strict_run_fails_when_a_row_has_no_prediction_and_writes_all_rows_all_the_same(mae_predict, model, table):
    table("x,k\n1,a\n,a\n2,new\n")
    usual = mae_predict(model, "data.csv", "-q")
    result = mae_predict(model, "data.csv", "-q", "--strict")
    assert (result.exit_code, result.stdout) == (4, usual.stdout)
    assert result.stderr == "mae-predict: failed --strict: 2 rows have no prediction\n"
    assert mae_predict(model, "data.csv", "--strict", "-o", "out.csv").exit_code == 4
    assert (table("", "empty").parent / "out.csv").read_bytes() == usual.stdout.encode()


def test_a_strict_run_passes_when_every_row_has_a_prediction(mae_predict, model, table):
    result = mae_predict(model, table("x,k\n1,a\n99,b\n"), "--strict", "-q")
    assert (result.exit_code, result.stderr) == (0, "")


def test_counts_are_one_object_on_standard_error(mae_predict, model, table, one_object):
    table("x,k\n1,a\n,a\n2,é\n99,b\n")
    result = mae_predict(model, "data.csv", "--json", "--strict")
    assert result.exit_code == 4
    assert predictions(result.stdout)[0] == pytest.approx(3.5)
    report = one_object(result.stderr_bytes.decode())
    assert (report["schema"], report["version"]) == ("mae-cli/predict-report", 1)
    assert report["data"] == {
        "rows_read": 4, "rows_predicted": 2, "rows_missing": 1, "rows_unseen": 1, "rows_overflowing": 0,
    }  # fmt: skip
    assert (report["target"], report["source"], report["column"]) == ("y", "data.csv", "prediction")
    assert report["outside"]["rows"] == 1
    assert len(report["notes"]) == 3
    assert "the first is 'é'" in report["notes"][1]
    assert report["gates"] == [
        {
            "name": "strict",
            "passed": False,
            "value": 2,
            "limit": 0,
            "finding": "2 rows have no prediction",
            "quantile": None,
        }
    ]
    assert one_object(mae_predict(model, "data.csv", "--json").stderr)["gates"] == []


def test_a_dash_is_standard_input(mae_predict, model):
    text = "x,k\n1,a\n"
    assert predictions(mae_predict(model, "-", stdin=text).stdout) == pytest.approx([3.5])
    assert predictions(mae_predict(model, "-", stdin=gzip.compress(text.encode())).stdout) == pytest.approx([3.5])


def test_the_model_may_come_from_standard_input(mae_predict, model, table, tmp_path):
    result = mae_predict("-", table("x,k\n1,a\n"), stdin=(tmp_path / model).read_bytes())
    assert predictions(result.stdout) == pytest.approx([3.5])


def test_model_and_data_cannot_share_standard_input(mae_predict):
    result = mae_predict("-", "-")
    assert result.exit_code == 2
    assert "MODEL and DATA cannot both be standard input" in result.stderr


def test_several_files_and_options_of_the_dialect(mae_predict, model, table):
    table("x;k\n1,0;a\n", "1.csv")
    table("x;k\n2,0;b\n", "2.csv")
    result = mae_predict(model, "1.csv", "2.csv", "--decimal", ",", "--column", "ŷ;", "--delimiter", ";")
    rows = list(csv.reader(io.StringIO(result.stdout), delimiter=";"))
    assert [row[:-1] for row in rows] == [["x", "k"], ["1,0", "a"], ["2,0", "b"]]
    assert rows[0][-1] == "ŷ;"
    assert [float(row[-1].replace(",", ".")) for row in rows[1:]] == pytest.approx([3.5, 2.0])


def test_a_table_without_rows_is_no_fault(mae_predict, model, table):
    result = mae_predict(model, table("x,k\n"))
    assert (result.exit_code, result.stdout, result.stderr) == (0, "x,k,prediction\n", "")


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        (None, Refusal("file-not-found")),
        ("", Refusal("empty-file")),
        ("x,y\n1,2\n", Refusal("unknown-column", column="k")),
        (
            "x,k,prediction\n1,a,2\n",
            Refusal("column-exists", column="prediction", remedy="name the new one with --column"),
        ),
        (
            "x,k\none,a\n",
            Refusal(
                "not-a-number",
                line=2,
                column="x",
                cell="one",
                remedy="fix the cell, or count it as missing with --na-values one",
            ),
        ),
        (
            "x,k\n1,1\n",
            Refusal(
                "number-among-levels",
                line=2,
                column="k",
                cell="1",
                remedy="write its levels as they were, or train on such data",
            ),
        ),
    ],
)
def test_data_at_fault_exit_with_1_in_one_line_and_print_nothing(mae_predict, told, model, table, text, refusal):
    if text is not None:
        table(text)
    result = mae_predict(model, "data.csv")
    (fault,) = told
    assert Refusal.of(fault) == refusal
    assert (result.exit_code, result.stdout, result.stderr) == (1, "", f"mae-predict: error: {fault}\n")


def test_mae_eval_too_refuses_numbers_where_the_model_knows_text(mae_eval, told, model, table):
    table("y,x,k\n1,1,1\n")
    result = mae_eval(model, "data.csv", "--unseen", "skip")
    assert result.exit_code == 1
    assert [fault.code for fault in told] == ["number-among-levels"]


def test_a_blank_name_is_wrong_usage(mae_predict, told, model, table):
    result = mae_predict(model, table("x,k\n1,a\n"), "--column", " ")
    assert result.exit_code == 2
    assert [(fault.code, fault.remedy) for fault in told] == [("unnamed-column", "give one with --column")]


def test_a_file_is_written_whole(mae_predict, model, table, tmp_path):
    result = mae_predict(model, table("x,k\n1,a\n"), "-o", "out.csv", "--only")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "")
    assert predictions((tmp_path / "out.csv").read_text(encoding="utf-8")) == pytest.approx([3.5])


def test_a_fault_leaves_the_output_file_as_it_was(mae_predict, told, model, table, tmp_path):
    (tmp_path / "out.csv").write_text("old", encoding="utf-8")
    rows = f"1,a,{'n' * 200}\n" * 30_000  # more than a piece of text
    table(f"x,k,note\n{rows}one,a,\n")
    result = mae_predict(model, "data.csv", "-o", "out.csv", "--force")
    assert result.exit_code == 1
    assert [(fault.code, fault.place.line) for fault in told] == [("not-a-number", 30_002)]
    assert (tmp_path / "out.csv").read_text(encoding="utf-8") == "old"
    assert {path.name for path in tmp_path.iterdir()} == {"out.csv", "data.csv", "model.json", "training.csv"}


@pytest.mark.parametrize(
    ("output", "options", "refusal"),
    [
        (
            "old.csv",
            (),
            Refusal("output-exists", file="old.csv", remedy="choose another name with -o, or replace it with --force"),
        ),
        ("data.csv", ("--force",), Refusal("output-is-input", remedy="name another file with -o")),
        ("model.json", ("--force",), Refusal("output-is-input", file="model.json", remedy="name another file with -o")),
        ("out/", (), Refusal("output-is-directory", file="out/", remedy="name a file in it with -o")),
        ("nowhere/out.csv", (), Refusal("output-directory-missing", file="nowhere/out.csv")),
    ],
)
def test_an_output_that_should_not_be_written_is_refused(mae_predict, told, model, table, output, options, refusal):
    table("x,k\n1,a\n", "old.csv")
    result = mae_predict(model, table("x,k\n1,a\n"), "-o", output, *options)
    assert result.exit_code == 1
    assert result.stdout == ""
    (fault,) = told
    assert Refusal.of(fault) == refusal
    assert result.stderr == f"mae-predict: error: {fault}\n"


@pytest.mark.parametrize(
    ("output", "remedy"),
    [
        ("out.csv.gz", "gzip > out.csv.gz"),
        ("out.bz2", "bzip2 > out.bz2"),
        ("out.xz", "xz > out.xz"),
        ("out.zst", "zstd > out.zst"),
        ("my out.ZIP", "zip > 'my out.ZIP'"),
    ],
)
def test_plain_text_under_the_name_of_a_compressed_file_is_refused(
    mae_predict, told, model, table, tmp_path, output, remedy
):
    result = mae_predict(model, table("x,k\n1,a\n"), "-o", output, "--force")
    assert result.exit_code == 1
    found = Refusal("misnamed-output", file=output, remedy=f"leave out -o and append | {remedy}")
    assert list(map(Refusal.of, told)) == [found]
    assert not (tmp_path / output).exists()


def test_a_reader_that_wants_one_line_ends_it_quietly(model, table, start):
    process = start(model, table("x,k,note\n" + f"1,a,{'n' * 200}\n" * 30_000))
    assert process.stdout.readline().decode().strip() == "x,k,note,prediction"
    process.stdout.close()
    with process.stderr:
        assert process.stderr.read() == b""
    assert process.wait(timeout=60) == 0


def test_line_ends_are_those_of_the_input_on_every_system(model, table, start):
    process = start(model, table("x,k\n1,a\n2,b\r\n"))
    output, _ = process.communicate(timeout=60)
    assert [line[-2:] == b"\r\n" for line in output.splitlines(keepends=True)] == [False, False, True]


def test_a_model_without_features_is_read_and_predicts(mae_predict, mae_eval, model, table, tmp_path):
    content = json.loads((tmp_path / model).read_text(encoding="utf-8")) | {"terms": [], "intercept": 2.5}
    table(json.dumps(content), "constant.json")
    table("y,x\n1,1\n3,\n")
    assert predictions(mae_predict("constant.json", "data.csv").stdout) == [2.5, 2.5]
    report = json.loads(mae_eval("constant.json", "data.csv", "--json").stdout)
    assert report["metrics"]["mae"] == 1.0


def test_help_and_usage_errors_load_nothing_slow():
    probe = "import atexit, sys; atexit.register(lambda: print({'numpy', 'pandas', 'rich'} & set(sys.modules)));" + RUN
    for arguments, status in ((["--help"], 0), (["model.json"], 2)):
        command = [sys.executable, "-P", "-c", probe, "mae-predict", *arguments]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == status
        assert "mae-predict" in done.stdout + done.stderr
        assert done.stdout.endswith("set()\n")
