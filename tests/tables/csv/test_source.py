"""Where bytes come from, and the lines of their records."""

import csv
import gzip
import io
import os
import socket
import sys
import threading
import zipfile
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.tables import source as table

from mae_cli.errors import DataError, Place
from mae_cli.tables.csv.source import Source

TABLE = b"a,b\n1,2\n3,4\n"


def refusal(argument):
    with pytest.raises(DataError) as caught, closing(Source.of(str(argument))) as held:
        held.recognised()
    return caught.value.fault


def gist(argument):
    """The code, the place and the remedy."""
    fault = refusal(argument)
    return fault.code, fault.place, fault.remedy


def test_a_path_is_read_afresh_at_each_opening(tmp_path):
    path = tmp_path / "data.csv"
    path.write_bytes(TABLE)
    source = Source.of(str(path)).recognised()
    assert source.name == str(path)
    for _ in range(2):
        with source.open() as stream:
            assert stream.read() == TABLE


@pytest.mark.parametrize("content", [TABLE, gzip.compress(TABLE, mtime=0)])
def test_standard_input_can_be_read_again(monkeypatch, content):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))
    with closing(Source.of("-").recognised()) as source:
        assert source.name == "standard input"
        for _ in range(2):
            with source.open() as stream:
                assert stream.read() == TABLE


def test_gzip_is_told_by_its_bytes_and_not_by_the_name(tmp_path):
    zipped, plain = tmp_path / "zipped.csv", tmp_path / "plain.csv.gz"
    zipped.write_bytes(gzip.compress(TABLE, mtime=0))
    plain.write_bytes(TABLE)
    for path in (zipped, plain):
        with Source.of(str(path)).recognised().open() as stream:
            assert stream.read() == TABLE


def test_a_named_pipe_can_be_read_again(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_bytes, args=(TABLE,))
    writer.start()
    with closing(Source.of(str(pipe)).recognised()) as source:
        writer.join()
        for _ in range(2):
            with source.open() as stream:
                assert stream.read() == TABLE


def test_a_url_is_refused_without_a_socket(monkeypatch):
    monkeypatch.setattr(socket, "socket", lambda *_, **__: pytest.fail("a socket was opened"))
    url = "https://example.org/data.csv"
    assert gist(url) == ("data-is-url", Place(url), "download it first and give the file")


@pytest.mark.parametrize("device", ["/dev/zero", "/dev/urandom"])
def test_a_device_is_refused_before_it_fills_the_disk(device):
    assert gist(device) == ("data-is-device", Place(device), "name a file or a pipe")


def test_standard_input_from_a_device_is_refused(monkeypatch):
    with open("/dev/zero", encoding="ascii") as stream:  # noqa: PTH123  (as a shell opens it)
        monkeypatch.setattr("sys.stdin", stream)
        assert gist("-") == ("data-is-device", Place("standard input"), "name a file or a pipe")


def test_a_line_longer_than_any_record_is_not_waited_for(monkeypatch):
    monkeypatch.setattr("mae_cli.tables.csv.pieces.LONGEST_RECORD", 1_000_000)
    source = table("y,x\n1,2\n" + "3" * 2_000_000)
    with pytest.raises(DataError) as error:
        list(source.pieces())
    assert (error.value.fault.code, error.value.fault.place) == ("endless-line", Place("data.csv", line=3))
    assert error.value.fault.remedy == "check what it is, or name its encoding with --encoding"


def test_an_absent_file_is_refused(tmp_path):
    assert gist(tmp_path / "none.csv") == ("file-not-found", Place(str(tmp_path / "none.csv")), None)


def test_a_directory_is_refused(tmp_path):
    (tmp_path / "a.parquet").mkdir()  # no file
    assert gist(tmp_path) == ("data-is-directory", Place(str(tmp_path)), None)


@pytest.mark.parametrize(
    ("file", "pattern", "loss"),
    [
        ("part-0.parquet", "*.parquet", ""),
        ("new/part-0.parquet", "*/*.parquet", ""),
        ("new/year=2020/0.parquet", "*/*/*.parquet", "; the names of its folders (year=2020) are no columns then"),
    ],
)
def test_a_directory_of_parquet_says_how_its_files_are_named(tmp_path, monkeypatch, file, pattern, loss):
    monkeypatch.chdir(tmp_path)
    path = Path("flights", file)
    path.parent.mkdir(parents=True)
    path.write_bytes(b"")
    pattern = f"flights/{pattern}"
    remedy = f"name its files ({pattern}), or with --dask the pattern ('{pattern}'){loss}"
    assert gist("flights/") == ("data-is-directory", Place("flights/"), remedy)
    assert list(tmp_path.glob(pattern)) == [tmp_path / path]


def test_an_unreadable_file_is_refused(tmp_path, monkeypatch):
    path = tmp_path / "data.csv"
    path.write_bytes(TABLE)

    def denied(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(type(path), "open", denied)
    assert gist(path) == ("unreadable-file", Place(str(path)), None)
    assert "(Permission denied)" in refusal(path).what


@pytest.mark.parametrize(
    "content", [b"", b" \n\r\n\t", b"\xef\xbb\xbf\n", b"\n" * 100_000, gzip.compress(b"\n", mtime=0)]
)
def test_a_file_without_text_is_empty(tmp_path, content):
    path = tmp_path / "data.csv"
    path.write_bytes(content)
    assert gist(path) == ("empty-file", Place(str(path)), None)


def test_an_empty_standard_input_is_refused(monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"")))
    assert gist("-") == ("empty-file", Place("standard input"), None)


BY_LATIN_1 = "use --encoding latin-1, which reads every byte, or name the right encoding"


@pytest.mark.parametrize(
    ("content", "encoding", "code", "line", "remedy"),
    [
        (b"a\nb\x81\n", "cp1252", "wrong-encoding", 2, BY_LATIN_1),
        (b"a\nb\x81\n", "shift_jis", "wrong-encoding", 2, "name the right encoding with --encoding"),
        ("a\n1\n".encode("utf-16-be"), "utf-16", "no-byte-order-mark", 1, "use --encoding utf-16-le or utf-16-be"),
    ],
)
def test_text_in_another_encoding_is_refused_with_its_line(content, encoding, code, line, remedy):
    with pytest.raises(DataError) as caught, replace(table(content), encoding=encoding).opened() as stream:
        stream.read()
    fault = caught.value.fault
    assert (fault.code, fault.place, fault.remedy) == (code, Place("data.csv", line=line), remedy)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"7z\xbc\xaf\x27\x1c", "unsupported-archive"),
        (b"\x28\xb5\x2f\xfd", "unsupported-compression"),
        (b"SQLite format 3\0", "not-csv"),
        (b"version https://git-lfs.github.com", "pointer-file"),
        (gzip.compress(gzip.compress(TABLE, mtime=0), mtime=0), "nested-archive"),
    ],
)
def test_a_file_of_another_kind_is_refused_with_what_to_do(tmp_path, content, code):
    path = tmp_path / "data.csv"
    path.write_bytes(content)
    found, place, remedy = gist(path)
    assert (found, place) == (code, Place(str(path)))
    assert remedy


@pytest.mark.parametrize(
    ("names", "code"),
    [
        ([], "empty-archive"),
        (["a.csv", "b.csv"], "several-files-in-archive"),
        (["[Content_Types].xml", "a.xml"], "not-csv"),
    ],
)
def test_a_zip_archive_holds_one_file(tmp_path, names, code):
    path = tmp_path / "data.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name in names:
            archive.writestr(name, TABLE)
    assert gist(path)[:2] == (code, Place(str(path)))


def test_a_corrupt_archive_is_refused_in_one_line(tmp_path):
    path = tmp_path / "data.csv.gz"
    path.write_bytes(gzip.compress(TABLE, mtime=0)[:-9])
    assert gist(path) == ("corrupt-archive", Place(str(path)), None)
    assert "(Compressed file ended before the end-of-stream marker was reached)" in refusal(path).what


def test_an_archive_with_a_wrong_checksum_is_refused(tmp_path):
    path = tmp_path / "data.csv.gz"
    path.write_bytes(gzip.compress(TABLE, mtime=0)[:-8] + b"12345678")
    assert gist(path) == ("corrupt-archive", Place(str(path)), None)
    assert "(CRC check failed" in refusal(path).what


def test_a_cell_may_be_longer_than_the_csv_module_allows_by_itself():
    cell = "x" * 200_000
    assert [record.cells for record in table("a\n" + cell).records()] == [("a",), (cell,)]


def test_what_the_csv_module_refuses_is_one_line():
    before = csv.field_size_limit(10)
    try:
        with pytest.raises(DataError) as caught:
            list(table("a\n" + "x" * 11).records())
        assert (caught.value.fault.code, caught.value.fault.place) == ("malformed-csv", Place("data.csv"))
        assert "(field larger than field limit" in caught.value.fault.what
    finally:
        csv.field_size_limit(before)


def test_records_can_be_walked_from_any_byte_where_one_begins():
    text = '\ufeffa,b\r\n1,"x\ny"\r\n\n2,z\r3,w\n'
    records = [(record.line, record.cells) for record in table(text).records()]
    assert records == [(1, ("a", "b")), (2, ("1", "x\ny")), (5, ("2", "z")), (6, ("3", "w"))]
    content = text.encode()
    for place, begin in enumerate((b"a,b", b'1,"', b"2,z", b"3,w")):
        offset = content.index(begin)
        assert [(record.line, record.cells) for record in table(text).records(offset)] == records[place:]


@pytest.mark.parametrize("block", [1, 2, 3, 7])
def test_line_ends_are_counted_whatever_the_blocks_that_are_read_over(monkeypatch, block):
    monkeypatch.setattr("mae_cli.tables.csv.source._SKIPPED_BYTES", block)
    text = "a\r\n\r\nb\rc\n\nd\r\n"
    assert [record.line for record in table(text).records(text.index("d"))] == [6]


def test_a_mark_within_the_file_belongs_to_its_cell():
    text = "a\n\ufeffx\n"
    assert [record.cells for record in table(text).records(2)] == [("\ufeffx",)]


def test_a_mark_at_the_beginning_is_no_part_of_the_header():
    assert table("\ufeffa,b\n1,2\n").beginning(1)[0].cells == ("a", "b")


CELLS = st.lists(st.text(st.sampled_from('ab ,"\n\r\té'), max_size=5), min_size=2, max_size=2)


@given(
    rows=st.lists(st.tuples(st.sampled_from(["", "\n", "  \n", "\r\n\t\n"]), CELLS), min_size=1, max_size=8),
    ending=st.sampled_from(["\n", "\r\n", "\r"]),
)
def test_records_stand_where_they_were_written(rows, ending):
    text, lines = f"h,i{ending}", []
    for blank, cells in rows:
        text += blank
        lines.append(1 + len(text.replace("\r\n", "\n").replace("\r", "\n").split("\n")) - 1)
        record = io.StringIO()
        csv.writer(record, lineterminator=ending, quoting=csv.QUOTE_ALL).writerow(cells)
        text += record.getvalue()
    records = list(table(text).records())[1:]
    # A blank line feed right after a carriage return makes one line ending of the two.
    if not (ending == "\r" and "\r\n" in text):
        assert [record.line for record in records] == lines
    assert [list(record.cells) for record in records] == [cells for _, cells in rows]
