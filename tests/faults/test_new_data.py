"""A model meets data it was not trained on: other columns, other levels, other kinds, other ranges."""

# A refusal stands on one line here, as it does on the terminal.
# ruff: noqa: E501

from dataclasses import replace

import pytest
from faults.cases import CLEAN, ROWS, changed, column, on_model, refused, same, table, tells, without

SWAPPED = table([(k, y, x) for y, x, k in ROWS], "k,y,x")
WIDER = table([(*row, "n") for row in ROWS], "y,x,k,note")
UNSEEN = table(changed({(4, 2): "c"}))
OUTSIDE = table(changed({(5, 1): "7000"}))
RANGE = "1 row outside the training range: 'x' (training: -6.5 to 7.25)"

BOTH = [
    same("columns in another order", SWAPPED),
    same("semicolons", table(delimiter=";")),
    same("a mark and UTF-16", CLEAN.encode("utf-16")),
    same("carriage returns", table(end="\r\n")),
    same("quoted cells", table([[f'"{cell}"' for cell in row] for row in ROWS])),
    same("numbers outside of the training range", OUTSIDE, twin=OUTSIDE, notes=(RANGE,)),
    refused(
        "a column less",
        table([(y, k) for y, _, k in ROWS], "y,k"),
        "data.csv has no column 'x', a feature of the model; its columns are 'y', 'k'",
    ),
    refused(
        "a column of another name",
        CLEAN.replace("x", "X", 1),
        "data.csv has no column 'x', a feature of the model; did you mean 'X'? its columns are 'y', 'X', 'k'",
    ),
    refused(
        "a level column less",
        table([(y, x) for y, x, _ in ROWS], "y,x"),
        "data.csv has no column 'k', a feature of the model; its columns are 'y', 'x'",
    ),
    refused(
        "text where numbers were",
        table(changed({(4, 1): "five"})),
        "data.csv, line 6: the feature 'x' must be a number, but this cell is 'five'; fix the cell, or count it as missing with --na-values",
    ),
    refused(
        "text throughout where numbers were",
        table(column(1, ["a", "b"])),
        "data.csv, line 2: the feature 'x' must be a number, but this cell is 'a'; fix the cell, or count it as missing with --na-values",
    ),
    refused(
        "numbers where text was",
        table(column(2, ["1", "2"])),
        "data.csv, line 2: column 'k' is the number '1', but it was text when the model was trained ('a', 'b'); write its levels as they were, or train on such data",
    ),
    refused(
        "a number among text",
        table(changed({(4, 2): "7"})),
        "data.csv, line 6: column 'k' is the number '7', but it was text when the model was trained ('a', 'b'); write its levels as they were, or train on such data",
    ),
    refused(
        "percent among numbers",
        table(changed({(4, 1): "50%"})),
        "data.csv, line 6: the feature 'x' must be a number, but this cell is '50%', which looks like a percentage; take the % off",
    ),
    refused(
        "a decimal comma",
        table(changed({(4, 1): '"2,5"'})),
        "data.csv, line 6: the feature 'x' must be a number, but this cell is '2,5', which looks like a number with a decimal comma; use --decimal ,",
    ),
    refused(
        "a placeholder",
        table(changed({(4, 1): "?"})),
        "data.csv, line 6: the feature 'x' must be a number, but this cell is '?'; use --na-values \"?\" if that means a missing cell",
    ),
    refused(
        "infinity",
        table(changed({(4, 1): "inf"})),
        "data.csv, line 6: column 'x' is 'inf', which is not a finite number; fix the cell or leave it empty, or count it as missing with --na-values inf",
    ),
    refused(
        "1e400",
        table(changed({(4, 1): "1e400"})),
        "data.csv, line 6: column 'x' is '1e400', which is not a finite number; fix the cell or leave it empty",
    ),
    refused(
        "a field too many",
        CLEAN.replace("6,b", "6,b,1"),
        "data.csv, line 5: expected 3 fields, found 4; put cells that contain ',' in quotes",
    ),
    refused(
        "a field too few",
        CLEAN.replace("6,b", "6"),
        "data.csv, line 5: expected 3 fields, found 2; complete the line, or remove it",
    ),
    refused(
        "a field too few where the model does not know the last column",
        table([(*row, "more") for row in ROWS], "y,x,k,more").replace("b,more", "b", 1),
        "data.csv, line 3: expected 4 fields, found 3; complete the line, or remove it",
    ),
    refused(
        "a quote that is never closed",
        CLEAN.replace("6,b", '"6,b'),
        "data.csv, line 5: a quote is opened in this record and never closed",
    ),
    refused(
        "text behind a closing quote",
        CLEAN.replace("6,b", '"6"5,b'),
        "data.csv, line 5: unexpected text after a closing quote; write a quote within quotes twice",
    ),
    refused(
        "no UTF-8",
        table(changed({(4, 2): "é"})).encode("latin-1"),
        "data.csv, line 6: not UTF-8 text (byte 0xe9); name the encoding with --encoding (latin-1 or cp1252, most often), or save the file as UTF-8",
    ),
    refused(
        "a NUL byte",
        CLEAN.replace("6,b", "6,\x00b"),
        "data.csv, line 5: a NUL byte, which no text has; use --encoding utf-16-le or utf-16-be, if the file is UTF-16",
    ),
    refused(
        "a name twice",
        CLEAN.replace("y", "x", 1),
        "data.csv: the header names column 'x' twice; rename one of them",
    ),
    refused("nothing", "", "data.csv is empty"),
]

EVALUATED = [
    same(
        "an empty row",
        CLEAN + ",,\n",
        notes=("1 of 13 rows dropped for a missing cell; column 'y' is missing in all of them",),
    ),
    same(
        "NA for a level",
        table(changed({(4, 2): "NA"})),
        twin=table(without(4)),
        notes=("1 of 12 rows dropped for a missing cell; column 'k' is missing in all of them",),
    ),
    refused(
        "an unseen level",
        UNSEEN,
        "data.csv, line 6: column 'k' has the level 'c', which was never seen in training; skip such rows with --unseen skip, or train on data that has them",
    ),
    same(
        "an unseen level left out",
        UNSEEN,
        "--unseen",
        "skip",
        twin=table(without(4)),
        notes=("1 row with a level never seen in training not scored",),
    ),
    refused(
        "unseen levels alone",
        table(column(2, ["c"])),
        "data.csv: no row can be scored; every one has a level never seen in training, or weight 0",
        "--unseen",
        "skip",
    ),
    refused(
        "the header in the middle",
        CLEAN + CLEAN,
        "data.csv, line 14: the target 'y' must be a number, but this cell is 'y'; remove the line, which seems to repeat the header",
    ),
    refused(
        "the target less",
        table([(x, k) for _, x, k in ROWS], "x,k"),
        "data.csv has no column 'y', the model's target, which only mae-predict does without; its columns are 'x', 'k'",
    ),
    refused(
        "text in the target",
        table(changed({(4, 0): "five"})),
        "data.csv, line 6: the target 'y' must be a number, but this cell is 'five'; fix the cell, or count it as missing with --na-values",
    ),
    refused("a header alone", "y,x,k\n", "data.csv has a header but no data rows"),
    refused(
        "every row misses a cell",
        table(column(1, [""])),
        "data.csv: every row has a missing cell; column 'x' is missing in all of them; fill in its cells",
    ),
]

PREDICTED = [
    tells("a header alone gives a header", "y,x,k\n", values={"predictions": []}),
    same("no target", table([(x, k) for _, x, k in ROWS], "x,k")),
    same("text in the target is not looked at", table(column(0, ["?"]))),
    tells(
        "a missing cell",
        "x,k\n,a\n",
        values={"predictions": [None]},
        notes=("1 of 1 row without a prediction, for a missing cell",),
    ),
    tells(
        "an unseen level",
        "x,k\n1,c\n",
        values={"predictions": [None]},
        notes=(
            (
                "1 of 1 row without a prediction, for a level never seen in training; the first is 'c' in column 'k' "
                "(data.csv, line 2)"
            ),
        ),
    ),
    refused(
        "the new column is there already",
        table([(x, k, "1") for _, x, k in ROWS], "x,k,prediction"),
        "data.csv has a column 'prediction' already; name the new one with --column",
    ),
]

UNUSABLE = table([("2024-01-31", "5%", *row) for row in ROWS], "when,share,y,x,k")
MORE = [
    (
        same("a column more", WIDER),
        "column {!r} is not used by the model; ignored".format(WIDER.split("\n", 1)[0].split(",")[-1]),
    ),
    (
        same("columns more that could not be used", UNUSABLE),
        "2 columns are not used by the model; ignored: 'when', 'share'",
    ),
]

CASES = [
    *(replace(case, command="eval", notes=(note,)) for case, note in MORE),
    *(on_model(case, "predict") for case, _ in MORE),
    *(on_model(case, command) for case in BOTH for command in ("eval", "predict")),
    *(on_model(case, "eval") for case in EVALUATED),
    *(on_model(case, "predict") for case in PREDICTED),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.command}, {case.name}")
def test_a_model_reads_its_columns_or_refuses(check, case):
    check(case)


WEIGHTED = table([(*row, "2") for row in ROWS], "y,x,k,w")


def test_absent_weights_are_announced(table, mae_train, mae_eval):
    assert mae_train(table(WEIGHTED), "-t", "y", "--weight", "w").exit_code == 0
    result = mae_eval("model.json", table(CLEAN, "new.csv").name)
    assert result.exit_code == 0
    assert result.stderr == "mae-eval: note: new.csv has no weight column 'w'; all rows weigh the same\n"
