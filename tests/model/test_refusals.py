"""Files that are no model, or a broken one: one line that says where, no traceback, and nothing in them is run."""

import json
import pickle
import random

import pytest
from support.models import MODEL, TEXT

from mae_cli.errors import ModelError, Place
from mae_cli.model.files import from_json, load_model


def refusal(content):
    with pytest.raises(ModelError) as caught:
        from_json(content, "m.json")
    fault = caught.value.fault
    assert str(fault).isprintable()
    assert len(str(fault)) < 250
    assert fault.place == Place("m.json")
    return fault


def refused_field(content):
    """The code of what is wrong, and what is said behind "field"."""
    fault = refusal(content)
    assert fault.what.startswith("field ")
    assert fault.remedy is None
    return fault.code, fault.what.removeprefix("field ")


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
    (lambda m: m.update(target=3), "wrong-field-type", "target"),
    (lambda m: m.update(target=None), "wrong-field-type", "target"),
    (lambda m: m.update(target=["delay"]), "wrong-field-type", "target"),
    (lambda m: m.update(quantile=True), "wrong-field-type", "quantile"),
    (lambda m: m.update(quantile="0.9"), "wrong-field-type", "quantile"),
    (lambda m: m.update(weight=1), "wrong-field-type", "weight"),
    (lambda m: m.update(weight=False), "wrong-field-type", "weight"),
    (lambda m: m.update(intercept="1"), "wrong-field-type", "intercept"),
    (lambda m: m.update(intercept=True), "wrong-field-type", "intercept"),
    (lambda m: m.update(intercept=None), "wrong-field-type", "intercept"),
    (lambda m: m.update(intercept=[1.5]), "wrong-field-type", "intercept"),
    (lambda m: m.update(terms={}), "wrong-field-type", "terms"),
    (lambda m: m.update(terms=None), "wrong-field-type", "terms"),
    (lambda m: m.update(terms=["hour"]), "wrong-field-type", "terms"),
    (lambda m: m["terms"].append(None), "wrong-field-type", "terms"),
    (lambda m: m["terms"][0].update(levels=[]), "wrong-field-type", "terms[0].levels"),
    (lambda m: m["terms"][0]["levels"].update(AA=None), "wrong-field-type", "terms[0].levels.AA"),
    (lambda m: m["terms"][0]["levels"].update({"a b": "1"}), "wrong-field-type", "terms[0].levels.'a b'"),
    (lambda m: m["terms"][0]["levels"].update({LONG: True}), "wrong-field-type", "terms[0].levels.'xxx"),
    (lambda m: m["terms"][1].update(column=None), "wrong-field-type", "terms[1].column"),
    (lambda m: m["terms"][1].update(minimum="5"), "wrong-field-type", "terms[1].minimum"),
    (lambda m: m.update(baseline=0), "wrong-field-type", "baseline"),
    (lambda m: m["baseline"].update(median="2"), "wrong-field-type", "baseline.median"),
    (lambda m: m.update(training=[]), "wrong-field-type", "training"),
    (training(rows=4.0), "wrong-field-type", "training.rows"),
    (training(rows="many"), "wrong-field-type", "training.rows"),
    (training(seed=None), "wrong-field-type", "training.seed"),
    (training(metrics=None), "wrong-field-type", "training.metrics"),
    (training(certificate=[]), "wrong-field-type", "training.certificate"),
    (training(numpy=2), "wrong-field-type", "training.numpy"),
    (training("metrics", mae="0.5"), "wrong-field-type", "training.metrics.mae"),
    (training("certificate", unique=1), "wrong-field-type", "training.certificate.unique"),
    (training("certificate", loss=None), "wrong-field-type", "training.certificate.loss"),
    # values that no fit has
    (lambda m: m.update(loss="huber"), "unknown-field-value", "loss"),
    (lambda m: m.update(loss=LONG), "unknown-field-value", "loss"),
    (lambda m: m.update(loss="\x1b[31m\n"), "unknown-field-value", "loss"),
    (lambda m: m.update(quantile=1), "field-out-of-range", "quantile"),
    (lambda m: m.update(quantile=0), "field-out-of-range", "quantile"),
    (lambda m: m.update(quantile=10**300), "field-out-of-range", "quantile"),
    (lambda m: m.update(quantile=0.9, loss="mse"), "quantile-needs-mae", "quantile"),
    (lambda m: m.update(missing="keep"), "unknown-field-value", "missing"),
    (lambda m: m["terms"][0].update(kind="ordinal"), "unknown-field-value", "terms[0].kind"),
    (lambda m: m["terms"][0]["levels"].update(UA=1.0), "unknown-baseline", "terms[0].baseline"),
    (lambda m: m["terms"][0].update(baseline="DL"), "unknown-baseline", "terms[0].baseline"),
    (lambda m: m["terms"][0].update(levels={}), "unknown-baseline", "terms[0].baseline"),
    (lambda m: m["terms"].append(m["terms"][1]), "duplicate-column", "terms"),
    (lambda m: m["terms"][1].update(minimum=99.0), "reversed-range", "terms"),
    (lambda m: m.update(weight="hour"), "target-among-features", "terms"),
    (lambda m: m.update(weight=m["target"]), "target-among-features", "terms"),
    (lambda m: m.update(target="hour"), "target-among-features", "terms"),
    (training(rows=-1), "field-out-of-range", "training.rows"),
    (training(rows=0), "field-out-of-range", "training.rows"),
    (training(seed=10**400), "field-out-of-range", "training.seed"),
    (lambda m: m.update(version=-1), "field-out-of-range", "version"),
    (lambda m: m.update(version=0), "field-out-of-range", "version"),
    (training("metrics", mae=-0.5), "field-out-of-range", "training.metrics.mae"),
    (training("metrics", mae=None), "wrong-field-type", "training.metrics.mae"),
    (training("metrics", rmse=-1), "field-out-of-range", "training.metrics.rmse"),
    (training("metrics", r2=1.5), "field-out-of-range", "training.metrics.r2"),
    (training("certificate", loss=-1e9), "field-out-of-range", "training.certificate.loss"),
    (lambda m: m.update(target=""), "blank-field", "target"),
    (lambda m: m.update(weight=" "), "blank-field", "weight"),
    (lambda m: m["terms"][1].update(column=""), "blank-field", "terms[1].column"),
    (training(intercept=None), "wrong-field-type", "training.intercept"),
    (training(intercept=False), "field-out-of-range", "intercept"),
    (training(solver="magic"), "unknown-field-value", "training.solver"),
    (training("certificate", status="sure"), "unknown-field-value", "training.certificate.status"),
    # unknown and missing fields below the top
    (lambda m: m.update(comment="hello"), "unknown-field", "comment"),
    (lambda m: m.update({"two\nlines": 1}), "unknown-field", r"'two\nlines'"),
    (lambda m: m["terms"][0].update(coefficient=1.0), "unknown-field", "terms[0].coefficient"),
    (lambda m: m["baseline"].update(mode=1.0), "unknown-field", "baseline.mode"),
    (training(host="here"), "unknown-field", "training.host"),
    (training("metrics", mape=1.0), "unknown-field", "training.metrics.mape"),
    (training("certificate", proof="!"), "unknown-field", "training.certificate.proof"),
    (without("terms", 1, "minimum"), "missing-field", "terms[1].minimum"),
    (without("terms", 0, "kind"), "missing-field", "terms[0].kind"),
    (without("baseline", "mean"), "missing-field", "baseline.mean"),
    (without("training", "pandas"), "missing-field", "training.pandas"),
    (without("training", "metrics", "r2"), "missing-field", "training.metrics.r2"),
    (without("training", "certificate", "unique"), "missing-field", "training.certificate.unique"),
    # how intervals were found, where there are any
    (training(intervals=None), "wrong-field-type", "training.intervals"),
    (training(intervals={}), "missing-field", "training.intervals.method"),
    (training(intervals=INTERVALS | {"method": "guess"}), "unknown-field-value", "training.intervals.method"),
    (training(intervals=INTERVALS | {"level": 1.0}), "field-out-of-range", "training.intervals.level"),
    (training(intervals=INTERVALS | {"replicates": 1}), "field-out-of-range", "training.intervals.replicates"),
    (training(intervals=INTERVALS | {"cluster": " "}), "blank-field", "training.intervals.cluster"),
    (training(intervals=INTERVALS | {"ends": []}), "unknown-field", "training.intervals.ends"),
    # half of a character, which no output could encode
    (lambda m: m.update(target="\ud800"), "lone-surrogate", "target"),
    (lambda m: m["terms"][0]["levels"].update({"\udfff": 1.0}), "lone-surrogate", r"terms[0].levels.'\udfff'"),
]


@pytest.mark.parametrize(("change", "code", "field"), FIELDS)
def test_a_field_at_fault_is_named(change, code, field):
    found, said = refused_field(changed(change))
    assert found == code
    assert said.startswith(field)


@pytest.mark.parametrize("key", list(json.loads(TEXT)))
def test_every_field_is_required(key):
    text = changed(without(key))
    if key == "schema":
        assert refusal(text).code == "not-a-model"
    else:
        assert refused_field(text) == ("missing-field", f"{key} is missing")


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
    assert refused_field(text) == ("not-finite", f"{field} must be a finite number")


def test_a_whole_number_of_thousands_of_digits_is_refused_where_one_is_expected():
    code, said = refused_field(TEXT.replace('"rows": 4', '"rows": ' + "9" * 5000))
    assert (code, said.split()[0]) == ("not-finite", "training.rows")
    code, said = refused_field(TEXT.replace('"version": 1', '"version": ' + "9" * 5000))
    assert (code, said.split()[0]) == ("wrong-field-type", "version")


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
    assert refused_field(TEXT.replace(line, line + line)) == ("duplicate-field", f"{field} is given twice")


@pytest.mark.parametrize("version", [4, 5, 10**18])
def test_a_newer_version_is_refused_by_its_number_whatever_else_is_in_it(version):
    text = changed(lambda model: model.update(version=version, terms="of another shape", more=float("nan")))
    fault = refusal(text)
    assert (fault.code, fault.remedy) == ("newer-model-version", "upgrade with pip install -U mae-cli")
    assert str(version) in fault.what


def test_an_unknown_key_of_a_version_that_is_read_is_no_newer_version():
    code, said = refused_field(changed(lambda model: model.update(intervals=[])))
    assert (code, said.split()[0]) == ("unknown-field", "intervals")


@pytest.mark.parametrize("version", [True, 1.0, "1", None, [1]])
def test_a_version_is_a_whole_number(version):
    code, said = refused_field(changed(lambda model: model.update(version=version)))
    assert (code, said.split()[0]) == ("wrong-field-type", "version")


def test_the_json_of_another_program_is_refused_by_its_schema():
    for text in ('{"schema": "mae-cli/train-report", "version": NaN}', json.dumps({"schema": LONG}), "{}"):
        assert refusal(text).code == "not-a-model"
    assert refused_field('{"schema": 1}') == ("wrong-field-type", "schema must be a string")


@pytest.mark.parametrize(
    ("content", "code", "place"),
    [
        (b"", "empty-file", ""),
        (b" \n\t", "empty-file", ""),
        (b"y,x\n1,2\n", "not-json", "line 1, column 1"),
        (b"[]", "not-a-json-object", ""),
        (b"null", "not-a-json-object", ""),
        (b"NaN", "not-a-json-object", ""),
        (b'"mae-cli/model"', "not-a-json-object", ""),
        (TEXT.encode("utf-16"), "not-utf8", "line 1"),
        (TEXT.encode("utf-16-be"), "not-json", "line 1, column 1"),
        (TEXT.encode("utf-32"), "not-utf8", "line 1"),
        (TEXT.replace("delay", "größe").encode("latin-1"), "not-utf8", "line 4"),
        (pickle.dumps(json.loads(TEXT)), "not-utf8", "line 1"),
        (pickle.dumps(json.loads(TEXT), protocol=0), "not-json", "line 1, column 1"),
        (b"\x89PNG\r\n\x1a\n", "not-utf8", "line 1"),
        (b"\x1f\x8b\x08\x00", "not-utf8", "line 1"),
        (b"\x00" * 100, "not-json", "line 1, column 1"),
        (b"[" * 100_000, "nested-too-deeply", ""),
        (b'{"a":' * 100_000, "nested-too-deeply", ""),
        (TEXT.replace("\n", "\r").replace('"delay"', "'delay'").encode(), "not-json", "line 1, column 57"),
        ((TEXT + TEXT).encode(), "not-json", f"line {TEXT.count(chr(10)) + 1}, column 1"),
        (TEXT.replace('"target": ', '"target" ').encode(), "not-json", "line 4, column 11"),
        (TEXT.replace("0.25,", "0.25,,").encode(), "not-json", "line "),
        (TEXT.replace("1.5,", "+1.5,").encode(), "not-json", "line 8, column "),
        (TEXT.replace("1.5,", "0x1,").encode(), "not-json", "line 8, column "),
        (TEXT.replace("1.5,", "1_000,").encode(), "not-json", "line 8, column "),
        (TEXT.replace("delay", "de\nlay").encode(), "not-json", "line 4, column "),
    ],
)
def test_what_is_no_json_of_ours_is_told_in_our_words(content, code, place):
    fault = refusal(content)
    assert fault.code == code
    assert place in fault.what
    for leak in ("Expecting", "delimiter", "codec", "Extra data", "char ", "recursion"):
        assert leak not in fault.what


@pytest.mark.parametrize("depth", [25, 900, 5000])
def test_nesting_below_a_field_is_refused(depth):
    assert refusal(TEXT.replace('"rows": 4', '"rows": ' + "[" * depth + "]" * depth)).code == "nested-too-deeply"


@pytest.mark.parametrize("size", range(1, len(TEXT) - 2, 37))
def test_a_truncated_file_is_refused_in_our_words(size):
    assert refusal(TEXT[:size]).code in {"truncated-json", "not-json"}


def test_a_pickle_is_refused_and_not_run(tmp_path):
    class Harmful:
        def __reduce__(self):
            return (open, (str(tmp_path / "ran"), "w"))

    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        refusal(pickle.dumps(Harmful(), protocol=protocol))
    assert not (tmp_path / "ran").exists()


def test_a_file_without_an_end_is_refused_before_it_fills_the_memory(tmp_path, monkeypatch):
    monkeypatch.setattr("mae_cli.model.files._LARGEST", 1 << 20)
    (tmp_path / "m.json").write_bytes(b" " * ((1 << 20) + 1))
    with pytest.raises(ModelError) as caught:
        load_model(tmp_path / "m.json")
    assert (caught.value.fault.code, caught.value.fault.place) == ("model-too-large", Place(str(tmp_path / "m.json")))
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
            fault = error.fault
            assert str(fault).isprintable()
            assert fault.place == Place("m.json")
        else:
            assert from_json(model.to_json(), "m.json") == model
