"""The header of files, and the places of their records."""

import gzip

import pytest
from support.tables import held, several, source

from mae_cli.errors import DataError
from mae_cli.tables.csv.files import Files, Waypoint
from mae_cli.tables.csv.header import read_header


def refusal(files):
    with pytest.raises(DataError) as caught:
        _ = files.header
    return str(caught.value)


def line(files, index):
    return files.record(index).line


def test_the_header_keeps_its_names_as_written():
    header = held('\ufeff" a","b,c"\n1,2\n').header
    assert header.names == (" a", "b,c")
    assert header.first == ("1", "2")


def test_a_name_that_is_not_utf8_is_refused_with_the_header():
    with pytest.raises(DataError, match=r"^data\.csv, line 1: not UTF-8 text \(byte 0xe9\)"):
        read_header(source(b"caf\xe9\n1\n"))


STRAY = "a quote is opened in this record and never closed"
BEHIND = "unexpected text after a closing quote; a quote within quotes must be doubled"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('y,x\n1,"2\n3,4\n', f"data.csv, line 2: {STRAY}"),
        ('y,"x\n1,2\n3,4\n', f"data.csv, line 1: {STRAY}"),
        ('y,x\n1,"2\n' + "3,4\n" * 50_000, f"data.csv, line 2: {STRAY}"),
        ('y,x\n1,"2\n' + "3,4\n" * 50_000 + '5,"6"\n', f"data.csv, line 2: {BEHIND}"),
        ('y,x\n1,"2"2\n', f"data.csv, line 2: {BEHIND}"),
        ('y,"x"z\n1,2\n', f"data.csv, line 1: {BEHIND}"),
    ],
)
def test_a_stray_quote_at_the_beginning_is_told_as_one(text, message):
    assert refusal(held(text)) == message


def test_the_first_record_may_be_long():
    cell = "word\n" * 50_000
    header = held(f'y,x\n1,"{cell}"\n2,"z"\n').header
    assert (header.names, header.first) == (("y", "x"), ("1", cell))


def test_no_more_is_kept_than_a_record_may_have(monkeypatch):
    monkeypatch.setattr("mae_cli.tables.csv.pieces.LONGEST_RECORD", 200_000)
    assert refusal(held('y,x\n1,"2\n' + "3,4\n" * 100_000 + '5,6"\n')) == f"data.csv, line 2: {STRAY}"


# ---------------------------------------------------------------- one file


def test_a_record_knows_the_line_it_starts_on_and_its_cells():
    files = held('\ufeff\na,b\n\n"x\ny",1\n  \nz,2\r\n"",\n')
    assert [line(files, index) for index in range(3)] == [4, 7, 8]
    assert files.record(0).cells == ("x\ny", "1")
    assert files.place(1) == "data.csv, line 7"


def test_blank_lines_inside_quotes_belong_to_their_record():
    files = held('a\n"x\n\n  \n"\nlast\n')
    assert (files.record(0).cells, line(files, 1)) == (("x\n\n  \n",), 6)


def test_a_quoted_empty_cell_alone_on_its_line_is_a_record():
    assert line(held('a\n""\nx\n'), 1) == 3


def test_many_records_are_found_at_once():
    files = held('a,b\n1,"x\ny"\n\n2,z\n3,w\n')
    assert files.locate([2, 0]) == {0: ("data.csv", 2), 2: ("data.csv", 6)}
    assert files.locate([]) == {}


def test_a_cell_is_quoted_as_it_is_in_the_file():
    files = held("a,b\n1,2\n\n1e400,3\n")
    assert (files.cell(1, "a"), files.place(1)) == ("1e400", "data.csv, line 4")


def test_a_record_is_looked_for_from_the_nearest_one_whose_place_is_known():
    files = held('a\n1\n"2\n"\n3\n4\n').located([Waypoint(0, 0, 0), Waypoint(2, 0, 9)])
    assert [line(files, index) for index in range(4)] == [2, 3, 5, 6]
    assert files.locate([0, 1, 2, 3]) == {index: ("data.csv", line(files, index)) for index in range(4)}


# ---------------------------------------------------------------- several files


def test_files_are_called_by_the_first_and_the_number_of_others():
    assert held("a\n1\n").name == "data.csv"
    assert several("a\n1\n", "a\n2\n").name == "1.csv and 1 more file"
    assert several("a\n1\n", "a\n2\n", "a\n3\n").name == "1.csv and 2 more files"


@pytest.mark.parametrize(
    ("second", "message"),
    [
        ("a\n1\n", "2.csv has 1 column, but 1.csv has 2; their headers must agree"),
        ("a,b,c\n1,2,3\n", "2.csv has 3 columns, but 1.csv has 2; their headers must agree"),
        ("b,a\n1,2\n", "2.csv: column 1 is 'b', but 'a' in 1.csv; their headers must agree"),
        ("a,B\n1,2\n", "2.csv: column 2 is 'B', but 'b' in 1.csv; their headers must agree"),
        ("a,a\n1,2\n", "2.csv, line 1: the header names column 'a' twice; rename one of them"),
        (
            "a,b\n1,2,3\n4,5\n6,7\n",
            "2.csv, line 2: expected 2 fields, found 3; a cell with ',' in it must be quoted",
        ),
    ],
)
def test_files_whose_headers_differ_are_refused_in_one_line(second, message):
    assert refusal(several("a,b\n1,2\n", second)) == message


def test_headers_may_be_written_differently():
    assert several("a,b\n1,2\n", '\ufeff"a","b"\r\n3,4\r\n').header.names == ("a", "b")


def test_the_first_record_is_that_of_the_first_file_that_has_one():
    assert several("a\n", "a\n7\n").header.first == ("7",)
    assert refusal(several("a\n", "a\n\n")) == "1.csv and 1 more file have a header but no data rows"


def test_standard_input_cannot_be_one_of_several():
    with pytest.raises(DataError) as caught:
        Files.of(["a.csv", "-"])
    assert str(caught.value) == "standard input (-) cannot be one of several files; join them before"


def test_every_file_must_be_there(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("a\n1\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"none\.csv does not exist$"):
        Files.of([str(path), str(tmp_path / "none.csv")])


def test_a_column_in_the_place_of_a_file_is_told_as_one(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(DataError) as caught:
        Files.of(["a.csv", "b"])
    assert str(caught.value) == (
        "b does not exist; 'b' is a column of a.csv: an option names columns joined by commas, without blanks"
    )


def test_a_pattern_that_no_shell_has_filled_in_is_told_as_one(tmp_path):
    with pytest.raises(DataError, match=r"\*\.csv does not exist; no file matches it, or quotes kept"):
        Files.of([str(tmp_path / "*.csv")])


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
