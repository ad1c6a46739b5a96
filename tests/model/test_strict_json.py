"""Strict reading of JSON objects: what is accepted, and the one line that refuses the rest."""

import json

import pytest

from mae_cli.errors import ModelError
from mae_cli.model.strict_json import Fields


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
    assert read.optional_name("o") is None
    assert read.optional_name("t") == "a"
    assert read.whole_number("w") == 3
    assert (read.number("n"), type(read.number("n"))) == (2.0, float)
    assert read.number_between("x", 0.0, 1.0) == 0.5
    assert read.numbers("d") == (("a", 1.0), ("b", 2.5))
    assert read.object("d").number("b") == 2.5
    assert [each.number("k") for each in read.objects("ls")] == [1.0]
    assert read.choice("c", ("mae", "mse")) == "mae"
    assert read.name("t") == "a"
    assert read.size("x") == 0.5
    assert (read.optional_size("x"), read.optional_size("o")) == (0.5, None)


@pytest.mark.parametrize(
    ("value", "reader", "message"),
    [
        (1, "text", "must be a text"),
        (None, "text", "must be a text"),
        (["a"], "optional_name", "must be a text"),
        ("", "name", "must not be blank"),
        (" \t", "optional_name", "must not be blank"),
        (-1e-9, "size", "must not be negative, but is -1e-09"),
        (-1, "optional_size", "must not be negative, but is -1"),
        (None, "size", "must be a number"),
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


@pytest.mark.parametrize(
    "reader",
    [
        "text",
        "name",
        "optional_name",
        "size",
        "optional_size",
        "whole_number",
        "number",
        "numbers",
        "object",
        "objects",
    ],
)
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


def test_whole_numbers_are_exact_as_far_as_python_reads_them():
    read = Fields.parse(f'{{"f": {10**100 + 1}}}', "m.json")
    assert read.whole_number("f") == 10**100 + 1
    assert read.number("f") == 1e100


def test_a_count_is_not_negative():
    assert fields(f=0).count("f") == 0
    assert fields(f=2**63 - 1).count("f") == 2**63 - 1
    range_ = "must be a whole number from 0 to 9223372036854775807"
    for value in (-1, 2**63, 10**400):
        assert refusal(lambda value=value: fields(f=value).count("f")) == f"m.json: field f {range_}"
    assert refusal(lambda: fields(f=0).count("f", least=1)) == f"m.json: field f {range_.replace('0', '1', 1)}"


def test_faults_name_the_path_of_nested_fields():
    read = fields(terms=[{}, {"levels": {"a": 1, "b": "x"}}], baseline={"median": None})
    assert refusal(lambda: read.object("baseline").number("median")).startswith("m.json: field baseline.median ")
    assert refusal(lambda: read.objects("terms")[1].numbers("levels")).startswith("m.json: field terms[1].levels.b ")


SOUND = [
    ('{"t": {"metrics": {"mae": 1e999}}}', "t.metrics.mae must be a finite number"),
    ('{"t": {"list": [1, [2, 1e999]]}}', "t.list[1][1] must be a finite number"),
    ('{"f": NaN}', "f must be a finite number"),
    ('{"f": [Infinity]}', "f[0] must be a finite number"),
    ('{"f": -Infinity}', "f must be a finite number"),
    ('{"f": %s}' % ("9" * 5000), "f must be a finite number"),
    ('{"f": 1, "g": 2, "f": 1}', "f is given twice"),
    ('{"a": [{"f": 1, "f": 2}]}', "a[0].f is given twice"),
    ('{"a": {"New York": 1, "New York": 2}}', "a.'New York' is given twice"),
    (r'{"f": "\ud800"}', "f holds half of a character (a lone surrogate)"),
    (r'{"\udc00": 1}', r"'\udc00' holds half of a character (a lone surrogate)"),
    ('{"t": {"a": ' + "[" * 50 + "]" * 50 + "}}", f"t.a{'[0]' * 18} is nested too deeply"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "message"), SOUND)
def test_what_only_the_grammar_allows_is_refused_at_any_depth(text, message):
    assert refusal(Fields.parse(text, "m.json").require_sound) == f"m.json: field {message}"


def test_content_that_is_sound_passes():
    fields(rows=3, metrics={"mae": 0.5, "r2": None}, list=[1, [True, "x\u5927"]]).require_sound()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "it is empty"),
        (" \n", "it is empty"),
        ("{", "its JSON breaks off in line 1"),
        ('{"f":\n "ab', "it is not JSON from line 2, column 2 on"),
        ('{"f": }', "it is not JSON from line 1, column 7 on"),
        ("y,x\n1,2\n", "it is not JSON from line 1, column 1 on"),
        ('{"f": 1}\ntrailing', "it is not JSON from line 2, column 1 on"),
        (b'{"a": 1,\n"f": "\xe4"}', "line 2 is not UTF-8 text"),
        ('{"f": 1}'.encode("utf-16"), "line 1 is not UTF-8 text"),
        ('{"f": 1}'.encode("utf-16-le"), "it is not JSON from line 1, column 2 on"),
    ],
)
def test_what_is_no_json_is_told_in_our_words_with_its_place(text, message):
    assert refusal(lambda: Fields.parse(text, "m.json")) == f"m.json is not a model file: {message}"


def test_a_mark_at_the_beginning_is_no_fault():
    assert Fields.parse(b'\xef\xbb\xbf{"f": 1}', "m.json").number("f") == 1.0


@pytest.mark.parametrize("text", ["", "{", '{"f": }', "y,x\n1,2\n", "{'f': 1}", '{"f": 1} trailing', "\x00\x01"])
def test_what_is_no_json_is_refused_in_one_line(text):
    assert refusal(lambda: Fields.parse(text, "m.json")).startswith("m.json is not a model file: ")


@pytest.mark.parametrize(
    "content", [b"\x80\x04\x95\x0c\x00\x00\x00.", b"\x89PNG\r\n\x1a\n", b"\xff\xfe\x00", b'{"f": "\xe4"}']
)
def test_bytes_that_are_no_text_are_refused_in_one_line(content):
    assert refusal(lambda: Fields.parse(content, "m.json")).startswith("m.json is not a model file: ")


@pytest.mark.parametrize("text", ["[]", "1", '"text"', "null", "true"])
def test_json_that_is_no_object_is_refused(text):
    assert refusal(lambda: Fields.parse(text, "m.json")) == "m.json is not a model file: it holds no JSON object"


@pytest.mark.parametrize("text", ["[" * 100_000, '{"a":' * 100_000])
def test_a_file_of_brackets_does_not_exhaust_the_stack(text):
    assert refusal(lambda: Fields.parse(text, "m.json")).startswith("m.json is not a model file: ")


@pytest.mark.parametrize("name", ["x" * 10_000, "two\nlines", "\x1b[31m", "a b", "\u202e"])
def test_a_name_of_any_kind_is_shown_short_and_on_one_line(name):
    message = refusal(lambda: fields(**{name: 1}).require_all_read())
    assert message.isprintable()
    assert len(message) < 130


def test_optional_values_may_be_null():
    read = fields(n=None, x=0.5, b=None, t=True)
    assert (read.optional_number("n"), read.optional_number("x")) == (None, 0.5)
    assert (read.optional_flag("b"), read.optional_flag("t")) == (None, True)
    assert refusal(lambda: fields(b=1).optional_flag("b")) == "m.json: field b must be true, false or null"
    assert refusal(lambda: fields(n="1").optional_number("n")) == "m.json: field n must be a number"


def test_a_field_that_nobody_asked_for_is_refused():
    read = fields(known=1, unknown=2)
    read.number("known")
    assert refusal(read.require_all_read) == (
        "m.json: field unknown is unknown; the file is damaged, or was changed by another program"
    )
    read.number("unknown")
    read.require_all_read()
