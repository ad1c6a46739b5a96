"""How a file is written: encodings, line ends, quotes, delimiters, archives, headers and records."""

# A refusal stands on one line here, as it does on the terminal.
# ruff: noqa: E501

import bz2
import gzip
import io
import lzma
import struct
import tarfile
import zipfile

import pytest
from faults.cases import CLEAN, ROWS, changed, refused, same, table, tells, without


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
    refused(
        "latin-1 not named",
        ACCENTED.encode("latin-1"),
        "data.csv, line 2: not UTF-8 text (byte 0xe9); name the encoding with --encoding (latin-1 or cp1252, most often), or save the file as UTF-8",
    ),
    refused(
        "latin-1 in a name",
        CLEAN.replace("k", "é", 1).encode("latin-1"),
        "data.csv, line 1: not UTF-8 text (byte 0xe9); name the encoding with --encoding (latin-1 or cp1252, most often), or save the file as UTF-8",
    ),
    refused(
        "latin-1 among numbers",
        CLEAN.replace("4.9", "4.9\xa0").encode("latin-1"),
        "data.csv, line 3: not UTF-8 text (byte 0xa0); name the encoding with --encoding (latin-1 or cp1252, most often), or save the file as UTF-8",
    ),
    refused(
        "latin-1 between carriage returns",
        CLEAN.replace("2.5", "\xe9").replace("\n", "\r").encode("latin-1"),
        "data.csv, line 3: not UTF-8 text (byte 0xe9); name the encoding with --encoding (latin-1 or cp1252, most often), or save the file as UTF-8",
    ),
    refused(
        "latin-1 in the target",
        CLEAN.replace("2.5", "\xe9").encode("latin-1"),
        "data.csv, line 3: not UTF-8 text (byte 0xe9); name the encoding with --encoding (latin-1 or cp1252, most often), or save the file as UTF-8",
    ),
    refused(
        "UTF-16 without a mark",
        CLEAN.encode("utf-16-le"),
        "data.csv, line 1: column 1 has a NUL byte in its name, which no text has; use --encoding utf-16-le or utf-16-be, if the file is UTF-16",
    ),
    refused(
        "UTF-16 big endian without a mark",
        CLEAN.encode("utf-16-be"),
        "data.csv, line 1: column 1 has a NUL byte in its name, which no text has; use --encoding utf-16-le or utf-16-be, if the file is UTF-16",
    ),
    refused(
        "the wrong encoding",
        ACCENTED.encode("latin-1"),
        "data.csv, line 2: not UTF-8 text (byte 0xe9); name the encoding with --encoding (latin-1 or cp1252, most often), or save the file as UTF-8",
        "--encoding",
        "ascii",
    ),
    refused(
        "half a character of UTF-16",
        ACCENTED.encode("utf-16")[:-1],
        "data.csv, line 13: not utf-16 text (byte 0x0a); name the right encoding with --encoding",
    ),
    refused(
        "an encoding that is none of texts",
        CLEAN,
        "unknown encoding 'unicode_escape'; use a name such as utf-8, utf-16, latin-1, cp1252 or shift_jis",
        "--encoding",
        "unicode_escape",
        status=2,
    ),
    refused(
        "an encoding that cannot be",
        JAPANESE.encode("shift_jis")[:-3] + b"\x81\n",
        "data.csv, line 13: not shift_jis text (byte 0x81); name the right encoding with --encoding",
        "--encoding",
        "shift_jis",
    ),
    refused(
        "an unknown encoding",
        CLEAN,
        "unknown encoding 'utf-9'; use a name such as utf-8, utf-16, latin-1, cp1252 or shift_jis",
        "--encoding",
        "utf-9",
        status=2,
    ),
    refused(
        "a codec that is no encoding",
        CLEAN,
        "unknown encoding 'zip'; use a name such as utf-8, utf-16, latin-1, cp1252 or shift_jis",
        "--encoding",
        "zip",
        status=2,
    ),
    refused("only a mark", b"\xef\xbb\xbf", "data.csv is empty"),
    refused("only a mark of UTF-16", b"\xff\xfe", "data.csv is empty"),
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
    refused(
        "one column", "y\n1\n2\n4\n", "data.csv: no feature columns left to predict 'y' from; the file has no others"
    ),
    refused(
        "no name of its own",
        "y,x,x,\n1,2,3,4\n2,3,4,5\n",
        "data.csv: no feature columns left to predict 'y' from; the names of the others are blank or there twice; "
        "give each a name of its own",
    ),
    refused("nothing", "", "data.csv is empty"),
    refused("blank lines alone", "\n \n\r\n\t\n", "data.csv is empty"),
    refused("a header alone", "y,x,k\n", "data.csv has a header but no data rows"),
    refused("a header alone without a line end", "y,x,k", "data.csv has a header but no data rows"),
    refused("a header and blank lines", "y,x,k\n\n   \n", "data.csv has a header but no data rows"),
    refused(
        "a header and empty records",
        "y,x,k\n,,\n,,\n",
        "data.csv: column 'x' has no values; use --exclude x",
        "--features",
        "x",
    ),
    refused(
        "a NUL byte",
        CLEAN.replace("4.9", "4\x00.9"),
        "data.csv, line 3: a NUL byte, which no text has; use --encoding utf-16-le or utf-16-be, if the file is UTF-16",
    ),
    refused(
        "a NUL byte in the header",
        CLEAN.replace("x", "x\x00", 1),
        "data.csv, line 1: column 2 has a NUL byte in its name, which no text has; use --encoding utf-16-le or utf-16-be, if the file is UTF-16",
    ),
    refused(
        "zeros at the end",
        CLEAN + "\x00" * 64,
        "data.csv, line 14: a NUL byte, which no text has; use --encoding utf-16-le or utf-16-be, if the file is UTF-16",
    ),
    refused(
        "a Ctrl-Z at the end",
        CLEAN + "\x1a",
        "data.csv, line 14: expected 3 fields, found 1; complete the line, or remove it",
    ),
]

QUOTES = [
    same("all cells quoted", table([[f'"{cell}"' for cell in row] for row in ROWS], '"y","x","k"')),
    same("commas in quotes", CLEAN.replace("a", '"a,b"'), twin=table(delimiter=";").replace("a", "a,b")),
    same("a line end in quotes", CLEAN.replace("a\n", '"a\n"\n'), twin=CLEAN.replace("a\n", '"a\n"\r\n')),
    same("quotes in quotes", CLEAN.replace("a\n", '"a""b"\n'), twin=CLEAN.replace("a\n", 'a"b\n')),
    tells(
        "a quoted name with a line end",
        CLEAN.replace("x", '"x\n1"', 1),
        values={"coefficients.0.column": "x\n1"},
    ),
    tells("a name with blanks", CLEAN.replace("x", " x ", 1), values={"coefficients.0.column": " x "}),
    tells("a name with a comma", CLEAN.replace("x", '"x,1"', 1), values={"coefficients.0.column": "x,1"}),
    tells("a name of markup", CLEAN.replace("x", "[red]x", 1), values={"coefficients.0.column": "[red]x"}),
    refused(
        "a quote that is never closed",
        CLEAN.replace("6,b", '"6,b'),
        "data.csv, line 5: a quote is opened in this record and never closed",
    ),
    refused(
        "a quote that is never closed in the last record",
        CLEAN + '1,2,"a\n',
        "data.csv, line 14: a quote is opened in this record and never closed",
    ),
    refused(
        "a quote that is never closed in the header",
        CLEAN.replace("x", '"x', 1),
        "data.csv, line 1: a quote is opened in this record and never closed",
    ),
    refused(
        "text behind a closing quote",
        CLEAN.replace("6,b", '"6"5,b'),
        "data.csv, line 5: unexpected text after a closing quote; write a quote within quotes twice",
    ),
    refused(
        "single quotes around a comma",
        CLEAN.replace("2.5,b", "2.5,'b,b'"),
        "data.csv, line 3: expected 3 fields, found 4; put cells that contain ',' in quotes",
    ),
    refused(
        "single quotes around numbers",
        table([[f"'{cell}'" for cell in row] for row in ROWS]),
        "data.csv, line 2: the target 'y' must be a number, but this cell is \"'3.1'\"; fix the cell, count it as missing with --na-values, or choose a column of numbers",
    ),
    refused(
        "a backslash before a quote",
        CLEAN.replace("6,b", r'6,"b\",c"'),
        "data.csv, line 5: expected 3 fields, found 4; put cells that contain ',' in quotes",
    ),
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
        "data.csv, line 70001: a quote is opened in this record and never closed",
    ),
    refused(
        "a fault below many blank lines",
        "\n" * 70_000 + CLEAN + "1,2\n",
        "data.csv, line 70014: expected 3 fields, found 2; complete the line, or remove it",
    ),
    same("semicolons and a mark and carriage returns", "\ufeff" + table(delimiter=";", end="\r\n")),
    same("tabs after a blank line of a carriage return", with_line(4, "\r").replace(",", "\t")),
    refused(
        "decimal commas not named",
        table(DECIMAL, delimiter=";"),
        "data.csv, line 2: the target 'y' must be a number, but this cell is '3,1', which looks like a number with a decimal comma; use --decimal ,",
    ),
    refused(
        "decimal commas in a feature",
        table(changed({(1, 1): "2,5"}), delimiter=";"),
        "data.csv, line 3: column 'x' is '2,5', which looks like a number with a decimal comma, where most cells are numbers; use --decimal ,, or use --categorical x or --exclude x",
    ),
    refused(
        "decimal points where commas are named",
        table(delimiter=";"),
        "data.csv, line 2: the target 'y' must be a number, but this cell is '3.1', which has a decimal point although --decimal , was given; write one decimal sign throughout",
        "--decimal",
        ",",
    ),
    refused(
        "thousands where commas are named",
        table(changed({(5, 0): "1.000,5"}, DECIMAL), delimiter=";"),
        "data.csv, line 7: the target 'y' must be a number, but this cell is '1.000,5', which looks like a number with thousands separators and a decimal comma; take the separators out (the comma goes with --decimal ,)",
        "--decimal",
        ",",
    ),
    refused(
        "decimal commas between commas",
        CLEAN,
        "',' cannot be both the delimiter and the decimal sign; set --delimiter, such as ';' (or ',' where such numbers stand in quotes)",
        "--decimal",
        ",",
        status=2,
    ),
    refused(
        "decimal points where commas are named for both",
        CLEAN,
        "data.csv, line 2: the target 'y' must be a number, but this cell is '3.1', which has a decimal point although --decimal , was given; write one decimal sign throughout",
        "--decimal",
        ",",
        "--delimiter",
        ",",
    ),
    refused(
        "the wrong delimiter",
        CLEAN,
        "data.csv has no column 'y'; its only column is 'y,x,k'; say with --delimiter what stands between columns, if there are more",
        "--delimiter",
        ";",
    ),
    refused(
        "two delimiters in doubt",
        table(header="y;x|k", delimiter=";").replace(";", ";1|", 1),
        "data.csv has no column 'y'; its only column is 'y;1|x|k'; say with --delimiter what stands between columns, if there are more",
    ),
    refused(
        "colons not named",
        table(delimiter=":"),
        "data.csv has no column 'y'; its only column is 'y:x:k'; say with --delimiter what stands between columns, if there are more",
    ),
    refused(
        "blanks not named",
        table(delimiter=" "),
        "data.csv has no column 'y'; its only column is 'y x k'; say with --delimiter what stands between columns, if there are more",
    ),
    refused(
        "a delimiter of two signs",
        CLEAN,
        "the delimiter must be one character, not '||'; give \\t or 'tab' for a tab",
        "--delimiter",
        "||",
        status=2,
    ),
    refused(
        "a delimiter beyond ASCII",
        CLEAN,
        "the delimiter must be an ASCII character, not '§'",
        "--delimiter",
        "§",
        status=2,
    ),
    refused(
        "a quote as delimiter",
        CLEAN,
        "the delimiter must be one character, not '\"'; give \\t or 'tab' for a tab",
        "--delimiter",
        '"',
        status=2,
    ),
    refused(
        "columns of fixed width",
        "y    x    k\n1.5  2    a\n2.5  3    b\n",
        "data.csv has no column 'y'; its only column is 'y    x    k'; say with --delimiter what stands between columns, if there are more",
    ),
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
    refused(
        "gzip in gzip",
        gzip.compress(GZIP),
        "data.csv is an archive within a gzip archive; unpack it first",
    ),
    refused("gzip of nothing", gzip.compress(b""), "data.csv is empty"),
    refused(
        "gzip cut",
        GZIP[:-9],
        "data.csv: the gzip archive is corrupt (Compressed file ended before the end-of-stream marker was reached)",
    ),
    refused(
        "gzip without its end",
        GZIP[:-8],
        "data.csv: the gzip archive is corrupt (Compressed file ended before the end-of-stream marker was reached)",
    ),
    refused(
        "gzip with a wrong sum",
        GZIP[:-8] + b"\x00" * 4 + GZIP[-4:],
        "data.csv: the gzip archive is corrupt (CRC check failed 0x0 != 0xf3946a63)",
    ),
    refused(
        "gzip with a wrong length",
        GZIP[:-4] + b"\x01\x00\x00\x00",
        "data.csv: the gzip archive is corrupt (Incorrect length of data produced)",
    ),
    refused(
        "gzip followed by text",
        GZIP + b"1,2,a\n",
        "data.csv: the gzip archive is corrupt (something else follows its end)",
    ),
    refused(
        "gzip with a wrong head",
        GZIP[:2] + b"\x09" + GZIP[3:],
        "data.csv: the gzip archive is corrupt (Unknown compression method)",
    ),
    refused(
        "bzip2 cut",
        BZIP2[:-7],
        "data.csv: the bzip2 archive is corrupt (Compressed file ended before the end-of-stream marker was reached)",
    ),
    refused(
        "bzip2 with a wrong byte",
        BZIP2[:60] + bytes([BZIP2[60] ^ 255]) + BZIP2[61:],
        "data.csv: the bzip2 archive is corrupt (Invalid data stream)",
    ),
    refused(
        "bzip2 followed by text", BZIP2 + b"1,2,a\n", "data.csv: the bzip2 archive is corrupt (Invalid data stream)"
    ),
    same("bzip2 of two parts", bz2.compress(BYTES[:50]) + bz2.compress(BYTES[50:])),
    refused(
        "xz cut",
        XZ[:-9],
        "data.csv: the xz archive is corrupt (Compressed file ended before the end-of-stream marker was reached)",
    ),
    refused(
        "xz with a wrong byte",
        XZ[:70] + bytes([XZ[70] ^ 255]) + XZ[71:],
        "data.csv: the xz archive is corrupt (Corrupt input data)",
    ),
    refused("zip cut", ZIP[:-10], "data.csv: the zip archive is corrupt (File is not a zip file)"),
    refused(
        "zip with a wrong byte",
        ZIP[:60] + bytes([ZIP[60] ^ 255]) + ZIP[61:],
        "data.csv: the zip archive is corrupt (Bad CRC-32 for file 'inside.csv')",
    ),
    refused(
        "zip of two files",
        zipped(**{"1.csv": BYTES, "2.csv": BYTES}),
        "data.csv is a zip archive of 2 files ('1.csv', '2.csv'); unpack the one you want",
    ),
    refused("zip of nothing", zipped(), "data.csv is a zip archive of no file; unpack the one you want"),
    refused(
        "an Excel workbook",
        zipped(**{"[Content_Types].xml": b"<x/>", "xl/workbook.xml": b"<x/>"}),
        "data.csv is an Excel workbook, not CSV; save its sheet as CSV first",
    ),
    refused(
        "an old Excel workbook",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 100,
        "data.csv is an Excel workbook, not CSV; save its sheet as CSV first",
    ),
    refused(
        "zstd",
        b"\x28\xb5\x2f\xfd\x24\x00" + b"\x01" * 30,
        "data.csv is compressed by zstd; decompress it first (zstd -dc FILE | mae-train - …)",
    ),
    refused(
        "Parquet and gzip",
        gzip.compress(b"PAR1\x15\x04" + b"\x00" * 30 + b"PAR1", mtime=0),
        "data.csv is a Parquet file; give it unpacked, and not beside CSV",
    ),
    refused("Arrow", b"ARROW1\x00\x00" + b"\x00" * 30, "data.csv is an Arrow file, not CSV; convert it first"),
    refused("tar", tarred(), "data.csv is a tar archive; unpack it first"),
    refused(
        "tar and gzip",
        gzip.compress(tarred(), mtime=0),
        "data.csv is a tar archive; unpack it first",
    ),
    refused("tar and xz", lzma.compress(tarred()), "data.csv is a tar archive; unpack it first"),
    refused(
        "lz4",
        b"\x04\x22\x4d\x18" + b"\x64\x40" * 30,
        "data.csv is compressed by lz4; decompress it first (lz4 -dc FILE | mae-train - …)",
    ),
    refused(
        "lzma",
        lzma.compress(BYTES, format=lzma.FORMAT_ALONE),
        "data.csv is compressed by lzma; decompress it first (xz -dc FILE | mae-train - …)",
    ),
    refused(
        "zip by a method of its own",
        zipped_by_method(9),
        "data.csv is a zip archive of a kind that is not read (That compression method is not supported); unpack it first",
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
    refused("7z", b"7z\xbc\xaf\x27\x1c\x00\x04" + b"\x00" * 30, "data.csv is a 7z archive; unpack it first"),
    refused("HDF5", b"\x89HDF\r\n\x1a\n" + b"\x00" * 30, "data.csv is an HDF5 file, not CSV; convert it first"),
    refused(
        "SQLite", b"SQLite format 3\x00" + b"\x00" * 30, "data.csv is an SQLite database, not CSV; export a table first"
    ),
    refused("PDF", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "data.csv is a PDF document, not CSV"),
    refused(
        "a picture",
        b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR",
        "data.csv, line 1: not UTF-8 text (byte 0x89); name the encoding with --encoding (latin-1 or cp1252, most often), or save the file as UTF-8",
    ),
    refused(
        "JSON",
        '{"y": 1, "x": 2}\n{"y": 2, "x": 3}\n',
        "data.csv, line 1: JSON, not a table; make CSV of it first, with jq or pandas",
    ),
    *(
        refused(name, text, "data.csv, line 1: JSON, not a table; make CSV of it first, with jq or pandas")
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
        "data.csv is an ARFF file, not CSV; put the names of its attributes, with commas between them, in place of all up to @data",
    ),
    tells("a name with a percent sign", table(header="%y,x,k"), "-t", "%y", values={"data.rows_used": 12}),
    refused(
        "a pointer of Git LFS",
        "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935c943f9e0ff69d22e\nsize 12345\n",
        "data.csv is a pointer of Git LFS, not the data; fetch these first (git lfs pull)",
    ),
    refused(
        "a pointer of git-annex",
        "/annex/objects/MD5E-s24--0c5a.csv\n",
        "data.csv is a pointer of git-annex, not the data; fetch these first (git annex get)",
    ),
    refused("Stata", b"<stata_dta><header>", "data.csv is a Stata file, not CSV; export it first (export delimited)"),
    refused("old Stata", b"\x73\x02\x01\x00", "data.csv is a Stata file, not CSV; export it first (export delimited)"),
    refused("SPSS", b"$FL2@(#) SPSS DATA FILE", "data.csv is an SPSS file, not CSV; save it as CSV first"),
    refused(
        "SAS transport",
        b"HEADER RECORD*******LIBRARY",
        "data.csv is a SAS file, not CSV; export it first (proc export)",
    ),
    refused("a file of R", b"RDX3\nX\n\x00\x00", "data.csv is a file of R, not CSV; write it as CSV first (write.csv)"),
    refused(
        "an array of NumPy",
        b"\x93NUMPY\x01\x00",
        "data.csv is an array of NumPy, not CSV; write it as CSV first (numpy.savetxt)",
    ),
    refused(
        "quoted names with blanks between them",
        '"y" "x" "k"\n1 2 "a"\n2 3 "b"\n',
        "data.csv, line 1: the names seem to have ' ' between them; use --delimiter \" \"",
    ),
    refused(
        "a web page",
        "<!DOCTYPE html>\n<html><body>\n<p>Not found, sorry</p>\n</body></html>\n",
        "data.csv, line 1: a web page or XML, not a table; download the data itself as CSV",
    ),
]

RECORD_CASES = [
    refused(
        "a field too many",
        CLEAN.replace("6,b", "6,b,1"),
        "data.csv, line 5: expected 3 fields, found 4; put cells that contain ',' in quotes",
    ),
    refused(
        "a field too many in the first record",
        CLEAN.replace("1,a", "1,a,9", 1),
        "data.csv, line 2: expected 3 fields, found 4; put cells that contain ',' in quotes",
    ),
    refused(
        "a field too many in the last record",
        CLEAN.replace("-6.5,b", "-6.5,b,"),
        "data.csv, line 13: expected 3 fields, found 4; the line ends with a delimiter too many",
    ),
    refused(
        "a comma at each end of a record",
        CLEAN.replace("a\n", "a,\n").replace("b\n", "b,\n"),
        "data.csv, line 2: expected 3 fields, found 4; every line ends with a delimiter too many",
    ),
    refused(
        "a comma at the end of one record",
        CLEAN.replace("a\n", "a,\n", 1),
        "data.csv, line 2: expected 3 fields, found 4; the line ends with a delimiter too many",
    ),
    same(
        "a comma at the end of the header too",
        CLEAN.replace("\n", ",\n"),
        notes=("left out 'column 4': it has no name in the header; give it one",),
    ),
    same(
        "an index without a name",
        table([(str(i), *row) for i, row in enumerate(ROWS)], ",y,x,k"),
        notes=("left out 'column 1': it has no name in the header; give it one",),
    ),
    same(
        "two columns without a name",
        table([(str(i), *row, "") for i, row in enumerate(ROWS)], ",y,x,k,"),
        notes=(
            "left out 2 columns:"
            + "".join(f"\n  'column {place}': it has no name in the header; give it one" for place in (1, 5)),
        ),
    ),
    refused(
        "an index without a name where nothing may be left out",
        table([(str(i), *row) for i, row in enumerate(ROWS)], ",y,x,k"),
        "data.csv: column 'column 1' cannot be used: it has no name in the header; give it one, or leave it out without --strict",
        "--strict",
    ),
    same("a column without a name that nobody asked for", CLEAN.replace("\n", ",\n"), "--features", "x,k"),
    refused(
        "an index the header lacks",
        table([(str(i), *row) for i, row in enumerate(ROWS)]),
        "data.csv, line 2: expected 3 fields, found 4; every line has one field more than the header, as where R writes row names; put a name for the first column, and a delimiter, before the header",
    ),
    refused(
        "a field too few",
        CLEAN.replace("6,b", "6"),
        "data.csv, line 5: expected 3 fields, found 2; complete the line, or remove it",
    ),
    refused(
        "a field too few where the last column is not asked for",
        CLEAN.replace("6,b", "6"),
        "data.csv, line 5: expected 3 fields, found 2; complete the line, or remove it",
        "--features",
        "x",
    ),
    refused(
        "a field too few where the last column is excluded",
        CLEAN.replace("6,b", "6"),
        "data.csv, line 5: expected 3 fields, found 2; complete the line, or remove it",
        "--exclude",
        "k",
    ),
    refused(
        "a field too few in the first record",
        CLEAN.replace("1,a", "1", 1),
        "data.csv, line 2: expected 3 fields, found 2; complete the line, or remove it",
    ),
    refused(
        "a field too few in the last record",
        CLEAN + "1,2\n",
        "data.csv, line 14: expected 3 fields, found 2; complete the line, or remove it",
    ),
    refused(
        "a record of one field",
        CLEAN + "1\n",
        "data.csv, line 14: expected 3 fields, found 1; complete the line, or remove it",
    ),
    refused("a cut file", CLEAN[:-5], "data.csv, line 13: expected 3 fields, found 2; complete the line, or remove it"),
    refused(
        "short records at the end of quotes",
        CLEAN + '"1\n2",3\n',
        "data.csv, line 14: expected 3 fields, found 2; complete the line, or remove it",
    ),
    refused(
        "thousands without quotes",
        CLEAN.replace("100,", "1,000,"),
        "data.csv, line 7: expected 3 fields, found 4; put cells that contain ',' in quotes",
    ),
    refused(
        "the header twice",
        "y,x,k\n" + CLEAN,
        "data.csv, line 2: the target 'y' must be a number, but this cell is 'y'; remove the line, which seems to repeat the header",
    ),
    refused(
        "the header in the middle",
        with_line(7, "y,x,k\n"),
        "data.csv, line 7: the target 'y' must be a number, but this cell is 'y'; remove the line, which seems to repeat the header",
    ),
    refused(
        "the header at the end",
        CLEAN + "y,x,k\n",
        "data.csv, line 14: the target 'y' must be a number, but this cell is 'y'; remove the line, which seems to repeat the header",
    ),
    refused(
        "a name twice",
        CLEAN.replace("k", "x", 1),
        "data.csv: the header names column 'x' twice; rename one of them",
        "--features",
        "x",
    ),
    same(
        "a name twice of columns that nobody named",
        table([(*row, row[1]) for row in ROWS], "y,x,k,x"),
        twin=table([(target, level) for target, _, level in ROWS], "y,k"),
        notes=("left out 'x': the header names 2 columns so; rename them",),
    ),
    same("a name twice that is excluded", table([(*row, "1", "2") for row in ROWS], "y,x,k,z,z"), "--exclude", "z"),
    refused(
        "the target twice",
        CLEAN.replace("k", "y", 1),
        "data.csv: the header names column 'y' twice; rename one of them",
    ),
    same(
        "a name that is missing",
        CLEAN.replace("x", "", 1),
        twin=table([(target, level) for target, _, level in ROWS], "y,k"),
        notes=("left out 'column 2': it has no name in the header; give it one",),
    ),
    same(
        "a name that is blank",
        CLEAN.replace("x", "  ", 1),
        twin=table([(target, level) for target, _, level in ROWS], "y,k"),
        notes=("left out 'column 2': it has no name in the header; give it one",),
    ),
    refused("no header", RECORDS, "data.csv has no column 'y'; its columns are '3.1', '1', 'a'"),
    refused(
        "no header among numbers",
        "1,2\n3,4\n5,7\n",
        "data.csv, line 1: the header consists of numbers ('1', '2'); add a line with the names of the columns, which seem to be missing",
    ),
    refused(
        "another target",
        CLEAN,
        "data.csv has no column 'Y'; did you mean 'y'? its columns are 'y', 'x', 'k'",
        "-t",
        "Y",
    ),
    refused(
        "a target with a blank",
        CLEAN.replace("y", " y", 1),
        "data.csv has no column 'y'; did you mean ' y'? its columns are ' y', 'x', 'k'",
    ),
    refused(
        "a line above the header",
        "Sales of 2024\n" + CLEAN,
        "data.csv, line 2: expected 1 field, found 3; remove the lines before line 2, if that is the header",
    ),
    refused(
        "lines above the header",
        "Sales of 2024\nby region\n\n" + CLEAN,
        "data.csv, line 4: expected 1 field, found 3; remove the lines before line 4, if that is the header",
    ),
    refused(
        "a line with commas above the header",
        "Sales,,\n" + CLEAN,
        "data.csv, line 1: this is a title; remove the lines before line 2, which seems to be the header",
    ),
    refused(
        "a comment above the header",
        "# made by a tool\n" + CLEAN,
        "data.csv, line 2: expected 1 field, found 3; remove the lines before line 2, if that is the header",
    ),
    refused(
        "a comment in the middle",
        with_line(6, "# the crisis\n"),
        "data.csv, line 6: expected 3 fields, found 1; remove comment lines first",
    ),
    refused(
        "a comment with commas",
        with_line(6, "# the crisis,,\n"),
        "data.csv, line 6: the target 'y' must be a number, but this cell is '# the crisis'; remove comment lines first",
    ),
    refused(
        "a separator line for Excel",
        "sep=,\n" + CLEAN,
        "data.csv, line 1: a `sep=` line for spreadsheets, not the header; remove the line",
    ),
    refused(
        "a separator line for Excel where nothing doubts the delimiter",
        "sep=;\n" + table(delimiter=";"),
        "data.csv, line 1: a `sep=` line for spreadsheets, not the header; remove the line",
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
        "data.csv, line 2: the target 'y' must be a number, but this cell is 'EUR'; remove the line, which seems to hold units or descriptions of the columns",
    ),
    refused(
        "a line of units, and one cut short",
        "y,x,k\nEUR,km,\n1\n2,3,a\n",
        "data.csv, line 2: the target 'y' must be a number, but this cell is 'EUR'; fix the cell, count it as missing with --na-values, or choose a column of numbers",
    ),
    refused(
        "a line of types",
        with_line(2, "double,double,string\n"),
        "data.csv, line 2: the target 'y' must be a number, but this cell is 'double'; remove the line, which seems to hold units or descriptions of the columns",
    ),
    same(
        "a rule below the header",
        with_line(2, "---,---,---\n"),
        twin=CLEAN,
        notes=(
            "column 'y': 1 cell with '---' taken as missing",
            "column 'x': 1 cell with '---' taken as missing",
            "1 of 13 rows dropped for a missing cell; column 'y' is missing in all of them",
        ),
    ),
    refused(
        "a footer",
        CLEAN + "Total: 12 rows\n",
        "data.csv, line 14: expected 3 fields, found 1; complete the line, or remove it",
    ),
    refused(
        "a footer with commas",
        CLEAN + "Total,12,\n",
        "data.csv, line 14: the target 'y' must be a number, but this cell is 'Total'; fix the cell, or count it as missing with --na-values",
    ),
    refused(
        "a line of psql",
        CLEAN + "(12 rows)\n",
        "data.csv, line 14: expected 3 fields, found 1; complete the line, or remove it",
    ),
    refused(
        "a conflict of versions",
        with_line(5, "<<<<<<< HEAD\n"),
        "data.csv, line 5: expected 3 fields, found 1; complete the line, or remove it",
    ),
    refused(
        "a URL",
        {"data.csv": CLEAN},
        "http://host/data.csv is a URL; download it first and give the file",
        "http://host/data.csv",
    ),
    refused("an absent file", {"data.csv": CLEAN}, "absent.csv does not exist", "absent.csv"),
    refused(
        "files of different headers",
        {"1.csv": CLEAN, "2.csv": CLEAN.replace("x", "z", 1)},
        "2.csv: column 2 is 'z', but 'x' in 1.csv; give files whose headers agree",
    ),
    refused(
        "a file without its header",
        {"1.csv": CLEAN, "2.csv": RECORDS},
        "2.csv: column 1 is '3.1', but 'y' in 1.csv; give files whose headers agree",
    ),
    refused(
        "a fault in the second file",
        {"1.csv": CLEAN, "2.csv": CLEAN.replace("6,b", "6 kg,b")},
        "2.csv, line 5: column 'x' is '6 kg', which is not a number, where most cells are numbers; fix the cell, or use --categorical x or --exclude x",
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
