"""The header of files, and the places of their records."""

import gzip

import pytest
from support.tables import held, several, source

from mae_cli.errors import DataError, Place
from mae_cli.tables.csv.files import Files, Waypoint
from mae_cli.tables.csv.header import read_header


def refusal(files):
    with pytest.raises(DataError) as caught:
        _ = files.header
    return caught.value.fault


def line(files, index):
    return files.record(index).line


def test_the_header_keeps_its_names_as_written():
    header = held('\ufeff" a","b,c"\n1,2\n').header
    assert header.names == (" a", "b,c")
    assert header.first == ("1", "2")


def test_a_name_that_is_not_utf8_is_refused_with_the_header():
    with pytest.raises(DataError) as caught:
        read_header(source(b"caf\xe9\n1\n"))
    fault = caught.value.fault
    assert (fault.code, fault.place) == ("not-utf8", Place("data.csv", line=1))
    assert fault.remedy.startswith("name the encoding with --encoding")


@pytest.mark.parametrize(
    ("text", "code", "column", "remedy"),
    [
        ("sep=;\n1\n", "separator-line", None, "remove the line"),
        ("<!DOCTYPE html>\n1\n", "not-csv", None, "download the data itself as CSV"),
        ('[{"y": 1}]\n', "not-csv", None, "make CSV of it first, with jq or pandas"),
        ("a,b\0\n1,2\n", "nul-byte", "b\0", "use --encoding utf-16-le or utf-16-be, if the file is UTF-16"),
        ("1,2\n3,4\n", "missing-header", None, "add a line with the names of the columns, which seem to be missing"),
        (",\n3,4\n", "missing-header", None, "add a line with the names of the columns"),
        (
            "Sales,,\n,,\nid,y,x\n1,2,3\n",
            "title-before-header",
            None,
            "remove the lines before line 3, which seems to be the header",
        ),
        ('"a";"b"\n', "wrong-delimiter", None, "use --delimiter ';'"),
    ],
)
def test_a_header_that_is_none_is_refused_with_its_line(text, code, column, remedy):
    fault = refusal(held(text))
    assert (fault.code, fault.place, fault.cell) == (code, Place("data.csv", line=1, column=column), column)
    assert fault.remedy.replace('"', "'") == remedy


def test_an_arff_file_is_no_csv():
    fault = refusal(held("% made by Weka\n@relation x\n@data\n1,2\n"))
    assert (fault.code, fault.place) == ("not-csv", Place("data.csv"))


STRAY, BEHIND = "unclosed-quote", "text-after-quote"


@pytest.mark.parametrize(
    ("text", "line", "code"),
    [
        ('y,x\n1,"2\n3,4\n', 2, STRAY),
        ('y,"x\n1,2\n3,4\n', 1, STRAY),
        ('y,x\n1,"2\n' + "3,4\n" * 50_000, 2, STRAY),
        ('y,x\n1,"2\n' + "3,4\n" * 50_000 + '5,"6"\n', 2, BEHIND),
        ('y,x\n1,"2"2\n', 2, BEHIND),
        ('y,"x"z\n1,2\n', 1, BEHIND),
    ],
)
def test_a_stray_quote_at_the_beginning_is_told_as_one(text, line, code):
    fault = refusal(held(text))
    assert (fault.code, fault.place) == (code, Place("data.csv", line=line))
    assert (fault.remedy == "close it") == (code == STRAY)


def test_the_first_record_may_be_long():
    cell = "word\n" * 50_000
    header = held(f'y,x\n1,"{cell}"\n2,"z"\n').header
    assert (header.names, header.first) == (("y", "x"), ("1", cell))


def test_no_more_is_kept_than_a_record_may_have(monkeypatch):
    monkeypatch.setattr("mae_cli.tables.csv.pieces.LONGEST_RECORD", 200_000)
    fault = refusal(held('y,x\n1,"2\n' + "3,4\n" * 100_000 + '5,6"\n'))
    assert (fault.code, fault.place) == (STRAY, Place("data.csv", line=2))


# ---------------------------------------------------------------- one file


def test_a_record_knows_the_line_it_starts_on_and_its_cells():
    files = held('\ufeff\na,b\n\n"x\ny",1\n  \nz,2\r\n"",\n')
    assert [line(files, index) for index in range(3)] == [4, 7, 8]
    assert files.record(0).cells == ("x\ny", "1")
    assert files.place(1) == Place("data.csv", line=7)


def test_blank_lines_inside_quotes_belong_to_their_record():
    files = held('a\n"x\n\n  \n"\nlast\n')
    assert (files.record(0).cells, line(files, 1)) == (("x\n\n  \n",), 6)


def test_a_quoted_empty_cell_alone_on_its_line_is_a_record():
    assert line(held('a\n""\nx\n'), 1) == 3


def test_many_records_are_found_at_once():
    files = held('a,b\n1,"x\ny"\n\n2,z\n3,w\n')
    assert files.places([2, 0]) == {0: Place("data.csv", line=2), 2: Place("data.csv", line=6)}
    assert files.places([]) == {}


def test_a_cell_is_quoted_as_it_is_in_the_file():
    files = held("a,b\n1,2\n\n1e400,3\n")
    assert (files.cell(1, "a"), files.place(1)) == ("1e400", Place("data.csv", line=4))


def test_a_record_is_looked_for_from_the_nearest_one_whose_place_is_known():
    files = held('a\n1\n"2\n"\n3\n4\n').located([Waypoint(0, 0, 0), Waypoint(2, 0, 9)])
    assert [line(files, index) for index in range(4)] == [2, 3, 5, 6]
    assert files.places(range(4)) == {index: Place("data.csv", line=line(files, index)) for index in range(4)}


# ---------------------------------------------------------------- several files


def test_files_are_called_by_the_first_and_the_number_of_others():
    assert held("a\n1\n").name == "data.csv"
    assert several("a\n1\n", "a\n2\n").name == "1.csv and 1 more file"
    assert several("a\n1\n", "a\n2\n", "a\n3\n").name == "1.csv and 2 more files"


@pytest.mark.parametrize(
    ("second", "column"), [("a\n1\n", None), ("a,b,c\n1,2,3\n", None), ("b,a\n1,2\n", "b"), ("a,B\n1,2\n", "B")]
)
def test_files_whose_headers_differ_are_refused(second, column):
    fault = refusal(several("a,b\n1,2\n", second))
    assert (fault.code, fault.place) == ("headers-differ", Place("2.csv", column=column))
    assert fault.remedy == "give files whose headers agree"


def test_a_fault_in_the_first_record_names_its_file():
    fault = refusal(several("a,b\n1,2\n", "a,b\n1,2,3\n4,5\n6,7\n"))
    assert (fault.code, fault.place) == ("wrong-field-count", Place("2.csv", line=2))
    assert fault.remedy == "put cells that contain ',' in quotes"


def test_headers_may_be_written_differently():
    assert several("a,b\n1,2\n", '\ufeff"a","b"\r\n3,4\r\n').header.names == ("a", "b")


def test_the_first_record_is_that_of_the_first_file_that_has_one():
    assert several("a\n", "a\n7\n").header.first == ("7",)
    fault = refusal(several("a\n", "a\n\n"))
    assert (fault.code, fault.place, fault.remedy) == ("no-data-rows", Place("1.csv and 1 more file"), None)


def test_standard_input_cannot_be_one_of_several():
    with pytest.raises(DataError) as caught:
        Files.of(["a.csv", "-"])
    assert (caught.value.fault.code, caught.value.fault.remedy) == ("standard-input-among-files", "join them first")


def test_every_file_must_be_there(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("a\n1\n", encoding="utf-8")
    absent = str(tmp_path / "none.csv")
    with pytest.raises(DataError) as caught:
        Files.of([str(path), absent])
    assert (caught.value.fault.code, caught.value.fault.place) == ("file-not-found", Place(absent))
    assert caught.value.fault.remedy is None


def test_a_column_in_the_place_of_a_file_is_told_as_one(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(DataError) as caught:
        Files.of(["a.csv", "b"])
    assert (caught.value.fault.code, caught.value.fault.place) == ("file-not-found", Place("b"))
    assert caught.value.fault.remedy == (
        "join the columns of an option with commas, without blanks, as 'b' is a column of a.csv"
    )


def test_a_pattern_that_no_shell_has_filled_in_is_told_as_one(tmp_path):
    with pytest.raises(DataError) as caught:
        Files.of([str(tmp_path / "*.csv")])
    assert caught.value.fault.code == "file-not-found"
    assert "; no file matches it, or quotes kept" in caught.value.fault.what


def test_the_share_of_the_text_before_a_record_is_known_of_plain_files_only(tmp_path):
    for name, text in (("a.csv", b"x\n1\n2\n"), ("b.csv", b"x\n3\n")):
        (tmp_path / name).write_bytes(text)
    (tmp_path / "c.csv.gz").write_bytes(gzip.compress(b"x\n3\n"))
    paths = [str(tmp_path / name) for name in ("a.csv", "b.csv", "c.csv.gz")]
    with Files.of(paths[:2]) as files:
        assert files.share_before(Waypoint(1, 0, 4)) == 0.4
        assert files.share_before(Waypoint(2, 1, 2)) == 0.8
    with Files.of(paths) as files:
        assert files.share_before(Waypoint(1, 0, 4)) is None
