"""A target and weights that are written like prices, shares, measures or dates: alike in all three commands."""

import json

import pytest
from support.tables import PLACES

from mae_cli.errors import Place

MONEY = ["$1,200.50", "$900.00", "($40.75)", "$3,000.25", "$80.75", "$20.00"]
SHARES = ["12%", "3%", "4.5%", "9%", "1%", "7%"]
DAYS = ["2024-01-31", "2024-02-01", "2024-03-05", "2024-03-17", "2024-04-02", "2024-05-20"]
DOUBTFUL = ["1,200", "900", "3,000", "80", "7", "20"]
MIXED = ["$1.2M", "$900K", "$3M", "$80", "$7K", "$20"]
SLASHED = ["1/2/2024", "3/4/2024", "5/6/2024", "7/8/2024", "9/10/2024", "11/12/2024"]
CHOOSE = 'fix the cell, count it as missing with --na-values "{}", or choose a column of numbers'
# How each is written, what it means, and the options that say so.
TARGETS = {
    "money": (MONEY, [1200.5, 900, -40.75, 3000.25, 80.75, 20], ()),
    "shares": (SHARES, [12, 3, 4.5, 9, 1, 7], ()),
    "measures": ([f"{each} kg" for each in (5, 7.5, 1, 2, 9, 3)], [5, 7.5, 1, 2, 9, 3], ()),
    "thousands": (["1,200,000", "900", "3,000", "80", "7", "20"], [1.2e6, 900, 3000, 80, 7, 20], ()),
    "days": (DAYS, [19753, 19754, 19787, 19799, 19815, 19863], ()),
    "times": (["8:30", "9:00", "12:15", "23:45", "0:00", "7:30"], [8.5, 9, 12.25, 23.75, 0, 7.5], ()),
    "a missing one": (["$5", "-", "$7", "$1", "$2", "$9"], [5, "", 7, 1, 2, 9], ()),
    "doubtful": (DOUBTFUL, [1200, 900, 3000, 80, 7, 20], ("--number", "y")),
    "commas": (["1,5", "12,25", "3", "0,5", "7", "-2,75"], [1.5, 12.25, 3, 0.5, 7, -2.75], ("--number", "y")),
    "mixed": (MIXED, [1.2e6, 9e5, 3e6, 80, 7e3, 20], ("--number", "y")),
    "slashed": (SLASHED, [19754, 19816, 19879, 19942, 20005, 20068], ("--date", "y=%d/%m/%Y")),
    "called dates": (DAYS, [19753, 19754, 19787, 19799, 19815, 19863], ("--date", "y")),
}


def text_of(cells, weights=("1", "2", "1", "3", "1", "1"), name="y"):
    lines = [f'"{cell}",{x * x},"{weight}"' for x, (cell, weight) in enumerate(zip(cells, weights, strict=True))]
    return "\n".join([f"{name},x,w", *lines]) + "\n"


@pytest.fixture
def write(tmp_path):
    def write(name, *columns):
        (tmp_path / name).write_text(text_of(*columns), encoding="utf-8")
        return name

    return write


# Rows are kept as any, and workers start slowly: they have some kinds.
@pytest.mark.parametrize(
    ("kind", "where"),
    [
        (kind, where)
        for kind in TARGETS
        for where in PLACES
        if where == "--no-stream" or kind in ("money", "doubtful", "commas")
    ],
    indirect=["where"],
)
def test_a_written_target_is_fitted_and_scored_as_the_plain_one(write, mae_train, mae_eval, mae_predict, where, kind):
    cells, numbers, options = TARGETS[kind]
    written, plain = write("written.csv", cells), write("plain.csv", numbers)
    found = []
    for file, said in ((written, options), (plain, ())):
        trained = mae_train(file, "-t", "y", "--weight", "w", "--json", *said, *where)
        assert trained.exit_code == 0, trained.stderr
        scored = mae_eval("model.json", file, "--json", *(where if where != ("--strict",) else ()))
        report, score = json.loads(trained.stdout), json.loads(scored.stdout)
        answer = [report[key] for key in ("coefficients", "intercept", "train", "data")]
        found.append((answer, score["metrics"], score["data"], mae_predict("model.json", file, "--only").stdout))
    assert found[0] == found[1]


def test_written_weights_count_as_plain_ones(write, mae_train, mae_eval, where):
    found = []
    for weights in (["$1", "$2", "$1", "$3", "$1", "$1"], [1, 2, 1, 3, 1, 1]):
        trained = mae_train(write("data.csv", SHARES, weights), "-t", "y", "--weight", "w", "--json", *where)
        scored = json.loads(mae_eval("model.json", "data.csv", "--json").stdout)
        report = json.loads(trained.stdout)
        found.append((report["coefficients"], report["train"], scored["metrics"]))
    assert found[0] == found[1]


def test_a_weight_is_no_date(write, mae_train, told):
    assert mae_train(write("data.csv", SHARES, DAYS), "-t", "y", "--weight", "w").exit_code == 1
    assert mae_train("data.csv", "-t", "y", "--weight", "w", "--date", "w").exit_code == 2
    assert [(fault.code, fault.place and fault.place.column) for fault in told] == [
        ("not-a-number", "w"),
        ("conflicting-roles", None),
    ]


def test_training_says_how_the_target_and_the_weights_are_read(write, mae_train):
    report = json.loads(mae_train(write("data.csv", MONEY, SHARES), "-t", "y", "--weight", "w", "--json").stdout)
    read_as = "numbers with '$' and with thousands separators and with parentheses for negative"
    assert report["notes"][:2] == [
        f"column 'y': cells such as '$1,200.50' are read as {read_as}",
        "column 'w': cells such as '12%' are read as numbers with '%'",
    ]


@pytest.mark.parametrize(
    ("cells", "remedy"),
    [
        (DOUBTFUL, "take them out, or use --number y"),
        (MIXED, "take the currency off, or use --number y"),
        (SLASHED, "use --date y=%d/%m/%Y"),
        (["(5)", "(7)", "(1)", "(2)", "(9)", "(3)"], "write a minus sign if that is meant, or use --number y"),
        # What is beside a unit may be in another one.
        (["5 kg", "7", "1", "2", "9", "3"], CHOOSE.format("5 kg")),
        (["red 1", "7", "1", "2", "9", "3"], CHOOSE.format("red 1")),
    ],
)
@pytest.mark.parametrize("where", PLACES[:3], indirect=True)
def test_a_target_in_doubt_is_refused_with_what_reads_it(write, mae_train, told, where, cells, remedy):
    assert mae_train(write("data.csv", cells), "-t", "y", *where).exit_code == 1
    (fault,) = told
    assert (fault.code, fault.place.column, fault.cell) == ("not-a-number", "y", cells[0])
    assert fault.remedy == remedy


def test_numbers_are_no_dates_on_the_word_of_the_user_alone(write, mae_train, told):
    for cells in (MONEY, [20240101, 20240102, 20240103, 20240104, 20240105, 20240106]):
        assert mae_train(write("data.csv", cells), "-t", "y", "--date", "y").exit_code == 1
    remedy = "give the format, as in --date y=%Y%m%d"
    assert [(each.code, each.place, each.remedy) for each in told] == [
        ("no-date", Place("data.csv", column="y"), remedy)
    ] * 2


def test_the_word_of_the_user_is_not_overruled(write, mae_train, told):
    assert mae_train(write("data.csv", DAYS), "-t", "y", "--number", "y").exit_code == 1
    assert [(fault.code, fault.cell) for fault in told] == [("not-a-number", DAYS[0])]


def test_refused_features_are_told_with_a_target_in_doubt(tmp_path, mae_train, told):
    (tmp_path / "data.csv").write_text('y,x\n"1,200",1\n900,2\n"3,000",five\n80,4\n', encoding="utf-8")
    assert mae_train("data.csv", "-t", "y").exit_code == 1
    (fault,) = told
    target, feature = fault.parts
    assert (fault.code, feature.cell) == ("refused-columns", "five")
    assert "--number y" in target.remedy


@pytest.mark.parametrize("missing", ["drop", "error"])
def test_a_missing_cell_before_the_first_target_that_is_not_plain(tmp_path, mae_train, told, missing):
    text = 'y,x,k\n7,1,\n8,,\n"1,200.50",3,\n80,5,\n9,2,\n3,3,\n'
    (tmp_path / "data.csv").write_text(text, encoding="utf-8")
    done = mae_train("data.csv", "-t", "y", "--missing", missing)
    assert done.exit_code == (missing == "error")
    if missing == "error":
        assert [(fault.code, fault.place.line, fault.place.column) for fault in told] == [("missing-cell", 3, "x")]


def test_a_missing_cell_is_told_with_a_target_in_doubt(tmp_path, mae_train, told):
    (tmp_path / "data.csv").write_text('y,x\n7,1\n8,\n"1,200",3\n80,5\n', encoding="utf-8")
    for missing in ("drop", "error"):
        assert mae_train("data.csv", "-t", "y", "--missing", missing).exit_code == 1
    assert [fault.code for fault in told] == ["not-a-number", "refused-columns"]
    target, feature = map(str, told[1].parts)
    assert "line 4: the target 'y'" in target
    assert "line 3: the cell of column 'x' is missing" in feature


def test_what_is_no_number_in_the_target_is_no_part_of_how_it_is_written(write, mae_train, tmp_path):
    for cells, written in ((["5", "?", "7", "1", "2", "9"], None), (["$5", "-", "$7", "$1", "$2", "$9"], [])):
        mae_train(write("data.csv", cells), "-t", "y")
        model = json.loads((tmp_path / "model.json").read_text())
        assert model["version"] == (1 if written is None else 3)
        assert written is None or model["target_written"]["missing"] == written


@pytest.mark.parametrize(("other", "cell"), [("12 kg", "12 kg"), ("12", "12"), ("€12", "€12")])
def test_new_targets_have_to_be_written_as_in_training(write, mae_train, mae_eval, told, other, cell):
    mae_train(write("data.csv", SHARES), "-t", "y")
    assert mae_eval("model.json", write("new.csv", [other] * 6)).exit_code == 1
    (fault,) = told
    assert (fault.code, fault.place, fault.cell) == ("other-notation", Place("new.csv", 2, column="y"), cell)
    assert fault.remedy == "write it as in training, or train on such data"


def test_models_whose_targets_mean_different_things_are_not_compared(write, mae_train, mae_eval, told):
    mae_train(write("dollars.csv", MONEY), "-t", "y", "-o", "dollars.json")
    mae_train(write("shares.csv", SHARES), "-t", "y", "-o", "shares.json")
    mae_train(write("few.csv", [f"$ {each}" for each in range(6)]), "-t", "y", "-o", "few.json")
    assert mae_eval("dollars.json", "dollars.csv", "--against", "shares.json").exit_code == 1
    (fault,) = told
    assert (fault.code, fault.place) == ("targets-differ", Place("shares.json", column="y"))
    assert fault.remedy == "train both on a target that is written alike"
    assert mae_eval("dollars.json", "dollars.csv", "--against", "few.json").exit_code == 0


def test_several_quantiles_remember_how_the_target_is_written(write, mae_train, mae_eval, tmp_path):
    done = mae_train(write("data.csv", MONEY), "-t", "y", "--quantile", "0.1,0.9", "--calibration", "data.csv")
    assert done.exit_code == 2  # there is no interval to calibrate
    done = mae_train("data.csv", "-t", "y", "--predict-interval", "0.5", "--calibration", write("more.csv", MONEY))
    assert done.exit_code == 0, done.stderr
    assert json.loads((tmp_path / "model.json").read_text())["version"] == 3
    assert mae_eval("model.json", "data.csv").exit_code == 0


@pytest.mark.parametrize(("kind", "unit"), [("days", "y (days)"), ("times", "y (hours)"), ("money", "y")])
def test_reports_name_the_unit_of_a_target_of_dates(write, mae_train, mae_eval, kind, unit):
    file = write("data.csv", TARGETS[kind][0])
    assert mae_train(file, "-t", "y").stdout.startswith(f"MAE fit of {unit} on 6 rows")
    assert mae_eval("model.json", file).stdout.startswith(f"MAE fit of {unit} scored on 6 rows")
    assert next(line for line in mae_eval("model.json").stdout.splitlines() if "target" in line).endswith(f" {unit}")
    assert mae_train(file, "-t", "y", "--quantile", "0.2,0.8").stdout.startswith(f"Quantiles 0.2 and 0.8 of {unit} on")
    assert mae_eval("model.json", file).stdout.startswith(f"Quantiles 0.2 and 0.8 of {unit} scored")


@pytest.mark.parametrize("kind", ["money", "days"])
def test_columns_are_listed_with_a_written_target(write, mae_train, kind):
    cells, numbers, _ = TARGETS[kind]
    done = mae_train(write("data.csv", cells, SHARES), "-t", "y", "--weight", "w", "--columns", "--json")
    target, feature, weight = json.loads(done.stdout)["columns"]
    assert [each["use"] for each in (target, feature, weight)] == ["target", "number", "weight"]
    assert (target["minimum"], target["maximum"]) == (min(numbers), max(numbers))
    assert (weight["minimum"], weight["maximum"]) == (1, 12)


def test_columns_are_listed_with_a_target_in_doubt(write, mae_train):
    done = mae_train(write("data.csv", DOUBTFUL), "-t", "y", "--columns", "--json")
    target = json.loads(done.stdout)["columns"][0]
    assert (target["use"], target["remedy"]) == ("refused", "take them out, or use --number y")
    done = mae_train("data.csv", "-t", "y", "--columns", "--json", "--number", "y")
    assert json.loads(done.stdout)["columns"][0]["maximum"] == 3000


@pytest.mark.parametrize(
    ("cells", "says"),
    [
        (["3 kg", "5 kg", "200 g", "4 kg", "1 kg", "2 kg"], "numbers in 'kg' are read in 'g'"),
        (["3 g", "5 g", "2 g", "4 g", "1 g", "7 g"], "numbers are read in 'g'"),
        (
            ["3 kg", "5 lb", "2 kg", "4 km", "1", "2 kg"],
            "numbers in 'kg' (read in 'g'), 'km' (read in 'm'), 'lb' (read in 'oz') and no unit are mixed, and not",
        ),
        (["5K", "7K", "1M", "2", "9", "3"], None),
    ],
)
@pytest.mark.parametrize("where", PLACES[:2], indirect=True)
def test_units_that_are_read_freely_are_told(write, mae_train, where, cells, says):
    done = mae_train(write("data.csv", cells), "-t", "y", "--number", "y", "--json", *where)
    notes = [note for note in json.loads(done.stdout)["notes"] if note.startswith("column 'y': numbers")]
    assert [note.startswith(f"column 'y': {says}") for note in notes] == [True] * (says is not None)


@pytest.mark.parametrize(("odd", "remedy"), [("oops", "fix the cell, or count"), ("$5,12", "take the currency off")])
def test_of_money_with_an_odd_cell_that_cell_is_told(write, mae_train, told, odd, remedy):
    cells = [*MONEY[:3], odd, *MONEY[4:]]
    assert mae_train(write("data.csv", cells), "-t", "y").exit_code == 1
    assert mae_train("data.csv", "-t", "x", "--features", "y").exit_code == 1
    assert [(each.code, each.place.line, each.cell) for each in told] == [
        ("not-a-number", 5, odd),
        ("text-among-numbers", 5, odd),
    ]
    assert told[0].remedy.startswith(remedy)
