"""Files that are no model, or a broken one: one line that says where, no traceback, and nothing in them is run."""

import json
import pickle
import random

import pytest
from support.models import MODEL, TEXT

from mae_cli.errors import ModelError
from mae_cli.model.reading import from_json, load_model


def refusal(content):
    with pytest.raises(ModelError) as caught:
        from_json(content, "m.json")
    message = str(caught.value)
    assert message.isprintable()
    assert len(message) < 250
    assert message.startswith("m.json")
    return message.removeprefix("m.json")


def changed(change):
    """The model's text after a change of its content."""
    content = json.loads(TEXT)
    change(content)
    return json.dumps(content)


def training(part=None, **fields):
    """A change of `training`, or of an object in it."""

    def change(model):
        (model["training"] if part is None else model["training"][part]).update(fields)

    return change


INTERVALS = {"method": "bootstrap", "level": 0.9, "robust": True, "replicates": 200, "cluster": None}


def without(*path):
    """A change that takes a field out."""

    def change(model):
        *parents, last = path
        for parent in parents:
            model = model[parent]
        del model[last]

    return change


LONG = "x" * 10_000
FIELDS = [
    # wrong types
    (lambda m: m.update(target=3), "target must be a text"),
    (lambda m: m.update(target=None), "target must be a text"),
    (lambda m: m.update(target=["delay"]), "target must be a text"),
    (lambda m: m.update(quantile=True), "quantile must be a number"),
    (lambda m: m.update(quantile="0.9"), "quantile must be a number"),
    (lambda m: m.update(weight=1), "weight must be a text"),
    (lambda m: m.update(weight=False), "weight must be a text"),
    (lambda m: m.update(intercept="1"), "intercept must be a number"),
    (lambda m: m.update(intercept=True), "intercept must be a number"),
    (lambda m: m.update(intercept=None), "intercept must be a number"),
    (lambda m: m.update(intercept=[1.5]), "intercept must be a number"),
    (lambda m: m.update(terms={}), "terms must be a list"),
    (lambda m: m.update(terms=None), "terms must be a list"),
    (lambda m: m.update(terms=["hour"]), "terms must hold objects only"),
    (lambda m: m["terms"].append(None), "terms must hold objects only"),
    (lambda m: m["terms"][0].update(levels=[]), "terms[0].levels must be an object"),
    (lambda m: m["terms"][0]["levels"].update(AA=None), "terms[0].levels.AA must be a number"),
    (lambda m: m["terms"][0]["levels"].update({"a b": "1"}), "terms[0].levels.'a b' must be a number"),
    (lambda m: m["terms"][0]["levels"].update({LONG: True}), "terms[0].levels.'xxx"),
    (lambda m: m["terms"][1].update(column=None), "terms[1].column must be a text"),
    (lambda m: m["terms"][1].update(minimum="5"), "terms[1].minimum must be a number"),
    (lambda m: m.update(baseline=0), "baseline must be an object"),
    (lambda m: m["baseline"].update(median="2"), "baseline.median must be a number"),
    (lambda m: m.update(training=[]), "training must be an object"),
    (training(rows=4.0), "training.rows must be a whole number"),
    (training(rows="many"), "training.rows must be a whole number"),
    (training(seed=None), "training.seed must be a whole number"),
    (training(metrics=None), "training.metrics must be an object"),
    (training(certificate=[]), "training.certificate must be an object"),
    (training(numpy=2), "training.numpy must be a text"),
    (training("metrics", mae="0.5"), "training.metrics.mae must be a number"),
    (training("certificate", unique=1), "training.certificate.unique must be true, false or null"),
    (training("certificate", loss=None), "training.certificate.loss must be a number"),
    # values that no fit has
    (lambda m: m.update(loss="huber"), "loss must be one of mae, mse, not 'huber'"),
    (lambda m: m.update(loss=LONG), "loss must be one of mae, mse, not 'xxx"),
    (lambda m: m.update(loss="\x1b[31m\n"), r"loss must be one of mae, mse, not '\x1b[31m\n'"),
    (lambda m: m.update(quantile=1), "quantile must lie between 0 and 1, not 1"),
    (lambda m: m.update(quantile=0), "quantile must lie between 0 and 1, not 0"),
    (lambda m: m.update(quantile=10**300), "quantile must lie between 0 and 1, not 1e+300"),
    (lambda m: m.update(quantile=0.9, loss="mse"), "quantile must be 0.5 for the loss mse"),
    (lambda m: m.update(missing="keep"), "missing must be one of drop, error, not 'keep'"),
    (lambda m: m["terms"][0].update(kind="ordinal"), "terms[0].kind must be one of numeric, categorical"),
    (lambda m: m["terms"][0]["levels"].update(UA=1.0), "terms[0].baseline must be one of the levels"),
    (lambda m: m["terms"][0].update(baseline="DL"), "terms[0].baseline must be one of the levels"),
    (lambda m: m["terms"][0].update(levels={}), "terms[0].baseline must be one of the levels"),
    (lambda m: m["terms"].append(m["terms"][1]), "terms has a column twice"),
    (lambda m: m["terms"][1].update(minimum=99.0), "terms has a minimum above the maximum, for column 'hour'"),
    (lambda m: m.update(weight="hour"), "terms has the target or the weight among its columns"),
    (lambda m: m.update(weight=m["target"]), "terms has the target or the weight among its columns"),
    (lambda m: m.update(target="hour"), "terms has the target or the weight among its columns"),
    (training(rows=-1), "training.rows must be a whole number from 1 to 9223372036854775807"),
    (training(rows=0), "training.rows must be a whole number from 1 to 9223372036854775807"),
    (training(seed=10**400), "training.seed must be a whole number from 0 to 9223372036854775807"),
    (lambda m: m.update(version=-1), "version must be a whole number from 1 to 9223372036854775807"),
    (lambda m: m.update(version=0), "version must be a whole number from 1 to 9223372036854775807"),
    (training("metrics", mae=-0.5), "training.metrics.mae must not be negative, but is -0.5"),
    (training("metrics", mae=None), "training.metrics.mae must be a number"),
    (training("metrics", rmse=-1), "training.metrics.rmse must not be negative, but is -1"),
    (training("metrics", r2=1.5), "training.metrics.r2 must not be above 1, but is 1.5"),
    (training("certificate", loss=-1e9), "training.certificate.loss must not be negative, but is -1e+09"),
    (lambda m: m.update(target=""), "target must not be blank"),
    (lambda m: m.update(weight=" "), "weight must not be blank"),
    (lambda m: m["terms"][1].update(column=""), "terms[1].column must not be blank"),
    (training(solver="magic"), "training.solver must be one of auto, textbook, not 'magic'"),
    (training("certificate", status="sure"), "training.certificate.status must be one of optimal, tolerance, limit"),
    # unknown and missing fields below the top
    (lambda m: m.update(comment="hello"), "comment is unknown"),
    (lambda m: m.update({"two\nlines": 1}), r"'two\nlines' is unknown"),
    (lambda m: m["terms"][0].update(coefficient=1.0), "terms[0].coefficient is unknown"),
    (lambda m: m["baseline"].update(mode=1.0), "baseline.mode is unknown"),
    (training(host="here"), "training.host is unknown"),
    (training("metrics", mape=1.0), "training.metrics.mape is unknown"),
    (training("certificate", proof="!"), "training.certificate.proof is unknown"),
    (without("terms", 1, "minimum"), "terms[1].minimum is missing"),
    (without("terms", 0, "kind"), "terms[0].kind is missing"),
    (without("baseline", "mean"), "baseline.mean is missing"),
    (without("training", "pandas"), "training.pandas is missing"),
    (without("training", "metrics", "r2"), "training.metrics.r2 is missing"),
    (without("training", "certificate", "unique"), "training.certificate.unique is missing"),
    # how intervals were found, where there are any
    (training(intervals=None), "training.intervals must be an object"),
    (training(intervals={}), "training.intervals.method is missing"),
    (training(intervals=INTERVALS | {"method": "guess"}), "training.intervals.method must be one of rank, sandwich"),
    (training(intervals=INTERVALS | {"level": 1.0}), "training.intervals.level must lie between 0 and 1, not 1"),
    (training(intervals=INTERVALS | {"replicates": 1}), "training.intervals.replicates must be a whole number from 2"),
    (training(intervals=INTERVALS | {"cluster": " "}), "training.intervals.cluster "),
    (training(intervals=INTERVALS | {"ends": []}), "training.intervals.ends is unknown"),
    # half of a character, which no output could encode
    (lambda m: m.update(target="\ud800"), "target holds half of a character"),
    (lambda m: m["terms"][0]["levels"].update({"\udfff": 1.0}), r"terms[0].levels.'\udfff' holds half of a character"),
]


@pytest.mark.parametrize(("change", "field"), FIELDS)
def test_a_field_at_fault_is_named(change, field):
    assert refusal(changed(change)).startswith(f": field {field}")


@pytest.mark.parametrize("key", list(json.loads(TEXT)))
def test_every_field_is_required(key):
    missing = ' is not a mae-cli model: it has no "schema"' if key == "schema" else f": field {key} is missing"
    assert refusal(changed(without(key))) == missing


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999", "9" * 400, "-" + "9" * 5000])
@pytest.mark.parametrize(
    ("place", "field"),
    [
        ('"intercept": 1.5', "intercept"),
        ('"AA": -2.0', "terms[0].levels.AA"),
        ('"coefficient": 0.1', "terms[1].coefficient"),
        ('"mean": 3.0', "baseline.mean"),
        ('"rmse": 0.75', "training.metrics.rmse"),
    ],
)
def test_a_number_that_is_not_finite_is_refused_wherever_it_stands(place, field, number):
    text = TEXT.replace(place, f"{place.partition(':')[0]}: {number}")
    assert refusal(text) == f": field {field} must be a finite number"


def test_a_whole_number_of_thousands_of_digits_is_refused_where_one_is_expected():
    assert refusal(TEXT.replace('"rows": 4', '"rows": ' + "9" * 5000)) == (
        ": field training.rows must be a finite number"
    )
    assert refusal(TEXT.replace('"version": 1', '"version": ' + "9" * 5000)) == (
        ": field version must be a whole number"
    )


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ('"schema": "mae-cli/model",', "schema"),
        ('"intercept": 1.5,', "intercept"),
        ('"AA": -2.0,', "terms[0].levels.AA"),
        ('"column": "hour",', "terms[1].column"),
        ('"rows": 4,', "training.rows"),
    ],
)
def test_a_doubled_field_is_named_wherever_it_stands(line, field):
    assert refusal(TEXT.replace(line, line + line)) == f": field {field} is given twice"


@pytest.mark.parametrize("version", [3, 4, 10**18])
def test_a_newer_version_is_refused_by_its_number_whatever_else_is_in_it(version):
    text = changed(lambda model: model.update(version=version, terms="of another shape", more=float("nan")))
    assert refusal(text) == (
        f" was written by a newer mae-cli (model version {version}; this one reads up to 2); "
        "upgrade with pip install -U mae-cli"
    )


def test_an_unknown_key_of_a_version_that_is_read_is_no_newer_version():
    assert refusal(changed(lambda model: model.update(intervals=[]))) == (
        ": field intervals is unknown; the file is damaged, or was changed by another program"
    )


@pytest.mark.parametrize("version", [True, 1.0, "1", None, [1]])
def test_a_version_is_a_whole_number(version):
    assert refusal(changed(lambda model: model.update(version=version))) == ": field version must be a whole number"


def test_the_json_of_another_program_is_refused_by_its_schema():
    assert refusal('{"schema": "mae-cli/train-report", "version": NaN}') == (
        " is not a model file: its schema is 'mae-cli/train-report', not 'mae-cli/model'"
    )
    assert refusal(json.dumps({"schema": LONG})).startswith(" is not a model file: its schema is 'xxx")
    assert refusal("{}") == ' is not a mae-cli model: it has no "schema"'
    assert refusal('{"schema": 1}') == ": field schema must be a text"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "it is empty"),
        (b" \n\t", "it is empty"),
        (b"y,x\n1,2\n", "it is not JSON from line 1, column 1 on"),
        (b"[]", "it holds no JSON object"),
        (b"null", "it holds no JSON object"),
        (b"NaN", "it holds no JSON object"),
        (b'"mae-cli/model"', "it holds no JSON object"),
        (TEXT.encode("utf-16"), "line 1 is not UTF-8 text"),
        (TEXT.encode("utf-16-be"), "it is not JSON from line 1, column 1 on"),
        (TEXT.encode("utf-32"), "line 1 is not UTF-8 text"),
        (TEXT.replace("delay", "größe").encode("latin-1"), "line 4 is not UTF-8 text"),
        (pickle.dumps(json.loads(TEXT)), "line 1 is not UTF-8 text"),
        (pickle.dumps(json.loads(TEXT), protocol=0), "it is not JSON from line 1, column 1 on"),
        (b"\x89PNG\r\n\x1a\n", "line 1 is not UTF-8 text"),
        (b"\x1f\x8b\x08\x00", "line 1 is not UTF-8 text"),
        (b"\x00" * 100, "it is not JSON from line 1, column 1 on"),
        (b"[" * 100_000, "it is nested too deeply"),
        (b'{"a":' * 100_000, "it is nested too deeply"),
        (TEXT.replace("\n", "\r").replace('"delay"', "'delay'").encode(), "it is not JSON from line 1, column 57 on"),
        ((TEXT + TEXT).encode(), f"it is not JSON from line {TEXT.count(chr(10)) + 1}, column 1 on"),
        (TEXT.replace('"target": ', '"target" ').encode(), "it is not JSON from line 4, column 11 on"),
        (TEXT.replace("0.25,", "0.25,,").encode(), "it is not JSON from line "),
        (TEXT.replace("1.5,", "+1.5,").encode(), "it is not JSON from line 8, column "),
        (TEXT.replace("1.5,", "0x1,").encode(), "it is not JSON from line 8, column "),
        (TEXT.replace("1.5,", "1_000,").encode(), "it is not JSON from line 8, column "),
        (TEXT.replace("delay", "de\nlay").encode(), "it is not JSON from line 4, column "),
    ],
)
def test_what_is_no_json_of_ours_is_told_in_our_words(content, reason):
    message = refusal(content)
    assert message.startswith(f" is not a model file: {reason}")
    for leak in ("Expecting", "delimiter", "codec", "Extra data", "char ", "recursion"):
        assert leak not in message


@pytest.mark.parametrize("depth", [25, 900, 5000])
def test_nesting_below_a_field_is_refused(depth):
    assert "is nested too deeply" in refusal(TEXT.replace('"rows": 4', '"rows": ' + "[" * depth + "]" * depth))


@pytest.mark.parametrize("size", range(1, len(TEXT) - 2, 37))
def test_a_truncated_file_is_refused_in_our_words(size):
    assert refusal(TEXT[:size]).startswith(
        (" is not a model file: its JSON breaks off", " is not a model file: it is not JSON")
    )


def test_a_pickle_is_refused_and_not_run(tmp_path):
    class Harmful:
        def __reduce__(self):
            return (open, (str(tmp_path / "ran"), "w"))

    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        refusal(pickle.dumps(Harmful(), protocol=protocol))
    assert not (tmp_path / "ran").exists()


def test_a_file_without_an_end_is_refused_before_it_fills_the_memory(tmp_path, monkeypatch):
    monkeypatch.setattr("mae_cli.model.reading._LARGEST", 1 << 20)
    (tmp_path / "m.json").write_bytes(b" " * ((1 << 20) + 1))
    with pytest.raises(ModelError, match=r"m\.json is not a model file: it is larger than 1 MiB$"):
        load_model(tmp_path / "m.json")
    (tmp_path / "m.json").write_bytes(TEXT.encode().ljust(1 << 20))
    assert load_model(tmp_path / "m.json") == MODEL


# ---------------------------------------------------------------- mutations


def mutated(generator, content):
    """The content with bytes flipped, cut out, doubled or swapped."""
    content = bytearray(content)
    for _ in range(generator.choice([1, 1, 1, 2, 5])):
        start = generator.randrange(len(content))
        end = min(len(content), start + generator.choice([1, 1, 2, 8, 64]))
        match generator.randrange(5):
            case 0:
                content[start] ^= 1 << generator.randrange(8)
            case 1:
                content[start] = generator.randrange(256)
            case 2:
                del content[start:end]
            case 3:
                content[start:start] = content[start:end]
            case 4:
                content[start:start] = generator.choice(
                    [b"0", b"9", b"-", b"e", b'"', b"{", b"]", b",", b"\\u", b"null"]
                )
        content = content or bytearray(b" ")
    return bytes(content)


@pytest.mark.parametrize("seed", range(4))
def test_a_damaged_file_is_refused_in_one_line_or_is_a_model_that_is_written_as_it_reads(seed):
    generator = random.Random(seed)
    for _ in range(150):
        content = mutated(generator, TEXT.encode())
        try:
            model = from_json(content, "m.json")
        except ModelError as error:
            message = str(error)
            assert message.isprintable()
            assert message.startswith("m.json")
        else:
            assert from_json(model.to_json(), "m.json") == model
