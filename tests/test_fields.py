"""Strict reading of JSON objects: what is accepted, and the one line that refuses the rest."""

import json

import pytest

from mae_cli.errors import ModelError
from mae_cli.fields import Fields


def fields(**content):
    return Fields.parse(json.dumps(content), "m.json")


def refusal(read):
    with pytest.raises(ModelError) as caught:
        read()
    message = str(caught.value)
    assert "\n" not in message
    return message


def test_each_reader_gives_the_value_of_its_type():
    read = fields(t="a", o=None, w=3, n=2, x=0.5, d={"a": 1, "b": 2.5}, ls=[{"k": 1}], c="mae")
    assert read.text("t") == "a"
    assert read.optional_text("o") is None
    assert read.optional_text("t") == "a"
    assert read.whole_number("w") == 3
    assert (read.number("n"), type(read.number("n"))) == (2.0, float)
    assert read.number_between("x", 0.0, 1.0) == 0.5
    assert read.numbers("d") == (("a", 1.0), ("b", 2.5))
    assert read.object("d").number("b") == 2.5
    assert [each.number("k") for each in read.objects("ls")] == [1.0]
    assert read.choice("c", ("mae", "mse")) == "mae"


@pytest.mark.parametrize(
    ("value", "reader", "message"),
    [
        (1, "text", "must be a text"),
        (None, "text", "must be a text"),
        (["a"], "optional_text", "must be a text"),
        (True, "whole_number", "must be a whole number"),
        (1.0, "whole_number", "must be a whole number"),
        ("1", "whole_number", "must be a whole number"),
        (True, "number", "must be a number"),
        ("1", "number", "must be a number"),
        (None, "number", "must be a number"),
        ([], "numbers", "must be an object"),
        ({}, "objects", "must be a list"),
        ([1], "objects", "must hold objects only"),
        ([], "object", "must be an object"),
        (True, "object", "must be an object"),
    ],
)
def test_another_type_is_refused_naming_file_and_field(value, reader, message):
    assert refusal(lambda: getattr(fields(f=value), reader)("f")) == f"m.json: field f {message}"


@pytest.mark.parametrize("reader", ["text", "optional_text", "whole_number", "number", "numbers", "object", "objects"])
def test_a_missing_field_is_named(reader):
    assert refusal(lambda: getattr(fields(g=1), reader)("f")) == "m.json: field f is missing"


def test_a_text_out_of_the_choice_is_refused_with_the_choice():
    message = refusal(lambda: fields(loss="huber").choice("loss", ("mae", "mse")))
    assert message == "m.json: field loss must be one of mae, mse, not 'huber'"


@pytest.mark.parametrize("value", [0.0, 1.0, -0.1, 1.1])
def test_a_number_must_lie_strictly_between_the_ends(value):
    message = refusal(lambda: fields(q=value).number_between("q", 0.0, 1.0))
    assert message == f"m.json: field q must lie between 0 and 1, not {value:g}"


@pytest.mark.parametrize("digits", ["1e999", "-1e999", "9" * 400, "-" + "9" * 5000])
def test_a_number_beyond_floating_point_is_refused(digits):
    read = Fields.parse(f'{{"f": {digits}}}', "m.json")
    assert refusal(lambda: read.number("f")) == "m.json: field f must be a finite number"


def test_a_whole_number_of_many_digits_is_read_as_a_float():
    assert Fields.parse('{"f": 100000000000000000000}', "m.json").number("f") == 1e20


def test_faults_name_the_path_of_nested_fields():
    read = fields(terms=[{}, {"levels": {"a": 1, "b": "x"}}], baseline={"median": None})
    assert refusal(lambda: read.object("baseline").number("median")).startswith("m.json: field baseline.median ")
    assert refusal(lambda: read.objects("terms")[1].numbers("levels")).startswith("m.json: field terms[1].levels.b ")


@pytest.mark.parametrize("constant", ["NaN", "Infinity", "-Infinity"])
def test_constants_that_are_no_json_are_refused(constant):
    message = refusal(lambda: Fields.parse(f'{{"f": {constant}}}', "m.json"))
    assert message == f"m.json is no model file: {constant} is no JSON number"


def test_a_doubled_field_is_named_at_any_depth():
    for text in ('{"f": 1, "g": 2, "f": 1}', '{"a": [{"f": 1, "f": 2}]}'):
        assert refusal(lambda text=text: Fields.parse(text, "m.json")) == (
            "m.json is no model file: field 'f' stands in it twice"
        )


@pytest.mark.parametrize("text", ["", "{", '{"f": }', "y,x\n1,2\n", "{'f': 1}", '{"f": 1} trailing', "\x00\x01"])
def test_what_is_no_json_is_refused_in_one_line(text):
    assert refusal(lambda: Fields.parse(text, "m.json")).startswith("m.json is no model file: ")


@pytest.mark.parametrize(
    "content", [b"\x80\x04\x95\x0c\x00\x00\x00.", b"\x89PNG\r\n\x1a\n", b"\xff\xfe\x00", b'{"f": "\xe4"}']
)
def test_bytes_that_are_no_text_are_refused_in_one_line(content):
    assert refusal(lambda: Fields.parse(content, "m.json")).startswith("m.json is no model file: ")


@pytest.mark.parametrize("text", ["[]", "1", '"text"', "null", "true"])
def test_json_that_is_no_object_is_refused(text):
    assert refusal(lambda: Fields.parse(text, "m.json")) == "m.json is no model file: it holds no JSON object"


@pytest.mark.parametrize("text", ["[" * 100_000, '{"a":' * 100_000])
def test_a_file_of_brackets_does_not_exhaust_the_stack(text):
    assert refusal(lambda: Fields.parse(text, "m.json")).startswith("m.json is no model file: ")


def test_everything_gives_the_content_as_it_is():
    content = {"rows": 3, "metrics": {"mae": 0.5, "r2": None}, "list": [1, [True, "x"]]}
    assert fields(training=content).object("training").everything() == content


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ('{"t": {"metrics": {"mae": 1e999}}}', "t.metrics.mae"),
        ('{"t": {"list": [1, [2, 1e999]]}}', "t.list.1.1"),
    ],
)
def test_everything_is_finite(text, field):
    read = Fields.parse(text, "m.json").object("t")
    assert refusal(read.everything) == f"m.json: field {field} must be a finite number"


def test_everything_is_nested_sanely():
    read = Fields.parse('{"t": {"a": ' + "[" * 50 + "]" * 50 + "}}", "m.json").object("t")
    assert refusal(read.everything).endswith("is nested too deeply")


def test_a_field_that_nobody_asked_for_is_refused():
    read = fields(known=1, unknown=2)
    read.number("known")
    assert refusal(read.require_all_read) == "m.json: field unknown is unknown"
    read.number("unknown")
    read.require_all_read()
