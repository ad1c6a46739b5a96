"""The use case "predict": the records come out as they went in, each with what the model says of it."""

import codecs
import csv
import gzip
import io
import tracemalloc
from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.models import a_model
from support.tables import held, several, source

from mae_cli.errors import DataError, Place, SettingsError
from mae_cli.results.notes import Unpredicted, UnseenLevel
from mae_cli.results.scores import Outside
from mae_cli.rows.schema import CategoricalColumn, NumericColumn
from mae_cli.tables import chunks
from mae_cli.tables.csv.dialect import Dialect
from mae_cli.tables.csv.files import Files
from mae_cli.tables.csv.pieces import cut
from mae_cli.tables.csv.records import Delimiter
from mae_cli.tables.csv.source import Source
from mae_cli.workflows import predict as prediction_module
from mae_cli.workflows.predict import Prediction, PredictionSettings

# ŷ = 1 + 0.5 x, and 2 more where k is a.
NUMBER, LEVELS = (NumericColumn("x", 0.0, 9.0), [0.5]), (CategoricalColumn("k", ("b", "a")), [2.0])


def model(*terms):
    return a_model(1.0, *(terms or (LEVELS, NUMBER)))


def prediction(text, fitted=None, **settings):
    files = text if isinstance(text, Files) else held(text)
    return Prediction(fitted or model(), files, PredictionSettings(**settings))


def predicted(text, fitted=None, **settings):
    return b"".join(prediction(text, fitted, **settings).pieces()).decode()


def notes(text, fitted=None):
    made = prediction(text, fitted)
    for _ in made.pieces():
        pass
    return list(made.report().notes)


@pytest.fixture
def small_pieces(monkeypatch):
    """Text is parsed in pieces of few bytes."""
    monkeypatch.setattr(chunks, "cut", partial(cut, size=8))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x,k\n1,a\n2,b\n", "x,k,prediction\n1,a,3.5\n2,b,2.0\n"),
        ("k,note,x\na,,1\nb,?,2\n", "k,note,x,prediction\na,,1,3.5\nb,?,2,2.0\n"),
        ("x,k\n1.50,a\n 2 ,b\n", "x,k,prediction\n1.50,a,3.75\n 2 ,b,2.0\n"),
        ("x,k\r\n1,a\r\n2,b\r\n", "x,k,prediction\r\n1,a,3.5\r\n2,b,2.0\r\n"),
        ("x,k\r1,a\r2,b\r", "x,k,prediction\r1,a,3.5\r2,b,2.0\r"),
        ("x,k\n1,a\r\n2,b\n", "x,k,prediction\n1,a,3.5\r\n2,b,2.0\n"),
        ("x,k\n1,a\n2,b", "x,k,prediction\n1,a,3.5\n2,b,2.0\n"),
        ("x,k\r\n1,a\r\n2,b", "x,k,prediction\r\n1,a,3.5\r\n2,b,2.0\r\n"),
        ("\n  \nx,k\n\n1,a\n \t\n2,b\n\n", "x,k,prediction\n1,a,3.5\n2,b,2.0\n"),
        ("k,x\ra,1\r\r,2\r \r,3\r", "k,x,prediction\ra,1,3.5\r,2,\r,3,\r"),
        ('"x","k"\n"1",a\n2,"b"\n', '"x","k",prediction\n"1",a,3.5\n2,"b",2.0\n'),
        ('x,k,"say ""so"""\n1,a,"p\n\n, q"\n2,b,"""\r\n"\n', None),
        ("\ufeffx,k\n1,a\n", "\ufeffx,k,prediction\n1,a,3.5\n"),
        ('\ufeff"x","k\n",k\n1,a,b\n', '\ufeff"x","k\n",k,prediction\n1,a,b,1.5\n'),
    ],
)
def test_records_come_out_as_they_went_in_with_a_field_more(text, expected):
    if expected is None:
        expected = 'x,k,"say ""so""",prediction\n1,a,"p\n\n, q",3.5\n2,b,"""\r\n",2.0\n'
    assert predicted(text) == expected


@pytest.mark.usefixtures("small_pieces")
def test_records_are_the_same_in_pieces_of_any_size():
    text = 'x,k,n\n1,a,"p\n\n, q"\n\n2,b,"""\r\n"\n3,a,\n'
    assert predicted(text) == 'x,k,n,prediction\n1,a,"p\n\n, q",3.5\n2,b,"""\r\n",2.0\n3,a,,4.5\n'


def test_a_row_without_a_prediction_has_an_empty_field_and_is_counted():
    made = prediction("x,k\n1,a\n,a\n2,\n2,new\nNA,new\n4,b\n")
    assert b"".join(made.pieces()).decode() == "x,k,prediction\n1,a,3.5\n,a,\n2,,\n2,new,\nNA,new,\n4,b,3.0\n"
    assert (made.rows.read, made.rows.missing, made.rows.unseen, made.rows.overflowing) == (6, 3, 1, 0)
    first = UnseenLevel("new", "k", Place("data.csv", line=5), lookalike=None)
    assert made.report().notes == (Unpredicted("missing", 3, 6), Unpredicted("unseen", 1, 6, first))


@pytest.mark.usefixtures("small_pieces")
def test_the_first_of_the_levels_never_seen_is_named_whatever_the_pieces():
    assert notes("x,k\n1,a\n" + "2,b\n" * 20 + "3,new\n4,b\n" + "5,other\n" * 9) == [
        Unpredicted("unseen", 10, 32, UnseenLevel("new", "k", Place("data.csv", line=23), lookalike=None))
    ]


def test_a_level_that_is_only_written_differently_is_told_as_the_model_knows_it():
    assert notes("x,k\n2, B\n3,a\n") == [
        Unpredicted("unseen", 1, 2, UnseenLevel(" B", "k", Place("data.csv", line=2), lookalike="b"))
    ]


def test_a_prediction_beyond_floating_point_is_left_out_and_counted():
    steep = model((NumericColumn("x", 0.0, 9.0), [1e10]))
    assert predicted("x\n1e300\n1\n", steep) == "x,prediction\n1e300,\n1,10000000001.0\n"
    assert notes("x\n1e300\n1\n", steep) == [Unpredicted("overflowing", 1, 2)]


def test_numbers_outside_of_their_range_are_counted_with_the_column_that_has_most():
    two = model(NUMBER, (NumericColumn("z", -1.5, 2.0), [1.0]))
    assert notes("x,z\n1,3\n10,3\n10,1\n0,9\n9,2\n,99\n", two) == [
        Unpredicted("missing", 1, 6),
        Outside(rows=4, column="z", cells=3, minimum=-1.5, maximum=2.0),
    ]


def test_numbers_within_their_range_need_no_note():
    assert notes("x,k\n0,a\n9,b\n") == []


def test_whole_numbers_beyond_what_floats_hold_are_noted():
    assert notes("x,k\n1,a\n9007199254740993,a\n")[0] == (
        "data.csv, line 3: column 'x' has whole numbers beyond 2^53, which lose their last digits"
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x,k\n", "x,k,prediction\n"),
        ("x,k", "x,k,prediction\n"),
        ("x,k\r\n\r\n", "x,k,prediction\r\n"),
    ],
)
def test_a_table_without_rows_gets_its_header(text, expected):
    assert predicted(text) == expected
    assert predicted(text, only=True) == "prediction\n"
    assert notes(text) == []


def test_a_model_without_features_predicts_its_intercept():
    constant = a_model(1.25)
    assert predicted('a,b\n1,"x\ny"\n,\n', constant) == 'a,b,prediction\n1,"x\ny",1.25\n,,1.25\n'


def test_the_new_column_alone_has_a_record_for_every_row():
    assert predicted("x,k\n1,a\n,a\n2,b\n", only=True) == 'prediction\n3.5\n""\n2.0\n'


@pytest.mark.usefixtures("small_pieces")
def test_the_new_column_alone_has_its_header_once_in_pieces():
    assert predicted("x,k\n1,a\n2,b\n3,a\n4,b\n", only=True) == "prediction\n3.5\n2.0\n4.5\n3.0\n"


@pytest.mark.parametrize(
    ("name", "field"), [("a,b", '"a,b"'), ('say "so"', '"say ""so"""'), ("two\nlines", '"two\nlines"'), ("ŷ", "ŷ")]
)
def test_the_new_column_may_have_any_name(name, field):
    assert predicted("x,k\n1,a\n", column=name) == f"x,k,{field}\n1,a,3.5\n"
    assert predicted("x,k\n1,a\n", column=name, only=True) == f"{field}\n3.5\n"


@pytest.mark.parametrize("name", ["", " ", "\t"])
def test_a_blank_name_is_refused(name):
    with pytest.raises(SettingsError) as caught:
        PredictionSettings(column=name)
    assert (caught.value.fault.code, caught.value.fault.remedy) == ("unnamed-column", "give one with --column")


def test_a_name_that_is_no_text_is_refused():
    with pytest.raises(SettingsError) as caught:
        PredictionSettings(column="gr\udcf6")
    assert (caught.value.fault.code, caught.value.fault.remedy) == ("option-not-utf8", "give another one")


def test_a_name_that_is_taken_is_refused_unless_the_column_stands_alone():
    with pytest.raises(DataError) as caught:
        prediction("x,k,prediction\n1,a,9\n")
    fault = caught.value.fault
    assert (fault.code, fault.place) == ("column-exists", Place("data.csv", column="prediction"))
    assert fault.remedy == "name the new one with --column"
    assert predicted("x,k,prediction\n1,a,9\n", only=True) == "prediction\n3.5\n"


def test_a_column_of_the_model_that_is_absent_is_refused():
    with pytest.raises(DataError) as caught:
        prediction("x,y\n1,2\n")
    fault = caught.value.fault
    assert (fault.code, fault.place) == ("unknown-column", Place("data.csv", column="k"))


def test_the_target_need_not_be_there_and_is_left_alone_where_it_is():
    assert predicted("y,x,k\nlate,1,a\n") == "y,x,k,prediction\nlate,1,a,3.5\n"


@pytest.mark.parametrize(
    ("text", "code", "cell", "line", "column"),
    [
        ("x,k\n1,a\n\none,a\n", "not-a-number", "one", 4, "x"),
        ("x,k\ninf,a\n", "not-finite", "inf", 2, "x"),
        ("x,k\n1,a\n1,7\n", "number-among-levels", "7", 3, "k"),
        ("x,k\n1,a\n1,a,b\n", "wrong-field-count", None, 3, None),
        ('x,k\n1,"a\n', "unclosed-quote", None, 2, None),
    ],
)
def test_what_the_model_cannot_read_is_refused_with_its_line(text, code, cell, line, column):
    with pytest.raises(DataError) as caught:
        predicted(text)
    fault = caught.value.fault
    assert (fault.code, fault.cell, fault.place) == (code, cell, Place("data.csv", line=line, column=column))


def test_levels_that_are_numbers_stay_levels():
    months = model((CategoricalColumn("month", ("1", "2")), [4.0]))
    assert predicted("month\n1\n2\n3\n", months) == "month,prediction\n1,1.0\n2,5.0\n3,\n"


def test_several_files_become_one_table():
    files = several("x,k\n1,a", b'\xef\xbb\xbfx,"k"\r\n2,b\r\n', "x,k\n", "x,k\n3,a\n")
    assert predicted(files) == "x,k,prediction\n1,a,3.5\n2,b,2.0\r\n3,a,4.5\n"
    assert predicted(files, only=True) == "prediction\n3.5\n2.0\n4.5\n"


def test_the_header_comes_once_though_the_first_file_has_no_rows():
    files = several("x,k\n", "x,k\n1,a\n")
    assert predicted(files) == "x,k,prediction\n1,a,3.5\n"
    assert predicted(files, only=True) == "prediction\n3.5\n"


def test_a_fault_in_a_later_file_names_it():
    with pytest.raises(DataError) as caught:
        predicted(several("x,k\n1,a\n", "x,k\n2,b\none,b\n"))
    assert (caught.value.fault.cell, caught.value.fault.place) == ("one", Place("2.csv", line=3, column="x"))


def read(tmp_path, content, dialect, name="data.csv"):
    path = tmp_path / name
    path.write_bytes(content)
    return Files.of([str(path)], dialect)


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_other_delimiters_are_found_and_kept(tmp_path, delimiter):
    text = "x,k,n\n1,a,\n2,b,\n".replace(",", delimiter)
    found = predicted(read(tmp_path, text.encode(), Dialect()))
    assert found == "x,k,n,prediction\n1,a,,3.5\n2,b,,2.0\n".replace(",", delimiter)


@pytest.mark.parametrize("name", ["a,b", "a;b", "a\tb", "a|b"])
def test_a_name_that_stands_alone_is_no_row_of_names_to_any_reader(name):
    assert predicted("x,k\n1,a\n", column=name, only=True) == f'"{name}"\n3.5\n'


def test_what_cannot_be_read_is_told_when_the_rows_before_it_were_written(tmp_path, monkeypatch):
    monkeypatch.setattr(chunks, "cut", partial(cut, size=1 << 16))
    path = tmp_path / "cut.csv.gz"
    random = np.random.default_rng(0)
    rows = [f"{number},a" for number in random.uniform(0, 9, 150_000).tolist()]
    path.write_bytes(gzip.compress("\n".join(["x,k", *rows, ""]).encode())[:-1_000])
    written = []
    with pytest.raises(DataError) as caught:
        written.extend(prediction(Files.of([str(path)])).pieces())
    assert caught.value.fault.code == "corrupt-archive"
    # 3 MB, which are decompressed a megabyte at a time.
    assert b"".join(written).count(b"\n") > 90_000


def test_a_decimal_comma_is_written_too(tmp_path):
    files = read(tmp_path, b"x;k\n1,5;a\n0,00001;b\n", Dialect(decimal=","))
    tiny = model(LEVELS, (NumericColumn("x", 0.0, 9.0), [1e-3]))
    assert predicted(files) == "x;k;prediction\n1,5;a;3,75\n0,00001;b;1,000005\n"
    assert predicted(files, tiny, only=True) == 'prediction\n"3,0015"\n"1,00000001"\n'


@pytest.mark.parametrize("delimiter", ["5", "-", "."])
def test_a_delimiter_that_numbers_are_written_with_makes_quotes(tmp_path, delimiter):
    dialect = Dialect(delimiter=delimiter, decimal="," if delimiter == "." else ".")
    found = predicted(read(tmp_path, f"x{delimiter}k\n1{delimiter}a\n".encode(), dialect))
    *rest, last = next(csv.reader(found.splitlines()[1:], delimiter=delimiter))
    assert (rest, last) == (["1", "a"], "3,5" if delimiter == "." else "3.5")


def test_files_with_other_delimiters_are_refused_but_for_the_new_column_alone(tmp_path):
    paths = [tmp_path / "1.csv", tmp_path / "2.csv"]
    paths[0].write_bytes(b"x,k\n1,a\n")
    paths[1].write_bytes(b"x;k\n2;b\n")
    files = Files.of([str(path) for path in paths])
    with pytest.raises(DataError) as caught:
        prediction(files)
    fault = caught.value.fault
    assert (fault.code, fault.place) == ("delimiters-differ", Place(str(paths[1])))
    assert fault.remedy == "predict them one by one"
    assert predicted(files, only=True) == "prediction\n3.5\n2.0\n"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "latin-1"])
def test_text_in_another_encoding_comes_out_as_utf_8(tmp_path, encoding):
    content = "x,k,é\n1,a,ü\n".encode(encoding)
    files = read(tmp_path, content, Dialect(encoding=encoding))
    assert predicted(files) == "x,k,é,prediction\n1,a,ü,3.5\n"


def test_a_utf_16_mark_is_enough(tmp_path):
    content = codecs.BOM_UTF16_BE + "x,k\r\n1,a\r\n".encode("utf-16-be")
    assert predicted(read(tmp_path, content, Dialect())).lstrip("\ufeff") == "x,k,prediction\r\n1,a,3.5\r\n"


def test_gzipped_text_comes_out_plain(tmp_path):
    files = read(tmp_path, gzip.compress(b"x,k\n1,a\n"), Dialect(), "data.csv.gz")
    assert predicted(files) == "x,k,prediction\n1,a,3.5\n"


CELLS = st.text(st.sampled_from(["a", '"', ",", ";", "\n", "\r", " ", "\t", "ü", "\ufeff", "'", "#"]), max_size=5)
NUMBERS = st.one_of(st.just(""), st.floats(-1e6, 1e6).map(repr), st.integers(-99, 99).map(str))
ROWS = st.lists(st.tuples(CELLS, NUMBERS, st.sampled_from(["a", "b", "", "new"]), CELLS), max_size=12)


@settings(max_examples=60)
@given(
    rows=ROWS,
    delimiter=st.sampled_from([",", ";", "\t"]),
    line_end=st.sampled_from(["\n", "\r\n", "\r"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC]),
    blank_lines=st.lists(st.integers(1, 13), max_size=3),
    mark=st.booleans(),
    final_end=st.booleans(),
    size=st.sampled_from([5, 64, 1 << 22]),
)
def test_output_without_its_last_field_is_the_input_and_the_field_is_what_the_library_predicts(
    rows, delimiter, line_end, quoting, blank_lines, mark, final_end, size
):
    records = []
    for row in [("left", "x", "k", "right"), *rows]:
        record = io.StringIO()
        csv.writer(record, delimiter=delimiter, lineterminator="\r\n", quoting=quoting).writerow(row)
        records.append(record.getvalue().removesuffix("\r\n") + line_end)
    for place in blank_lines:
        records.insert(place, line_end)
    text = "\ufeff" * mark + "".join(records)
    text = text if final_end else text.removesuffix(line_end)

    files = Files((source_with(text, delimiter),))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(chunks, "cut", partial(cut, size=size))
        found = predicted(files)

    assert found.startswith("\ufeff") == mark
    parsed = list(csv.reader(io.StringIO(found.removeprefix("\ufeff"), newline=""), delimiter=delimiter))
    assert [tuple(record[:-1]) for record in parsed] == [("left", "x", "k", "right"), *rows]
    frame = pd.DataFrame(
        {"x": [float(row[1] or "nan") for row in rows], "k": [row[2] or None for row in rows]}
    ).dropna()
    expected = np.full(len(rows), np.nan)
    if len(frame):
        expected[frame.index] = model().predict(frame)
    assert parsed[0][-1] == "prediction"
    np.testing.assert_array_equal([float(record[-1] or "nan") for record in parsed[1:]], expected)


def source_with(text, delimiter):
    return replace(source(text), delimiter=Delimiter(delimiter))


def test_memory_does_not_grow_with_the_rows(tmp_path, monkeypatch):
    monkeypatch.setattr(chunks, "cut", partial(cut, size=1 << 15))
    path = tmp_path / "long.csv"

    def peak(rows):
        with path.open("w", encoding="ascii", newline="") as stream:
            stream.write("x,k,note\n")
            stream.writelines(f"{row % 9},a,{'n' * 90}\n" for row in range(rows))
        made = prediction(Files.of([str(path)]))
        tracemalloc.start()
        for _ in made.pieces():
            pass
        try:
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    peak(1_000)  # what is made once, and imported late
    # Pieces of 32 KB on several threads: 1 MB of text is enough to fill every one of them.
    assert peak(40_000) < 1.3 * max(peak(10_000) for _ in range(3))


def test_files_are_closed_at_once_when_a_run_is_broken_off(monkeypatch):
    """Even where something holds the generators, so that the garbage collector does not close them."""
    held_on = []

    def hold(module, name):
        usual = getattr(module, name)
        monkeypatch.setattr(module, name, lambda *arguments: held_on.append(usual(*arguments)) or held_on[-1])

    hold(Source, "open")
    hold(chunks, "_parsed")
    hold(prediction_module, "read_chunks")
    text = prediction("x,k\n1,a\n2,b\n").pieces()
    assert next(text)
    opened = [each for each in held_on if hasattr(each, "closed")]
    assert not all(stream.closed for stream in opened)
    text.close()
    assert all(stream.closed for stream in opened)
