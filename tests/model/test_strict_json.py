"""Strict reading of JSON objects: what is accepted, and the one line that refuses the rest."""

import json

import pytest

from mae_cli.errors import ModelError, Place
from mae_cli.model.strict_json import Fields


def fields(**content):
    return Fields.parse(json.dumps(content), "m.json")


def refusal(read):
    with pytest.raises(ModelError) as caught:
        read()
    fault = caught.value.fault
    assert "\n" not in str(fault)
    assert (fault.place, fault.remedy) == (Place("m.json"), None)
    return fault


def refused_field(read):
    """The code of what is wrong, and what is said behind "field"."""
    fault = refusal(read)
    assert fault.what.startswith("field ")
    return fault.code, fault.what.removeprefix("field ")


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
    ("value", "reader", "code"),
    [
        (1, "text", "wrong-field-type"),
        (None, "text", "wrong-field-type"),
        (["a"], "optional_name", "wrong-field-type"),
        ("", "name", "blank-field"),
        (" \t", "optional_name", "blank-field"),
        (-1e-9, "size", "field-out-of-range"),
        (-1, "optional_size", "field-out-of-range"),
        (None, "size", "wrong-field-type"),
        (True, "whole_number", "wrong-field-type"),
        (1.0, "whole_number", "wrong-field-type"),
        ("1", "whole_number", "wrong-field-type"),
        (True, "number", "wrong-field-type"),
        ("1", "number", "wrong-field-type"),
        (None, "number", "wrong-field-type"),
        ([], "numbers", "wrong-field-type"),
        ({}, "objects", "wrong-field-type"),
        ([1], "objects", "wrong-field-type"),
        ([], "object", "wrong-field-type"),
        (True, "object", "wrong-field-type"),
    ],
)
def test_another_type_is_refused_naming_file_and_field(value, reader, code):
    found, said = refused_field(lambda: getattr(fields(f=value), reader)("f"))
    assert found == code
    assert said.startswith("f must ")


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
    assert refused_field(lambda: getattr(fields(g=1), reader)("f")) == ("missing-field", "f is missing")


def test_a_text_out_of_the_choice_is_refused_with_the_choice():
    refused = refused_field(lambda: fields(loss="huber").choice("loss", ("mae", "mse")))
    assert refused == ("unknown-field-value", "loss must be one of mae, mse, not 'huber'")


@pytest.mark.parametrize("value", [0.0, 1.0, -0.1, 1.1])
def test_a_number_must_lie_strictly_between_the_ends(value):
    refused = refused_field(lambda: fields(q=value).number_between("q", 0.0, 1.0))
    assert refused == ("field-out-of-range", f"q must lie between 0 and 1, not {value:g}")


@pytest.mark.parametrize("digits", ["1e999", "-1e999", "9" * 400, "-" + "9" * 5000])
def test_a_number_beyond_floating_point_is_refused(digits):
    read = Fields.parse(f'{{"f": {digits}}}', "m.json")
    assert refusal(lambda: read.number("f")).code == "not-finite"


def test_whole_numbers_are_exact_as_far_as_python_reads_them():
    read = Fields.parse(f'{{"f": {10**100 + 1}}}', "m.json")
    assert read.whole_number("f") == 10**100 + 1
    assert read.number("f") == 1e100


def test_a_count_is_not_negative():
    assert fields(f=0).count("f") == 0
    assert fields(f=2**63 - 1).count("f") == 2**63 - 1
    range_ = "must be a whole number from 0 to 9223372036854775807"
    for value in (-1, 2**63, 10**400):
        refused = refused_field(lambda value=value: fields(f=value).count("f"))
        assert refused == ("field-out-of-range", f"f {range_}")
    assert refused_field(lambda: fields(f=0).count("f", least=1))[1] == f"f {range_.replace('0', '1', 1)}"


def test_faults_name_the_path_of_nested_fields():
    read = fields(terms=[{}, {"levels": {"a": 1, "b": "x"}}], baseline={"median": None})
    assert refused_field(lambda: read.object("baseline").number("median"))[1].startswith("baseline.median ")
    assert refused_field(lambda: read.objects("terms")[1].numbers("levels"))[1].startswith("terms[1].levels.b ")


SOUND = [
    ('{"t": {"metrics": {"mae": 1e999}}}', "not-finite", "t.metrics.mae"),
    ('{"t": {"list": [1, [2, 1e999]]}}', "not-finite", "t.list[1][1]"),
    ('{"f": NaN}', "not-finite", "f"),
    ('{"f": [Infinity]}', "not-finite", "f[0]"),
    ('{"f": -Infinity}', "not-finite", "f"),
    ('{"f": %s}' % ("9" * 5000), "not-finite", "f"),
    ('{"f": 1, "g": 2, "f": 1}', "duplicate-field", "f"),
    ('{"a": [{"f": 1, "f": 2}]}', "duplicate-field", "a[0].f"),
    ('{"a": {"New York": 1, "New York": 2}}', "duplicate-field", "a.'New York'"),
    (r'{"f": "\ud800"}', "lone-surrogate", "f"),
    (r'{"\udc00": 1}', "lone-surrogate", r"'\udc00'"),
    ('{"t": {"a": ' + "[" * 50 + "]" * 50 + "}}", "nested-too-deeply", f"t.a{'[0]' * 18}"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "code", "field"), SOUND)
def test_what_only_the_grammar_allows_is_refused_at_any_depth(text, code, field):
    found, said = refused_field(Fields.parse(text, "m.json").require_sound)
    assert found == code
    assert said.startswith(f"{field} ")


def test_content_that_is_sound_passes():
    fields(rows=3, metrics={"mae": 0.5, "r2": None}, list=[1, [True, "x\u5927"]]).require_sound()


@pytest.mark.parametrize(
    ("text", "code", "place"),
    [
        ("", "empty-file", ""),
        (" \n", "empty-file", ""),
        ("{", "truncated-json", "line 1"),
        ('{"f":\n "ab', "not-json", "line 2, column 2"),
        ('{"f": }', "not-json", "line 1, column 7"),
        ("y,x\n1,2\n", "not-json", "line 1, column 1"),
        ('{"f": 1}\ntrailing', "not-json", "line 2, column 1"),
        (b'{"a": 1,\n"f": "\xe4"}', "not-utf8", "line 2"),
        ('{"f": 1}'.encode("utf-16"), "not-utf8", "line 1"),
        ('{"f": 1}'.encode("utf-16-le"), "not-json", "line 1, column 2"),
    ],
)
def test_what_is_no_json_is_told_in_our_words_with_its_place(text, code, place):
    fault = refusal(lambda: Fields.parse(text, "m.json"))
    assert fault.code == code
    assert place in fault.what


def test_a_mark_at_the_beginning_is_no_fault():
    assert Fields.parse(b'\xef\xbb\xbf{"f": 1}', "m.json").number("f") == 1.0


@pytest.mark.parametrize("text", ["", "{", '{"f": }', "y,x\n1,2\n", "{'f': 1}", '{"f": 1} trailing', "\x00\x01"])
def test_what_is_no_json_is_refused_in_one_line(text):
    assert refusal(lambda: Fields.parse(text, "m.json")).code in {"empty-file", "truncated-json", "not-json"}


@pytest.mark.parametrize(
    "content", [b"\x80\x04\x95\x0c\x00\x00\x00.", b"\x89PNG\r\n\x1a\n", b"\xff\xfe\x00", b'{"f": "\xe4"}']
)
def test_bytes_that_are_no_text_are_refused_in_one_line(content):
    assert refusal(lambda: Fields.parse(content, "m.json")).code == "not-utf8"


@pytest.mark.parametrize("text", ["[]", "1", '"text"', "null", "true"])
def test_json_that_is_no_object_is_refused(text):
    assert refusal(lambda: Fields.parse(text, "m.json")).code == "not-a-json-object"


@pytest.mark.parametrize("text", ["[" * 100_000, '{"a":' * 100_000])
def test_a_file_of_brackets_does_not_exhaust_the_stack(text):
    assert refusal(lambda: Fields.parse(text, "m.json")).code == "nested-too-deeply"


@pytest.mark.parametrize("name", ["x" * 10_000, "two\nlines", "\x1b[31m", "a b", "\u202e"])
def test_a_name_of_any_kind_is_shown_short_and_on_one_line(name):
    message = str(refusal(lambda: fields(**{name: 1}).require_all_read()))
    assert message.isprintable()
    assert len(message) < 130


def test_optional_values_may_be_null():
    read = fields(n=None, x=0.5, b=None, t=True)
    assert (read.optional_number("n"), read.optional_number("x")) == (None, 0.5)
    assert (read.optional_flag("b"), read.optional_flag("t")) == (None, True)
    assert refusal(lambda: fields(b=1).optional_flag("b")).code == "wrong-field-type"
    assert refusal(lambda: fields(n="1").optional_number("n")).code == "wrong-field-type"


def test_a_field_that_nobody_asked_for_is_refused():
    read = fields(known=1, unknown=2)
    read.number("known")
    code, said = refused_field(read.require_all_read)
    assert code == "unknown-field"
    assert said.startswith("unknown is unknown")
    read.number("unknown")
    read.require_all_read()
