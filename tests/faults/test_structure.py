"""How a file is written: encodings, line ends, quotes, delimiters, archives, headers and records."""

import bz2
import gzip
import io
import lzma
import struct
import tarfile
import zipfile

import pytest
from faults.cases import (
    CLEAN,
    EMPTY,
    NO_ROWS,
    ROWS,
    Refusal,
    changed,
    not_a_number,
    not_utf8,
    nul_byte,
    refused,
    same,
    table,
    tells,
    too_few,
    too_many,
    unclosed,
    without,
)


def zipped(**members):
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as writer:
        for name, content in members.items():
            writer.writestr(zipfile.ZipInfo(name), content)
    return archive.getvalue()


def tarred():
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as writer:
        member = tarfile.TarInfo("inside.csv")
        member.size = len(BYTES)
        writer.addfile(member, io.BytesIO(BYTES))
    return archive.getvalue()


def zipped_by_method(number):
    """A zip archive whose member claims to be compressed by that method."""
    archive = bytearray(zipped(**{"inside.csv": CLEAN.encode()}))
    struct.pack_into("<H", archive, 8, number)
    struct.pack_into("<H", archive, archive.index(b"PK\x01\x02") + 10, number)
    return bytes(archive)


def with_line(place, line):
    """The clean table with a line more, before the line `place` (from 1)."""
    lines = CLEAN.splitlines(keepends=True)
    return "".join([*lines[: place - 1], line, *lines[place - 1 :]])


ACCENTED = table(changed({(0, 2): "é", (2, 2): "é"}))
JAPANESE = table(changed({(0, 2): "東京", (2, 2): "東京"}))
BYTES = CLEAN.encode()
BLANKS = "blanks behind the delimiters are left out of names and cells"
DECIMAL = [[cell.replace(".", ",") for cell in row] for row in ROWS]
RECORDS = table().partition("\n")[2]
GZIP, BZIP2, XZ = gzip.compress(BYTES, mtime=0), bz2.compress(BYTES), lzma.compress(BYTES)
ZIP = zipped(**{"inside.csv": BYTES})
GARBLED_GZIP = GZIP[:40] + bytes([GZIP[40] ^ 255]) + GZIP[41:]

UNKNOWN_ENCODING = Refusal(
    "unknown-encoding", file=None, remedy="use a name such as utf-8, utf-16, latin-1, cp1252 or shift_jis"
)
ONE_COLUMN = Refusal("unknown-column", column="y", remedy="name the delimiter with --delimiter, if there are more")
CORRUPT = Refusal("corrupt-archive")
AS_OF_R = table([(str(place), *row) for place, row in enumerate(ROWS)], delimiter=" ")
IN_LINE = "".join("".join(cell.ljust(9) for cell in line.split(","))[:-8] + "\n" for line in CLEAN.splitlines())


def unknown(option):
    """The target is not found, as the text is cut by another sign than its own."""
    return Refusal("unknown-column", column="y", remedy=f"use {option}")


def wrong_delimiter(line, sign):
    """The text is cut by another sign than its own."""
    return Refusal("wrong-delimiter", line=line, remedy=f"use --delimiter {sign}")


ENCODINGS = [
    same("a mark of UTF-8", b"\xef\xbb\xbf" + BYTES),
    same("a mark of UTF-8 before a quoted name", b'\xef\xbb\xbf"y",x,k\n' + RECORDS.encode()),
    same("accents in UTF-8", ACCENTED, twin=ACCENTED),
    same("accents with a mark", b"\xef\xbb\xbf" + ACCENTED.encode(), twin=ACCENTED),
    same("UTF-16 with a mark", ACCENTED.encode("utf-16"), twin=ACCENTED),
    same("UTF-16 big endian with a mark", b"\xfe\xff" + ACCENTED.encode("utf-16-be"), twin=ACCENTED),
    same("UTF-32 with a mark", ACCENTED.encode("utf-32"), twin=ACCENTED),
    same("UTF-32 big endian with a mark", b"\x00\x00\xfe\xff" + ACCENTED.encode("utf-32-be"), twin=ACCENTED),
    same("UTF-16 named, with a mark", ACCENTED.encode("utf-16"), "--encoding", "utf-16", twin=ACCENTED),
    same("UTF-16 named, without a mark", ACCENTED.encode("utf-16-le"), "--encoding", "utf-16-le", twin=ACCENTED),
    same("UTF-32 named, without a mark", ACCENTED.encode("utf-32-be"), "--encoding", "utf-32-be", twin=ACCENTED),
    same("latin-1 named", ACCENTED.encode("latin-1"), "--encoding", "latin-1", twin=ACCENTED),
    same("cp1252 named by another name", ACCENTED.encode("cp1252"), "--encoding", "windows-1252", twin=ACCENTED),
    same("Shift JIS named", JAPANESE.encode("shift_jis"), "--encoding", "shift_jis", twin=JAPANESE),
    same("UTF-8 named", ACCENTED, "--encoding", "UTF8", twin=ACCENTED),
    same("UTF-8 named, with a mark", "\ufeff" + ACCENTED, "--encoding", "utf-8", twin=ACCENTED),
    same("UTF-16 in a gzip archive", gzip.compress(ACCENTED.encode("utf-16")), twin=ACCENTED),
    same(
        "no UTF-8 in an unused column",
        b"y,x,k,n\n" + b"".join(b",".join([*map(str.encode, row), b"\xe9\n"]) for row in ROWS),
        "--exclude",
        "n",
    ),
    refused("latin-1 not named", ACCENTED.encode("latin-1"), not_utf8(2, "k")),
    refused("latin-1 in a name", CLEAN.replace("k", "é", 1).encode("latin-1"), not_utf8(1)),
    refused("latin-1 among numbers", CLEAN.replace("4.9", "4.9\xa0").encode("latin-1"), not_utf8(3, "y")),
    refused(
        "latin-1 between carriage returns",
        CLEAN.replace("2.5", "\xe9").replace("\n", "\r").encode("latin-1"),
        not_utf8(3, "x"),
    ),
    refused("latin-1 in the target", CLEAN.replace("2.5", "\xe9").encode("latin-1"), not_utf8(3, "x")),
    refused("UTF-16 without a mark", CLEAN.encode("utf-16-le"), nul_byte(1, "y\x00", "y\x00")),
    refused("UTF-16 big endian without a mark", CLEAN.encode("utf-16-be"), nul_byte(1, "\x00y\x00", "\x00y\x00")),
    refused("the wrong encoding", ACCENTED.encode("latin-1"), not_utf8(2, "k"), "--encoding", "ascii"),
    refused(
        "half a character of UTF-16",
        ACCENTED.encode("utf-16")[:-1],
        Refusal("wrong-encoding", line=13, remedy="name the right encoding with --encoding"),
    ),
    refused("an encoding that is none of texts", CLEAN, UNKNOWN_ENCODING, "--encoding", "unicode_escape", status=2),
    refused(
        "an encoding that cannot be",
        JAPANESE.encode("shift_jis")[:-3] + b"\x81\n",
        Refusal("wrong-encoding", line=13, remedy="name the right encoding with --encoding"),
        "--encoding",
        "shift_jis",
    ),
    refused(
        "a byte that cp1252 lacks",
        CLEAN.replace("a\n", "\x81\n", 1).encode("latin-1"),
        Refusal(
            "wrong-encoding",
            line=2,
            remedy="use --encoding latin-1, which reads every byte, or name the right encoding",
        ),
        "--encoding",
        "windows-1252",
    ),
    refused("an unknown encoding", CLEAN, UNKNOWN_ENCODING, "--encoding", "utf-9", status=2),
    refused("a codec that is no encoding", CLEAN, UNKNOWN_ENCODING, "--encoding", "zip", status=2),
    refused("only a mark", b"\xef\xbb\xbf", EMPTY),
    refused("only a mark of UTF-16", b"\xff\xfe", EMPTY),
]

LINES = [
    same("carriage return and line feed", table(end="\r\n")),
    same("carriage return alone", table(end="\r")),
    same("mixed line ends", CLEAN.replace("\n", "\r\n", 3).replace("a\n", "a\r", 2)),
    same("no line end at the end", CLEAN.removesuffix("\n")),
    same("no line end at the end of carriage returns", table(end="\r").removesuffix("\r")),
    same("blanks behind every comma", CLEAN.replace(",", ", "), notes=(BLANKS,)),
    same("columns in line", CLEAN.replace(",", ",   "), notes=(BLANKS,)),
    same(
        "blanks behind every comma and an empty cell",
        CLEAN.replace(",", ", ") + "7,, b\n",
        twin=CLEAN + "7,,b\n",
        notes=(BLANKS, "1 of 13 rows dropped for a missing cell; column 'x' is missing in all of them"),
    ),
    same("blanks behind every semicolon", CLEAN.replace(",", "; "), notes=(BLANKS,)),
    *(
        same(
            f"blanks before quotes around {cell}",
            CLEAN.replace(",", ", ").replace(" a\n", f' "{cell}"\n'),
            twin=CLEAN.replace(",a\n", f',"{cell}"\n'),
            notes=(BLANKS,),
        )
        for cell in ("a, b", "a,b")
    ),
    same("blank lines", CLEAN.replace("\n", "\n\n", 5)),
    same("blank lines with blanks", CLEAN.replace("\n", "\n \t \n", 5)),
    same("blank lines at both ends", "\n\r\n" + CLEAN + "\n\n \n"),
    same("a blank line of a carriage return alone", with_line(4, "\r")),
    same("blank lines before the header and a mark", "\ufeff\n\n" + CLEAN),
    same("a line separator within a cell", CLEAN.replace("a", "a\u2028b"), twin=CLEAN.replace("a", '"a\u2028b"')),
    same("a form feed within a cell", CLEAN.replace("a", "a\fb"), twin=CLEAN.replace("a", '"a\fb"')),
    same("a next line sign within a cell", CLEAN.replace("a", "a\x85b"), twin=CLEAN.replace("a", '"a\x85b"')),
    refused("one column", "y\n1\n2\n4\n", Refusal("no-features")),
    refused("no name of its own", "y,x,x\n1,2,3\n2,3,4\n", Refusal("no-feature-can-serve", remedy="rename them")),
    refused("nothing", "", EMPTY),
    refused("blank lines alone", "\n \n\r\n\t\n", EMPTY),
    refused("a header alone", "y,x,k\n", NO_ROWS),
    refused("a header alone without a line end", "y,x,k", NO_ROWS),
    refused("a header and blank lines", "y,x,k\n\n   \n", NO_ROWS),
    refused(
        "a header and empty records",
        "y,x,k\n,,\n,,\n",
        Refusal("refused-columns"),
        "--features",
        "x",
    ),
    refused("a NUL byte", CLEAN.replace("4.9", "4\x00.9"), nul_byte(3, "y", "4\x00.9")),
    refused("a NUL byte in the header", CLEAN.replace("x", "x\x00", 1), nul_byte(1, "x\x00", "x\x00")),
    refused("zeros at the end", CLEAN + "\x00" * 64, nul_byte(14, None, "\x00" * 64)),
    refused("a Ctrl-Z at the end", CLEAN + "\x1a", too_few(14)),
]

QUOTES = [
    same("all cells quoted", table([[f'"{cell}"' for cell in row] for row in ROWS], '"y","x","k"')),
    same("commas in quotes", CLEAN.replace("a", '"a,b"'), twin=table(delimiter=";").replace("a", "a,b")),
    same("a line end in quotes", CLEAN.replace("a\n", '"a\n"\n'), twin=CLEAN.replace("a\n", '"a\n"\r\n')),
    same("quotes in quotes", CLEAN.replace("a\n", '"a""b"\n'), twin=CLEAN.replace("a\n", 'a"b\n')),
    tells("a quoted name with a line end", CLEAN.replace("x", '"x\n1"', 1), values={"coefficients.0.column": "x\n1"}),
    tells("a name with blanks", CLEAN.replace("x", " x ", 1), values={"coefficients.0.column": " x "}),
    tells("a name with a comma", CLEAN.replace("x", '"x,1"', 1), values={"coefficients.0.column": "x,1"}),
    tells("a name of markup", CLEAN.replace("x", "[red]x", 1), values={"coefficients.0.column": "[red]x"}),
    refused("a quote that is never closed", CLEAN.replace("6,b", '"6,b'), unclosed(5)),
    refused("a quote that is never closed in the last record", CLEAN + '1,2,"a\n', unclosed(14)),
    refused("a quote that is never closed in the header", CLEAN.replace("x", '"x', 1), unclosed(1)),
    refused(
        "text behind a closing quote",
        CLEAN.replace("6,b", '"6"5,b'),
        Refusal("text-after-quote", line=5, remedy="double every quote within a quoted cell"),
    ),
    refused("single quotes around a comma", CLEAN.replace("2.5,b", "2.5,'b,b'"), too_many(3)),
    refused(
        "single quotes around numbers",
        table([[f"'{cell}'" for cell in row] for row in ROWS]),
        not_a_number(
            2,
            "'3.1'",
            "fix the cell, count it as missing with --na-values \"'3.1'\", or choose a column of numbers",
        ),
    ),
    refused("a backslash before a quote", CLEAN.replace("6,b", r'6,"b\",c"'), too_many(5)),
]

DELIMITERS = [
    same("semicolons", table(delimiter=";", header="y,x,k")),
    same("tabs", table(delimiter="\t")),
    same("bars", table(delimiter="|")),
    same("semicolons named", table(delimiter=";"), "--delimiter", ";"),
    same("tabs named tab", table(delimiter="\t"), "--delimiter", "tab"),
    same("tabs named \\t", table(delimiter="\t"), "--delimiter", "\\t"),
    same("colons named", table(delimiter=":"), "--delimiter", ":"),
    same("blanks named", table(delimiter=" "), "--delimiter", " "),
    same("letters as delimiters", table(delimiter="z"), "--delimiter", "z"),
    same("semicolons and quoted commas", table(delimiter=";").replace("a", '"a,b"'), twin=CLEAN.replace("a", '"a,b"')),
    same("decimal commas", table(DECIMAL, delimiter=";"), "--decimal", ","),
    same("decimal commas between tabs", table(DECIMAL, delimiter="\t"), "--decimal", ","),
    same(
        "decimal commas in quotes",
        table([[f'"{cell}"' for cell in row] for row in DECIMAL], delimiter=";"),
        "--decimal",
        ",",
    ),
    same(
        "decimal commas in quotes between commas",
        table([[f'"{cell}"' for cell in row] for row in DECIMAL]),
        "--decimal",
        ",",
        "--delimiter",
        ",",
    ),
    same("more blank lines above the header than a block has", "\n" * 70_000 + CLEAN),
    same("more blanks above the header than a block has", (" " * 99 + "\r\n") * 50_000 + CLEAN),
    same("more blank lines below the header than a block has", CLEAN.replace("\n", "\n" * 70_000, 1)),
    tells("one record without a line end", "y,x,k\n3,1,a", values={"data.rows_used": 1}, notes=None),
    refused(
        "a fault in the first record, below many blank lines",
        CLEAN.replace("\n", "\n" * 70_000, 1).replace(",1,a", ',"1,a', 1),
        unclosed(70001),
    ),
    refused("a fault below many blank lines", "\n" * 70_000 + CLEAN + "1,2\n", too_few(70014)),
    same("semicolons and a mark and carriage returns", "\ufeff" + table(delimiter=";", end="\r\n")),
    same("tabs after a blank line of a carriage return", with_line(4, "\r").replace(",", "\t")),
    refused("decimal commas not named", table(DECIMAL, delimiter=";"), not_a_number(2, "3,1", "use --decimal ','")),
    refused(
        "decimal commas in a feature",
        table(changed({(1, 1): "2,5"}), delimiter=";"),
        Refusal(
            "text-among-numbers",
            line=3,
            column="x",
            cell="2,5",
            remedy="write one decimal sign throughout, or use --categorical x or --exclude x",
        ),
    ),
    refused(
        "decimal commas in a feature of a file without points",
        table(
            [(str(place * place % 7), str(place), level) for place, (*_, level) in enumerate(ROWS)], delimiter=";"
        ).replace(";4;", ";2,5;"),
        Refusal(
            "text-among-numbers",
            line=6,
            column="x",
            cell="2,5",
            remedy="use --decimal ',', or use --categorical x or --exclude x",
        ),
    ),
    refused(
        "decimal points where commas are named",
        table(delimiter=";"),
        not_a_number(2, "3.1", "write one decimal sign throughout"),
        "--decimal",
        ",",
    ),
    same(
        "thousands where commas are named",
        table(changed({(5, 0): "1.000,5"}, DECIMAL), delimiter=";"),
        "--decimal",
        ",",
        twin=table(changed({(5, 0): "1000.5"})),
        notes=("column 'y': cells such as '1.000,5' are read as numbers with thousands separators",),
    ),
    refused(
        "decimal commas between commas",
        CLEAN,
        Refusal(
            "delimiter-is-decimal",
            file=None,
            remedy="set --delimiter, such as ';' (or ',' where such numbers stand in quotes)",
        ),
        "--decimal",
        ",",
        status=2,
    ),
    refused(
        "decimal points where commas are named for both",
        CLEAN,
        not_a_number(2, "3.1", "write one decimal sign throughout"),
        "--decimal",
        ",",
        "--delimiter",
        ",",
    ),
    refused("the wrong delimiter", CLEAN, unknown("--delimiter ,"), "--delimiter", ";"),
    refused("two delimiters in doubt", "y;x|k\n1;2|a\n2;3|b\n", ONE_COLUMN),
    *(
        refused(f"{name} not named", table(delimiter=sign), unknown(f"--delimiter {typed or sign}"))
        for name, sign, typed in (("colons", ":", ""), ("blanks", " ", '" "'), ("carets", "^", '"^"'))
    ),
    refused(
        "semicolons and a name with a comma",
        table(delimiter=";").replace("k", '"k, l"', 1).replace("a\n", '"a"\n'),
        wrong_delimiter(1, '";"'),
    ),
    refused(
        "semicolons and names with a comma",
        table([(*row[:2], "a, b") for row in ROWS], delimiter=";").replace("k", "k, l", 1),
        unknown('--delimiter ";"'),
    ),
    refused(
        "semicolons and a comma in one name alone",
        table(delimiter=";").replace("x", "x, in m", 1),
        wrong_delimiter(2, '";"'),
    ),
    refused("tabs and a comma in a name", table(delimiter="\t").replace("x", "x, in m", 1), wrong_delimiter(2, "tab")),
    refused("blanks and quoted commas", table(delimiter=" ").replace(" a", ' "a, b"'), wrong_delimiter(2, '" "')),
    refused("a file of R without quotes", AS_OF_R, unknown('--delimiter " "')),
    refused("a file of R with tabs", AS_OF_R.replace(" ", "\t"), unknown("--delimiter tab")),
    refused(
        "a file of R whose delimiter is named",
        AS_OF_R,
        Refusal("row-names-without-header", line=2, remedy="begin the header with a name for the first column"),
        "--delimiter",
        " ",
    ),
    refused("one name and a comma in every line", "y\n1,2\n3,4\n5,7\n", too_many(2)),
    refused(
        "a delimiter of two signs",
        CLEAN,
        Refusal("invalid-delimiter", file=None, remedy="give \\t or 'tab' for a tab"),
        "--delimiter",
        "||",
        status=2,
    ),
    refused(
        "a delimiter beyond ASCII",
        CLEAN,
        Refusal("invalid-delimiter", file=None, remedy="run mae-train --help"),
        "--delimiter",
        "§",
        status=2,
    ),
    refused(
        "a quote as delimiter",
        CLEAN,
        Refusal("invalid-delimiter", file=None, remedy="give \\t or 'tab' for a tab"),
        "--delimiter",
        '"',
        status=2,
    ),
    refused("columns of fixed width", IN_LINE, unknown('--delimiter " "')),
    same("columns of fixed width, the blank named", IN_LINE, "--delimiter", " ", notes=(BLANKS,)),
]

ARCHIVES = [
    same("gzip", GZIP),
    same("gzip of two parts", gzip.compress(BYTES[:50]) + gzip.compress(BYTES[50:])),
    same("bzip2", BZIP2),
    same("xz", XZ),
    same("zip", ZIP),
    same("zip with what a Mac adds", zipped(**{"d/inside.csv": BYTES, "__MACOSX/._inside.csv": b"\x00"})),
    same("gzip named csv.zip", {"data.csv.zip": GZIP}),
    same("a plain file named gz", {"data.csv.gz": BYTES}),
    same("gzip followed by zeros", GZIP + b"\x00" * 512),
    refused("gzip in gzip", gzip.compress(GZIP), Refusal("nested-archive", remedy="unpack it first")),
    refused("gzip of nothing", gzip.compress(b""), EMPTY),
    refused("gzip cut", GZIP[:-9], CORRUPT),
    refused("gzip without its end", GZIP[:-8], CORRUPT),
    refused("gzip with a wrong sum", GZIP[:-8] + b"\x00" * 4 + GZIP[-4:], CORRUPT),
    refused("gzip with a wrong length", GZIP[:-4] + b"\x01\x00\x00\x00", CORRUPT),
    refused("gzip followed by text", GZIP + b"1,2,a\n", CORRUPT),
    refused("gzip with a wrong head", GZIP[:2] + b"\x09" + GZIP[3:], CORRUPT),
    refused("bzip2 cut", BZIP2[:-7], CORRUPT),
    refused("bzip2 with a wrong byte", BZIP2[:60] + bytes([BZIP2[60] ^ 255]) + BZIP2[61:], CORRUPT),
    refused("bzip2 followed by text", BZIP2 + b"1,2,a\n", CORRUPT),
    same("bzip2 of two parts", bz2.compress(BYTES[:50]) + bz2.compress(BYTES[50:])),
    refused("xz cut", XZ[:-9], CORRUPT),
    refused("xz with a wrong byte", XZ[:70] + bytes([XZ[70] ^ 255]) + XZ[71:], CORRUPT),
    refused("zip cut", ZIP[:-10], CORRUPT),
    refused("zip with a wrong byte", ZIP[:60] + bytes([ZIP[60] ^ 255]) + ZIP[61:], CORRUPT),
    refused(
        "zip of two files",
        zipped(**{"1.csv": BYTES, "2.csv": BYTES}),
        Refusal("several-files-in-archive", remedy="unpack the one you want"),
    ),
    refused("zip of nothing", zipped(), Refusal("empty-archive")),
    refused(
        "an Excel workbook",
        zipped(**{"[Content_Types].xml": b"<x/>", "xl/workbook.xml": b"<x/>"}),
        Refusal("not-csv", remedy="save its sheet as CSV first"),
    ),
    refused(
        "an old Excel workbook",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 100,
        Refusal("not-csv", remedy="save its sheet as CSV first"),
    ),
    refused(
        "zstd",
        b"\x28\xb5\x2f\xfd\x24\x00" + b"\x01" * 30,
        Refusal("unsupported-compression", remedy="decompress it first (zstd -dc FILE | mae-train - …)"),
    ),
    refused(
        "Parquet and gzip",
        gzip.compress(b"PAR1\x15\x04" + b"\x00" * 30 + b"PAR1", mtime=0),
        Refusal("not-csv", remedy="unpack it first, and keep it apart from CSV"),
    ),
    refused("Arrow", b"ARROW1\x00\x00" + b"\x00" * 30, Refusal("not-csv", remedy="convert it to CSV first")),
    refused("tar", tarred(), Refusal("unsupported-archive", remedy="unpack it first")),
    refused("tar and gzip", gzip.compress(tarred(), mtime=0), Refusal("unsupported-archive", remedy="unpack it first")),
    refused("tar and xz", lzma.compress(tarred()), Refusal("unsupported-archive", remedy="unpack it first")),
    refused(
        "lz4",
        b"\x04\x22\x4d\x18" + b"\x64\x40" * 30,
        Refusal("unsupported-compression", remedy="decompress it first (lz4 -dc FILE | mae-train - …)"),
    ),
    refused(
        "lzma",
        lzma.compress(BYTES, format=lzma.FORMAT_ALONE),
        Refusal("unsupported-compression", remedy="decompress it first (xz -dc FILE | mae-train - …)"),
    ),
    refused(
        "zip by a method of its own", zipped_by_method(9), Refusal("unsupported-archive", remedy="unpack it first")
    ),
    *(
        tells(
            f"a name that begins like another kind of file: {name}",
            table(header=f"{name},x,k"),
            "-t",
            name,
            values={"data.rows_used": 12},
        )
        for name in ("PAR1", "BZh", "%PDF", "Rar!", "PK", "ARROW1", "ustar")
    ),
    refused(
        "7z", b"7z\xbc\xaf\x27\x1c\x00\x04" + b"\x00" * 30, Refusal("unsupported-archive", remedy="unpack it first")
    ),
    refused("HDF5", b"\x89HDF\r\n\x1a\n" + b"\x00" * 30, Refusal("not-csv", remedy="convert it to CSV first")),
    refused("SQLite", b"SQLite format 3\x00" + b"\x00" * 30, Refusal("not-csv", remedy="export a table first")),
    refused("PDF", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", Refusal("not-csv")),
    refused("a picture", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", not_utf8(1)),
    refused(
        "JSON",
        '{"y": 1, "x": 2}\n{"y": 2, "x": 3}\n',
        Refusal("not-csv", line=1, remedy="make CSV of it first, with jq or pandas"),
    ),
    *(
        refused(name, text, Refusal("not-csv", line=1, remedy="make CSV of it first, with jq or pandas"))
        for name, text in (
            ("a JSON array", '[{"y": 1, "x": 2}, {"y": 2, "x": 3}]\n'),
            ("a JSON array over lines", '\ufeff[\n  {"y": 1, "x": 2},\n  {"y": 2, "x": 3}\n]\n'),
            ("an array of arrays", "[[1, 2], [2, 3]]\n"),
        )
    ),
    tells("a name in braces", table(header="{y},x,k"), "-t", "{y}", values={"data.rows_used": 12}),
    refused(
        "ARFF",
        "% Iris, by Fisher\n%\n@RELATION iris\n@attribute y numeric\n@attribute x numeric\n@data\n1,2\n2,3\n",
        Refusal(
            "not-csv", remedy="replace everything up to @data with a line of its attribute names, separated by commas"
        ),
    ),
    tells("a name with a percent sign", table(header="%y,x,k"), "-t", "%y", values={"data.rows_used": 12}),
    refused(
        "a pointer of Git LFS",
        "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935c943f9e0ff69d22e\nsize 12345\n",
        Refusal("pointer-file", remedy="fetch the data first (git lfs pull)"),
    ),
    refused(
        "a pointer of git-annex",
        "/annex/objects/MD5E-s24--0c5a.csv\n",
        Refusal("pointer-file", remedy="fetch the data first (git annex get)"),
    ),
    refused("Stata", b"<stata_dta><header>", Refusal("not-csv", remedy="export it first (export delimited)")),
    refused("old Stata", b"\x73\x02\x01\x00", Refusal("not-csv", remedy="export it first (export delimited)")),
    refused("SPSS", b"$FL2@(#) SPSS DATA FILE", Refusal("not-csv", remedy="save it as CSV first")),
    refused(
        "SAS transport", b"HEADER RECORD*******LIBRARY", Refusal("not-csv", remedy="export it first (proc export)")
    ),
    refused("a file of R", b"RDX3\nX\n\x00\x00", Refusal("not-csv", remedy="write it as CSV first (write.csv)")),
    refused(
        "an array of NumPy", b"\x93NUMPY\x01\x00", Refusal("not-csv", remedy="write it as CSV first (numpy.savetxt)")
    ),
    refused(
        "quoted names with blanks between them",
        '"y" "x" "k"\n1 2 "a"\n2 3 "b"\n',
        Refusal("wrong-delimiter", line=1, remedy='use --delimiter " "'),
    ),
    refused(
        "a web page",
        "<!DOCTYPE html>\n<html><body>\n<p>Not found, sorry</p>\n</body></html>\n",
        Refusal("not-csv", line=1, remedy="download the data itself as CSV"),
    ),
]

RECORD_CASES = [
    refused("a field too many", CLEAN.replace("6,b", "6,b,1"), too_many(5)),
    refused("a field too many in the first record", CLEAN.replace("1,a", "1,a,9", 1), too_many(2)),
    refused(
        "a field too many in the last record",
        CLEAN.replace("-6.5,b", "-6.5,b,"),
        Refusal("trailing-delimiter", line=13, remedy="take it off"),
    ),
    refused(
        "a comma at each end of a record",
        CLEAN.replace("a\n", "a,\n").replace("b\n", "b,\n"),
        Refusal("trailing-delimiter", line=2, remedy="take it off every line, or name the column in the header"),
    ),
    refused(
        "a comma and a blank at the end of one record",
        CLEAN.replace("a\n", "a, \n", 1),
        Refusal("trailing-delimiter", line=2, remedy="take it off"),
    ),
    refused(
        "a comma at the end of one record",
        CLEAN.replace("a\n", "a,\n", 1),
        Refusal("trailing-delimiter", line=2, remedy="take it off"),
    ),
    same(
        "a comma at the end of the header too",
        CLEAN.replace("\n", ",\n"),
        notes=("left out 'column 4': it has no values; fill it in",),
    ),
    same(
        "an index without a name",
        table([(str(i), *row) for i, row in enumerate(ROWS)], ",y,x,k"),
        notes=("left out 'column 1': it has no name in the header; use --number \"column 1\"",),
    ),
    same(
        "two columns without a name",
        table([(str(i), *row, "") for i, row in enumerate(ROWS)], ",y,x,k,"),
        notes=(
            """left out 2 columns:
  'column 1': it has no name in the header; use --number "column 1"
  'column 5': it has no values; fill it in""",
        ),
    ),
    refused(
        "an index without a name where nothing may be left out",
        table([(str(i), *row) for i, row in enumerate(ROWS)], ",y,x,k"),
        Refusal(
            "unfit-column",
            column="column 1",
            remedy='use --number "column 1", or leave it out without --strict',
        ),
        "--strict",
    ),
    same(
        "row numbers that are asked for",
        table([(str(i * i), *row) for i, row in enumerate(ROWS)], ",y,x,k"),
        "--number",
        "column 1",
        twin=table([(str(i * i), *row) for i, row in enumerate(ROWS)], "column 1,y,x,k"),
        notes=("'column 1' has no name in the header; it is called by its place",),
    ),
    same(
        "a column without a name where another is called as its place would call it",
        table([(*row, str(i * i), str(i % 3)) for i, row in enumerate(ROWS)], "y,x,k,,column 4"),
        twin=table([(*row, str(i % 3)) for i, row in enumerate(ROWS)], "y,x,k,column 4"),
        notes=("left out 'nameless column 4': it has no name in the header; give it one",),
    ),
    same("a column without a name that nobody asked for", CLEAN.replace("\n", ",\n"), "--features", "x,k"),
    refused(
        "an index the header lacks",
        table([(str(i), *row) for i, row in enumerate(ROWS)]),
        Refusal(
            "row-names-without-header",
            line=2,
            remedy="begin the header with a name for the first column",
        ),
    ),
    refused("a field too few", CLEAN.replace("6,b", "6"), too_few(5)),
    refused(
        "a field too few where the last column is not asked for",
        CLEAN.replace("6,b", "6"),
        too_few(5),
        "--features",
        "x",
    ),
    refused(
        "a field too few where the last column is excluded", CLEAN.replace("6,b", "6"), too_few(5), "--exclude", "k"
    ),
    refused("a field too few in the first record", CLEAN.replace("1,a", "1", 1), too_few(2)),
    refused("a field too few in the last record", CLEAN + "1,2\n", too_few(14)),
    refused("a record of one field", CLEAN + "1\n", too_few(14)),
    refused("a cut file", CLEAN[:-5], too_few(13)),
    refused("short records at the end of quotes", CLEAN + '"1\n2",3\n', too_few(14)),
    refused("thousands without quotes", CLEAN.replace("100,", "1,000,"), too_many(7)),
    refused(
        "the header twice", "y,x,k\n" + CLEAN, not_a_number(2, "y", "remove the line, which seems to repeat the header")
    ),
    refused(
        "the header in the middle",
        with_line(7, "y,x,k\n"),
        not_a_number(7, "y", "remove the line, which seems to repeat the header"),
    ),
    refused(
        "the header at the end",
        CLEAN + "y,x,k\n",
        not_a_number(14, "y", "remove the line, which seems to repeat the header"),
    ),
    refused(
        "a name twice",
        CLEAN.replace("k", "x", 1),
        Refusal("duplicate-column", column="x", remedy="rename one of them"),
        "--features",
        "x",
    ),
    same(
        "a name twice of columns that nobody named",
        table([(*row, row[1]) for row in ROWS], "y,x,k,x"),
        twin=table([(target, level) for target, _, level in ROWS], "y,k"),
        notes=("left out 'x': the header has 2 columns of this name; rename them",),
    ),
    same("a name twice that is excluded", table([(*row, "1", "2") for row in ROWS], "y,x,k,z,z"), "--exclude", "z"),
    refused(
        "the target twice",
        CLEAN.replace("k", "y", 1),
        Refusal("duplicate-column", column="y", remedy="rename one of them"),
    ),
    same(
        "a name that is missing",
        CLEAN.replace("x", "", 1),
        twin=table(header="y,column 2,k"),
        notes=("'column 2' has no name in the header; it is called by its place",),
    ),
    same(
        "a name that is blank",
        CLEAN.replace("x", "  ", 1),
        twin=table(header="y,column 2,k"),
        notes=("'column 2' has no name in the header; it is called by its place",),
    ),
    refused("no header", RECORDS, Refusal("unknown-column", column="y")),
    refused(
        "no header among numbers",
        "1,2\n3,4\n5,7\n",
        Refusal("missing-header", line=1, remedy="add a line with the names of the columns, which seem to be missing"),
    ),
    refused(
        "another target",
        CLEAN,
        Refusal("unknown-column", column="Y", remedy="did you mean 'y'? its columns are 'y', 'x', 'k'"),
        "-t",
        "Y",
    ),
    refused(
        "a target with a blank",
        CLEAN.replace("y", " y", 1),
        Refusal("unknown-column", column="y", remedy="did you mean ' y'? its columns are ' y', 'x', 'k'"),
    ),
    refused(
        "a line above the header",
        "Sales of 2024\n" + CLEAN,
        Refusal("wrong-field-count", line=2, remedy="remove the lines before line 2, if that is the header"),
    ),
    refused(
        "lines above the header",
        "Sales of 2024\nby region\n\n" + CLEAN,
        Refusal("wrong-field-count", line=4, remedy="remove the lines before line 4, if that is the header"),
    ),
    refused(
        "a line with commas above the header",
        "Sales,,\n" + CLEAN,
        Refusal("title-before-header", line=1, remedy="remove the lines before line 2, which seems to be the header"),
    ),
    refused(
        "a comment above the header",
        "# made by a tool\n" + CLEAN,
        Refusal("wrong-field-count", line=2, remedy="remove the lines before line 2, if that is the header"),
    ),
    refused(
        "a comment in the middle",
        with_line(6, "# the crisis\n"),
        Refusal("wrong-field-count", line=6, remedy="remove comment lines first"),
    ),
    refused(
        "a comment with commas",
        with_line(6, "# the crisis,,\n"),
        not_a_number(6, "# the crisis", "remove comment lines first"),
    ),
    refused(
        "a separator line for Excel", "sep=,\n" + CLEAN, Refusal("separator-line", line=1, remedy="remove the line")
    ),
    refused(
        "a separator line for Excel where nothing doubts the delimiter",
        "sep=;\n" + table(delimiter=";"),
        Refusal("separator-line", line=1, remedy="remove the line"),
    ),
    tells(
        "names that begin like what is no header",
        table(header="sep=1,<html,[").replace("sep=1", "sep=12", 1),
        "-t",
        "sep=12",
        values={"data.rows_used": 12},
    ),
    refused(
        "a line of units",
        with_line(2, "EUR,km,\n"),
        not_a_number(2, "EUR", "remove the line, which seems to hold units or descriptions of the columns"),
    ),
    refused(
        "a line of units, and one cut short",
        "y,x,k\nEUR,km,\n1\n2,3,a\n",
        too_few(3),
    ),
    refused(
        "a line of types",
        with_line(2, "double,double,string\n"),
        not_a_number(2, "double", "remove the line, which seems to hold units or descriptions of the columns"),
    ),
    same(
        "a rule below the header",
        with_line(2, "---,---,---\n"),
        twin=CLEAN,
        notes=None,
    ),
    refused("a footer", CLEAN + "Total: 12 rows\n", too_few(14)),
    refused(
        "a footer with commas",
        CLEAN + "Total,12,\n",
        not_a_number(14, "Total", "fix the cell, or count it as missing with --na-values Total"),
    ),
    refused("a line of psql", CLEAN + "(12 rows)\n", too_few(14)),
    refused("a conflict of versions", with_line(5, "<<<<<<< HEAD\n"), too_few(5)),
    refused(
        "a URL",
        {"data.csv": CLEAN},
        Refusal("data-is-url", file="http://host/data.csv", remedy="download it first and give the file"),
        "http://host/data.csv",
    ),
    refused("an absent file", {"data.csv": CLEAN}, Refusal("file-not-found", file="absent.csv"), "absent.csv"),
    refused(
        "files of different headers",
        {"1.csv": CLEAN, "2.csv": CLEAN.replace("x", "z", 1)},
        Refusal("headers-differ", file="2.csv", column="z", remedy="give files whose headers agree"),
    ),
    refused(
        "a file without its header",
        {"1.csv": CLEAN, "2.csv": RECORDS},
        Refusal("headers-differ", file="2.csv", column="3.1", remedy="give files whose headers agree"),
    ),
    refused(
        "a fault in the second file",
        {"1.csv": CLEAN, "2.csv": CLEAN.replace("6,b", "6 kg,b")},
        Refusal(
            "text-among-numbers",
            file="2.csv",
            line=5,
            column="x",
            cell="6 kg",
            remedy="fix the cell, or use --categorical x or --exclude x",
        ),
    ),
    same("two files", {"1.csv": CLEAN, "2.csv": CLEAN}, twin=CLEAN + RECORDS),
    same("a file without records among others", {"1.csv": "y,x,k\n", "2.csv": CLEAN}),
    same(
        "two files written differently",
        {"1.csv": CLEAN, "2.csv": gzip.compress(table(delimiter=";", end="\r\n").encode())},
        twin=CLEAN + RECORDS,
    ),
    same(
        "an empty record",
        with_line(5, ",,\n"),
        notes=("1 of 13 rows dropped for a missing cell; column 'y' is missing in all of them",),
    ),
    same(
        "an empty last cell",
        table(changed({(4, 2): ""})),
        twin=table(without(4)),
        notes=("1 of 12 rows dropped for a missing cell; column 'k' is missing in all of them",),
    ),
    same(
        "an empty last record without a line end",
        CLEAN + ",,",
        notes=("1 of 13 rows dropped for a missing cell; column 'y' is missing in all of them",),
    ),
]

CASES = [*ENCODINGS, *LINES, *QUOTES, *DELIMITERS, *ARCHIVES, *RECORD_CASES]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_file_is_read_as_it_is_written_or_refused(check, case):
    check(case)
