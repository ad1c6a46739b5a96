"""A model meets data it was not trained on: other columns, other levels, other kinds, other ranges."""

from dataclasses import replace

import pytest
from faults.cases import (
    CLEAN,
    EMPTY,
    NO_ROWS,
    ROWS,
    Refusal,
    changed,
    column,
    not_a_number,
    not_utf8,
    nul_byte,
    on_model,
    refused,
    same,
    table,
    tells,
    too_few,
    too_many,
    unclosed,
    without,
)

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
    refused("a column less", table([(y, k) for y, _, k in ROWS], "y,k"), Refusal("unknown-column", column="x")),
    refused(
        "a column of another name",
        CLEAN.replace("x", "X", 1),
        Refusal("unknown-column", column="x", remedy="did you mean 'X'? its columns are 'y', 'X', 'k'"),
    ),
    refused("a level column less", table([(y, x) for y, x, _ in ROWS], "y,x"), Refusal("unknown-column", column="k")),
    refused(
        "text where numbers were",
        table(changed({(4, 1): "five"})),
        not_a_number(6, "five", "fix the cell, or count it as missing with --na-values five", "x"),
    ),
    refused(
        "text throughout where numbers were",
        table(column(1, ["a", "b"])),
        not_a_number(2, "a", "fix the cell, or count it as missing with --na-values a", "x"),
    ),
    refused(
        "numbers where text was",
        table(column(2, ["1", "2"])),
        Refusal(
            "number-among-levels",
            line=2,
            column="k",
            cell="1",
            remedy="write its levels as they were, or train on such data",
        ),
    ),
    refused(
        "a number among text",
        table(changed({(4, 2): "7"})),
        Refusal(
            "number-among-levels",
            line=6,
            column="k",
            cell="7",
            remedy="write its levels as they were, or train on such data",
        ),
    ),
    refused("percent among numbers", table(changed({(4, 1): "50%"})), not_a_number(6, "50%", "take the % off", "x")),
    refused("a decimal comma", table(changed({(4, 1): '"2,5"'})), not_a_number(6, "2,5", "use --decimal ','", "x")),
    refused(
        "a placeholder",
        table(changed({(4, 1): "?"})),
        not_a_number(6, "?", 'use --na-values "?" if that means a missing cell', "x"),
    ),
    refused(
        "infinity",
        table(changed({(4, 1): "inf"})),
        Refusal(
            "not-finite",
            line=6,
            column="x",
            cell="inf",
            remedy="fix the cell or leave it empty, or count it as missing with --na-values inf",
        ),
    ),
    refused(
        "1e400",
        table(changed({(4, 1): "1e400"})),
        Refusal("not-finite", line=6, column="x", cell="1e400", remedy="fix the cell or leave it empty"),
    ),
    refused("a field too many", CLEAN.replace("6,b", "6,b,1"), too_many(5)),
    refused("a field too few", CLEAN.replace("6,b", "6"), too_few(5)),
    refused(
        "a field too few where the model does not know the last column",
        table([(*row, "more") for row in ROWS], "y,x,k,more").replace("b,more", "b", 1),
        too_few(3),
    ),
    refused("a quote that is never closed", CLEAN.replace("6,b", '"6,b'), unclosed(5)),
    refused(
        "text behind a closing quote",
        CLEAN.replace("6,b", '"6"5,b'),
        Refusal("text-after-quote", line=5, remedy="double every quote within a quoted cell"),
    ),
    refused("no UTF-8", table(changed({(4, 2): "é"})).encode("latin-1"), not_utf8(6, "k")),
    refused("a NUL byte", CLEAN.replace("6,b", "6,\x00b"), nul_byte(5, "k", "\x00b")),
    refused(
        "a name twice", CLEAN.replace("y", "x", 1), Refusal("duplicate-column", column="x", remedy="rename one of them")
    ),
    refused("nothing", "", EMPTY),
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
        Refusal(
            "unseen-level",
            line=6,
            column="k",
            cell="c",
            remedy="skip such rows with --unseen skip, or train on data that has them",
        ),
    ),
    same(
        "an unseen level left out",
        UNSEEN,
        "--unseen",
        "skip",
        twin=table(without(4)),
        notes=("1 row with a level never seen in training not scored",),
    ),
    refused("unseen levels alone", table(column(2, ["c"])), Refusal("no-row-to-score"), "--unseen", "skip"),
    refused(
        "the header in the middle",
        CLEAN + CLEAN,
        not_a_number(14, "y", "remove the line, which seems to repeat the header"),
    ),
    refused("the target less", table([(x, k) for _, x, k in ROWS], "x,k"), Refusal("unknown-column", column="y")),
    refused(
        "text in the target",
        table(changed({(4, 0): "five"})),
        not_a_number(6, "five", "fix the cell, or count it as missing with --na-values five"),
    ),
    refused("a header alone", "y,x,k\n", NO_ROWS),
    refused(
        "every row misses a cell",
        table(column(1, [""])),
        Refusal("no-complete-row", column="x", remedy="fill in its cells"),
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
        Refusal("column-exists", column="prediction", remedy="name the new one with --column"),
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
