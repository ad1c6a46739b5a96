"""What cells hold: numbers in disguise, odd cells among numbers, extremes, and missing cells."""

import pytest
from faults.cases import (
    CLEAN,
    ROWS,
    Refusal,
    changed,
    column,
    left_out,
    named,
    not_a_number,
    refused,
    same,
    table,
    tells,
    without,
)

DECIMAL = [[cell.replace(".", ",") for cell in row] for row in ROWS]
NUMBERS = [[target, number, str(place)] for place, (target, number, _) in enumerate(ROWS)]


def all_cells(make):
    """The clean table with every number of the feature written in another way."""
    return table(changed({(place, 1): make(row[1]) for place, row in enumerate(ROWS)}))


def quoted_column(cells):
    """The clean table with these cells, in quotes, for the feature."""
    return table(column(1, [f'"{cell}"' for cell in cells]))


OTHERWISE = "or use --categorical x or --exclude x"
ONE_SIGN = "write one decimal sign throughout"
BY_NUMBER = "or use --number x, --categorical x or --exclude x"


def among_numbers(name, written, remedy="fix the cell", *, cell=None, otherwise=OTHERWISE):
    """One cell of the feature is no number."""
    refusal = Refusal("text-among-numbers", line=6, column="x", cell=cell or written, remedy=f"{remedy}, {otherwise}")
    return refused(name, table(changed({(4, 1): written})), refusal)


def throughout(name, content, cell, remedy, otherwise=OTHERWISE):
    """All cells of the feature are numbers in disguise, the first is `cell`."""
    refusal = Refusal("number-in-disguise", line=2, column="x", cell=cell, remedy=f"{remedy}, {otherwise}")
    return refused(name, content, refusal)


def missing(name, cell=None):
    remedy = "fill it in, or use --missing drop to leave such rows out"
    return Refusal("missing-cell", line=6, column=name, cell=cell, remedy=remedy)


def dropped(count, name, most, rows=12):
    share = "is missing in all of them" if most == count else f"is missing in {most} of them"
    return (f"{count} of {rows} rows dropped for a missing cell; column '{name}' {share}",)


DISGUISED = [
    among_numbers("percent among numbers", "50%", "take the % off", otherwise=BY_NUMBER),
    same("percent throughout", all_cells(lambda cell: cell + "%"), notes=None),
    same("percent with a blank throughout", all_cells(lambda cell: cell + " %"), notes=None),
    refused(
        "percent in the target",
        table(changed({(4, 0): "50%"})),
        not_a_number(6, "50%", "take the % off, or use --number y"),
    ),
    among_numbers("dollars among numbers", "$5", "take the currency off", otherwise=BY_NUMBER),
    same("dollars throughout", all_cells(lambda cell: "$" + cell), notes=None),
    same("euros throughout", all_cells(lambda cell: cell + " €"), notes=None),
    same("codes of currencies throughout", all_cells(lambda cell: "USD " + cell), notes=None),
    same(
        "dollars in parentheses",
        table(column(1, ["($5)", "$6", "$7.50"])),
        twin=table(column(1, ["-5", "6", "7.5"])),
        notes=None,
    ),
    among_numbers("thousands among numbers", '"1,000"', "take them out", cell="1,000", otherwise=BY_NUMBER),
    throughout(
        "thousands throughout",
        table(column(1, ['"1,000"', '"2,500"', '"12,000"'])),
        "1,000",
        "take them out",
        BY_NUMBER,
    ),
    refused(
        "thousands in the target",
        table(changed({(4, 0): '"1,000"'})),
        not_a_number(6, "1,000", "take them out, or use --number y"),
    ),
    throughout(
        "thousands by points",
        table(column(1, ["1.000.000", "2.500.000", "1.000.500"])),
        "1.000.000",
        "take them out",
        BY_NUMBER,
    ),
    same(
        "thousands by apostrophes",
        table(column(1, ["1'000", "2'500"])),
        twin=table(column(1, ["1000", "2500"])),
        notes=None,
    ),
    same(
        "thousands by blanks", table(column(1, ["1 000", "2 500"])), twin=table(column(1, ["1000", "2500"])), notes=None
    ),
    same(
        "thousands by narrow blanks",
        table(column(1, ["1\u202f000", "2\u202f500"])),
        twin=table(column(1, ["1000", "2500"])),
        notes=None,
    ),
    throughout("decimal commas throughout", table(column(1, ['"1,5"', '"2,25"'])), "1,5", ONE_SIGN, BY_NUMBER),
    refused(
        "decimal points where commas are named",
        table(delimiter=";").replace("3.1", "3,1"),
        not_a_number(3, "4.9", "write one decimal sign throughout"),
        "--decimal",
        ",",
    ),
    refused(
        "decimal points throughout a feature where commas are named",
        table([["7", number if "." in number else number + ".5", level] for _, number, level in ROWS], delimiter=";"),
        Refusal(
            "number-in-disguise",
            line=2,
            column="x",
            cell="1.5",
            remedy="write one decimal sign throughout, or use --categorical x or --exclude x",
        ),
        "--decimal",
        ",",
    ),
    among_numbers("units among numbers", "5 kg"),
    same("units throughout", all_cells(lambda cell: cell + " kg"), notes=None),
    same("units without a blank throughout", all_cells(lambda cell: cell + "kg"), notes=None),
    same("degrees throughout", all_cells(lambda cell: cell + "°C"), notes=None),
    refused(
        "units in the target",
        table(changed({(4, 0): "5 kg"})),
        not_a_number(6, "5 kg", 'fix the cell, or count it as missing with --na-values "5 kg"'),
    ),
    same(
        "parentheses among numbers",
        table(changed({(4, 1): "(2)"})),
        notes=("column 'x': cells such as '(2)' are read as numbers with parentheses for negative",),
    ),
    throughout(
        "parentheses throughout",
        table(column(1, ["(2)", "(3.5)"])),
        "(2)",
        "write a minus sign if that is meant",
        BY_NUMBER,
    ),
    among_numbers("a minus sign of typesetters among numbers", "−2", "write '-'"),
    throughout("minus signs of typesetters throughout", table(column(1, ["−2", "−3.5"])), "−2", "write '-'"),
    among_numbers("a dash for a minus among numbers", "–2", "write '-'"),
    among_numbers("a minus behind the number", "2-", "move it there"),
    among_numbers("hexadecimal among numbers", "0x1F", "write it in decimal"),
    throughout("hexadecimal throughout", table(column(1, ["0x1F", "0xff"])), "0x1F", "write it in decimal"),
    throughout("octal and binary throughout", table(column(1, ["0o17", "0b11"])), "0o17", "write it in decimal"),
    among_numbers("hexadecimal floats", "0x1.8p3"),
    among_numbers("underscores among numbers", "1_000", "take them out"),
    throughout("underscores throughout", table(column(1, ["1_000", "2_500"])), "1_000", "take them out"),
    among_numbers("Arabic digits among numbers", "٣", "write it with these"),
    throughout("digits of full width throughout", table(column(1, ["１", "２"])), "１", "write it with these"),
    among_numbers("superscripts among numbers", "2²"),
    among_numbers("fractions among numbers", "1/2", "write it as a decimal number"),
    among_numbers("a fraction sign among numbers", "½", "write it as a decimal number"),
    among_numbers("a Fortran exponent among numbers", "1.5D3", "write an E"),
    among_numbers("an exponent cut off among numbers", "1.5e"),
    among_numbers("two points among numbers", "1.5.2"),
    among_numbers("two signs among numbers", "--2"),
    among_numbers("a sign apart among numbers", "- 2", "move it there", otherwise=BY_NUMBER),
    among_numbers("a sign alone among numbers", "+"),
    among_numbers("a complex number", "1+2j"),
    among_numbers("a range among numbers", "5-10"),
    among_numbers("a bound among numbers", "<5", "decide on a number for it"),
    among_numbers("about among numbers", "~5", "decide on a number for it"),
    among_numbers("an apostrophe before among numbers", "'2", "take the apostrophe off"),
    among_numbers("a hard blank among numbers", "2\xa0", "take that space out", otherwise=BY_NUMBER),
    throughout(
        "hard blanks throughout", all_cells(lambda cell: "\xa0" + cell), "\xa01", "take that space out", BY_NUMBER
    ),
    among_numbers("a blank of no width among numbers", "2\u200b", "take that space out", otherwise=BY_NUMBER),
    throughout(
        "blanks of no width throughout",
        all_cells(lambda cell: cell + "\u200b"),
        "1\u200b",
        "take that space out",
        BY_NUMBER,
    ),
    among_numbers("a mark in the middle", "\ufeff2", "take that space out"),
    among_numbers("a formula of Excel", '"=""2"""', "take the quotes off", cell='="2"'),
    among_numbers("quotes within quotes among numbers", '"""2"""', "take the quotes off", cell='"2"'),
]

DAY = "turn it into a number first, such as days since a start"
PERIOD = "turn it into a number first, such as months since a start"
TIME = "turn it into a number first, such as hours"
DURATION = "turn it into a number first, such as seconds"
MONEY, THOUSANDS, FRACTION = "take the currency off", "take them out", "write it as a decimal number"
READ = {
    "millions of dollars",
    "cents",
    "thousands by blanks and a decimal comma",
    "units of several sizes",
    "marks",
}
DATES = [
    throughout(f"{name} throughout", quoted_column(cells), cells[0], remedy, BY_NUMBER if name in READ else OTHERWISE)
    for name, remedy, cells in [
        ("days with ordinals", DAY, ["January 5th, 2024", "February 1st, 2024"]),
        ("days in German", DAY, ["5. März 2024", "1. Oktober 2024"]),
        ("days in Japanese", DAY, ["2024年1月5日", "2024年2月1日"]),
        ("days of mail", DAY, ["Mon, 05 Feb 2024 10:00:00 +0000", "Tue, 06 Feb 2024 10:00:00 GMT"]),
        ("days of the C library", DAY, ["Mon Feb  5 10:00:00 2024", "Tue Feb  6 10:00:00 2024"]),
        ("times of ISO without dashes", DAY, ["20240105T0100", "20240105T020000Z"]),
        ("weeks of ISO", PERIOD, ["2024-W05", "2024W06"]),
        ("days of weeks of ISO", PERIOD, ["2024-W05-3", "2024W061"]),
        ("halves", PERIOD, ["2024H1", "H2 2024"]),
        ("days of years", PERIOD, ["2024-001", "2024-366"]),
        ("durations in days and hours", DURATION, ["1 days 00:00:00", "2 days 10:00:00"]),
        ("durations in hours and minutes", DURATION, ["1h 10m", "2h 5m"]),
        ("durations of ISO", DURATION, ["PT1H", "P1DT2H30M"]),
        ("millions of dollars", MONEY, ["$1.2M", "$900k"]),
        ("cents", MONEY, ["5 ¢", "10 ¢"]),
        ("half of the cells money", MONEY, ["$5", "free"]),
        ("lakhs", THOUSANDS, ["1,23,456", "12,34,567"]),
        (
            "thousands by blanks and a decimal comma",
            "take the separators out, and write a decimal point",
            ["1 234,56", "1.234,56"],
        ),
        ("vulgar fractions", FRACTION, ["½", "1¼"]),
        ("fractions", FRACTION, ["1/9", "1 2/9"]),
        ("units of several sizes", "write them all in one unit, without its name", ["1 kg", "200 g"]),
        ("marks", "take the mark off", ["5*", "6**"]),
    ]
]
DATES += [
    same(f"{name} throughout", quoted_column(cells), twin=table(column(1, numbers)), notes=None)
    for name, cells, numbers in [
        ("days", ["2024-01-31", "2024-02-01"], ["19753", "19754"]),
        (
            "times of ISO",
            ["2024-01-31T12:00:00Z", "2024-02-01T13:30:59+01:00"],
            ["19753.5", repr(19754 + 45059 / 86400)],
        ),
        ("days with points", ["31.01.2024", "1.2.2024"], ["19753", "19754"]),
        ("days with names", ["31 Jan 2024", "1 February 2024"], ["19753", "19754"]),
        ("days with names first", ["Jan 31, 2024", "February 1, 2024"], ["19753", "19754"]),
        ("days with underscores", ["2024_01_05", "2024_02_01"], ["19727", "19754"]),
        ("months", ["2024-01", "2024-02"], ["19723", "19754"]),
        ("kronor", ["SEK 5", "SEK 1 000"], ["5", "1000"]),
        ("rupees", ["Rs. 5", "Rs. 7"], ["5", "7"]),
        ("thousands by typographic apostrophes", ["1’234", "5’678"], ["1234", "5678"]),
        ("thousands by hard blanks", ["1\xa0234", "5\xa0678"], ["1234", "5678"]),
    ]
]
DATES += [
    among_numbers("a day among numbers", "2024-01-31", "turn it into a number first, such as days since a start"),
    refused(
        "a day in the target",
        table(changed({(4, 0): "2024-01-31"})),
        not_a_number(6, "2024-01-31", "turn it into a number first, such as days since a start"),
    ),
    among_numbers("a time among numbers", "12:30", "turn it into a number first, such as hours"),
]

DATES_IN_TWO_WAYS = [
    refused(
        f"{name} in two ways",
        quoted_column(cells),
        Refusal("text-among-dates", line=3, column="x", cell=cells[1], remedy="write them alike, or do not name it"),
        "--features",
        "x,k",
    )
    for name, cells in [
        ("days and times", ["2024-01-31 12:00", "2024-02-01 13:30:59.5"]),
        ("days with strokes", ["1/31/2024", "2/1/24"]),
        ("days with short names", ["05JAN2024", "2024-Feb-01"]),
        ("times with zones", ["2024-01-05 10:00 UTC", "2024-01-05 10:00:00,123 +0000"]),
        ("times of twelve hours behind days", ["1/5/2024, 10:00:00 AM", "1/6/2024 9:00 pm"]),
        ("months with strokes", ["01/2024", "2024/02"]),
        ("months with names", ["Jan 2024", "Feb-24"]),
        ("quarters", ["2024Q1", "2024-Q2"]),
        ("quarters before years", ["Q1 2024", "Q2/2024"]),
        ("times", ["12:00", "13:30:59"]),
        ("times of twelve hours", ["12:00 am", "1 PM"]),
    ]
]
DATES_IN_TWO_WAYS += [
    refused(
        f"{cell} among days",
        table(changed({(4, 1): cell}, column(1, [f"2024-01-{day}" for day in range(11, 31)]))),
        Refusal("text-among-dates", line=6, column="x", cell=cell, remedy=f"{remedy}, or use --exclude x"),
    )
    for cell, remedy in [
        ("2024-02-30", "fix the cell"),
        ("2024-13-01", "fix the cell"),
        ("15.03.2024", "fix the cell"),
        ("2024-01-15 10:00", "fix the cell"),
        ("n.n.", "fix the cell"),
        ("2024", "fix the cell"),
        ("missing", "use --na-values missing if that means a missing cell"),
        ("unknown", "use --na-values unknown if that means a missing cell"),
    ]
]

PLACEHOLDERS = [
    among_numbers(f"{cell!r} among numbers", cell, f"use {option} if that means a missing cell")
    for cell, option in {
        "*": '--na-values "*"',
        "missing": "--na-values missing",
        "Missing": "--na-values Missing",
        "unknown": "--na-values unknown",
        "none": "--na-values none",
        "na": "--na-values na",
        "  NA": '--na-values "  NA"',
    }.items()
]
PLACEHOLDERS += [
    same(
        f"{cell!r} among numbers is a missing value",
        table(changed({(4, 1): cell})),
        twin=table(without(4)),
        notes=(f"column 'x': 1 cell with {cell!r} taken as missing", *dropped(1, "x", 1)),
    )
    for cell in ["-", "?", ".", "..", "--", "#DIV/0!", "#NULL!", "#N/A", "#NA", "n.a."]
]
PLACEHOLDERS += [
    same(
        f"{cell!r} as a target is a missing value",
        table(changed({(4, 0): cell})),
        twin=table(without(4)),
        notes=(f"column 'y': 1 cell with {cell!r} taken as missing", *dropped(1, "y", 1)),
    )
    for cell in ["-", "?", "N.A."]
]
PLACEHOLDERS += [
    same(
        "'?' as a weight is a missing value",
        table(changed({(4, 1): "?"}, column(1, ["1", "2"]))),
        "--weight",
        "x",
        twin=table([row for place, row in enumerate(column(1, ["1", "2"])) if place != 4]),
        notes=("column 'x': 1 cell with '?' taken as missing", *dropped(1, "x", 1)),
    ),
    same(
        "'-' among cells that the user calls numbers is a missing value",
        table(changed({(4, 1): "-"})),
        "--number",
        "x",
        twin=table(without(4)),
        notes=("column 'x': 1 cell with '-' taken as missing", *dropped(1, "x", 1)),
    ),
    refused(
        "'?' as a target where missing cells are an error",
        table(changed({(4, 0): "?", (6, 0): "-"})),
        missing("y", "?"),
        "--missing",
        "error",
    ),
    refused(
        "a word as a target",
        table(changed({(4, 0): "unknown"})),
        not_a_number(6, "unknown", "use --na-values unknown if that means a missing cell"),
    ),
]
PLACEHOLDERS += [among_numbers("a blank among numbers", " ", 'use --na-values " " if that means a missing cell')]
PLACEHOLDERS += [
    same(
        f"{cell!r} named as missing",
        table(changed({(4, 1): cell})),
        *options,
        twin=table(without(4)),
        notes=dropped(1, "x", 1),
    )
    for cell, options in {
        "-": ("--na-values=-",),
        "?": ("--na-values", "?"),
        "missing": ("--na-values", "?,missing"),
        "-999": ("--na-values=-999",),
        "NA": (),
        "nan": (),
        "NULL": (),
        "#N/A": ("--na-values", "#N/A"),
        "": (),
        '""': (),
    }.items()
]
PLACEHOLDERS += [
    same(
        "a number named as missing in a column of fractions",
        CLEAN,
        "--na-values",
        "6",
        twin=table(without(3)),
        notes=dropped(1, "x", 1),
    ),
    same(
        "a number named as missing, written another way",
        table(changed({(3, 1): "6.0"})),
        "--na-values",
        "6",
        twin=table(without(3)),
        notes=dropped(1, "x", 1),
    ),
    same(
        "a level named as missing",
        table(changed({(4, 2): "?"})),
        "--na-values",
        "?",
        twin=table(without(4)),
        notes=dropped(1, "k", 1),
    ),
    same("a target that is missing", table(changed({(4, 0): "NA"})), twin=table(without(4)), notes=dropped(1, "y", 1)),
    same(
        "two cells of a row",
        table(changed({(4, 0): "NA", (4, 1): ""})),
        twin=table(without(4)),
        notes=dropped(1, "y", 1),
    ),
    same(
        "NA among levels",
        table(changed({(4, 2): "NA"})),
        twin=table(without(4)),
        notes=(
            "column 'k': 1 cell with 'NA' taken as missing; if that is a level, use --categorical k",
            *dropped(1, "k", 1),
        ),
    ),
    tells(
        "NA declared a level",
        table(changed({(4, 2): "NA"})),
        "--categorical",
        "k",
        values={"data.rows_dropped": 0, "data.columns": 4, "coefficients.1.level": "NA"},
    ),
    tells(
        "a level of blanks",
        table(changed({(4, 2): " "})),
        values={"data.rows_dropped": 0, "data.columns": 4, "coefficients.1.level": " "},
    ),
    refused(
        "missing cells that are an error", table(changed({(4, 1): "NA"})), missing("x", "NA"), "--missing", "error"
    ),
    refused("a missing target that is an error", table(changed({(4, 0): ""})), missing("y"), "--missing", "error"),
    refused("a missing level that is an error", table(changed({(4, 2): ""})), missing("k"), "--missing", "error"),
    refused(
        "every row misses a cell",
        table(changed({(i, i % 2): "" for i in range(12)})),
        Refusal("no-complete-row", column="y", remedy="fill in its cells"),
        "--features",
        "x,k",
    ),
    tells(
        "every row misses a cell, of the target or of a column that can go",
        table(changed({(i, i % 2): "" for i in range(12)})),
        values={"data.rows_used": 6, "columns_left_out.0.reason": "6 of its 12 cells are missing"},
        notes=None,
    ),
    *(
        refused(
            f"a column of {cells} that is named",
            table(column(1, cells)),
            Refusal("no-values", column="x", remedy="fill it in, or do not name it"),
            "--features",
            "x,k",
        )
        for cells in ([""], ["NA", "NULL"])
    ),
    *(
        same(
            f"a column of {cells}",
            table(column(1, cells)),
            twin=table([(target, level) for target, _, level in ROWS], "y,k"),
            notes=("left out 'x': it has no values; fill it in",),
        )
        for cells in ([""], ["NA", "NULL"])
    ),
    refused(
        "a target without values",
        table(column(0, [""])),
        Refusal("no-values", column="y", remedy="choose another target"),
    ),
    refused(
        "every value named as missing",
        table(column(1, ["7"])),
        Refusal("no-values", column="x", remedy="fill it in, or do not name it"),
        "--na-values",
        "7",
        "--features",
        "x,k",
    ),
]

EXTREMES = [
    refused(
        "infinity among numbers",
        table(changed({(4, 1): "inf"})),
        Refusal(
            "not-finite",
            line=6,
            column="x",
            cell="inf",
            remedy="fix the cell or leave it empty, or count it as missing with --na-values inf",
        ),
    ),
    same(
        "infinity named as missing",
        table(changed({(4, 1): "inf"})),
        "--na-values",
        "inf",
        twin=table(without(4)),
        notes=dropped(1, "x", 1),
    ),
    refused(
        "minus infinity in the target",
        table(changed({(4, 0): "-Infinity"})),
        Refusal(
            "not-finite",
            line=6,
            column="y",
            cell="-Infinity",
            remedy="fix the cell or leave it empty, or count it as missing with --na-values=-Infinity",
        ),
    ),
    among_numbers("infinity as a sign", "∞"),
    refused(
        "1e400 among numbers",
        table(changed({(4, 1): "1e400"})),
        Refusal("not-finite", line=6, column="x", cell="1e400", remedy="fix the cell or leave it empty"),
    ),
    refused(
        "1e400 in the target",
        table(changed({(4, 0): "-1e400"})),
        Refusal("not-finite", line=6, column="y", cell="-1e400", remedy="fix the cell or leave it empty"),
    ),
    refused(
        "a whole number of 400 digits",
        table(changed({(4, 1): "9" * 400})),
        Refusal("not-finite", line=6, column="x", cell="9" * 400, remedy="fix the cell or leave it empty"),
    ),
    refused(
        "a feature that spans more than a float",
        table(changed({(4, 1): "1.7e308", (5, 1): "-1.7e308"})),
        Refusal("range-overflow", column="x", remedy="rescale it, or use --exclude x"),
    ),
    refused(
        "a target that spans more than a float",
        table(changed({(4, 0): "1.7e308", (5, 0): "-1.7e308"})),
        Refusal("range-overflow", column="y", remedy="rescale it"),
    ),
    same("1e-400 is zero", table(changed({(4, 1): "1e-400"})), twin=table(changed({(4, 1): "0"}))),
    same("minus zero is zero", table(changed({(4, 1): "-0"})), twin=table(changed({(4, 1): "0"}))),
    same("plus signs", all_cells(lambda cell: cell if cell.startswith("-") else "+" + cell)),
    same("blanks around numbers", all_cells(lambda cell: f"  {cell} ")),
    same("tabs around numbers", all_cells(lambda cell: f"\t{cell}\t")),
    same(
        "leading zeros",
        table(changed({(3, 1): "006"})),
        notes=("column 'x' has numbers with leading zeros, such as '006'; if they are codes, use --categorical x",),
    ),
    same("two digits with a leading zero", table(changed({(3, 1): "06"}))),
    tells(
        "dates as numbers",
        table(column(1, [f"202401{day:02d}" for day in range(1, 13)])),
        notes=("column 'x' has numbers such as '20240101'; if they are dates, use --date x=%Y%m%d",),
    ),
    same("points without digits", table(changed({(3, 1): "6."}, changed({(2, 1): ".5"})))),
    same("exponents", table(changed({(3, 1): "6E0"}, changed({(2, 1): "+5e-1"})))),
    same("long decimals", table(changed({(2, 1): "0." + "5" + "0" * 60}))),
    same(
        "many digits are rounded once",
        table(changed({(2, 1): "0.50000000000000005551115123125782702118158340454101562"})),
    ),
    same(
        "whole numbers beyond 2^53",
        table(changed({(2, 2): "9007199254740993"}, NUMBERS)),
        twin=table(changed({(2, 2): "9007199254740992"}, NUMBERS)),
        notes=("data.csv, line 4: column 'k' has whole numbers beyond 2^53, which lose their last digits",),
    ),
    same(
        "whole numbers beyond 2^64",
        table(changed({(2, 2): "18446744073709551617"}, NUMBERS)),
        twin=table(changed({(2, 2): "18446744073709551616"}, NUMBERS)),
        notes=("data.csv, line 4: column 'k' has whole numbers beyond 2^53, which lose their last digits",),
    ),
    tells(
        "whole numbers beyond 2^53 in the target",
        table(changed({(2, 0): "9007199254740993"}, column(0, ["7", "9", "8"]))),
        values={"data.rows_used": 12},
        notes=("data.csv, line 4: column 'y' has whole numbers beyond 2^53, which lose their last digits",),
    ),
    same(
        "whole numbers beyond 2^53 that a float holds",
        table(changed({(2, 2): "1e16"}, NUMBERS)),
        twin=table(changed({(2, 2): "10000000000000000"}, NUMBERS)),
    ),
    tells(
        "targets of 1e307",
        "y,x\n1e307,0\n2e307,1\n6e307,2\n-1e307,3\n",
        "-t",
        "y",
        values={"train.mae": pytest.approx(2e307), "train.mse": None, "train.rmse": None},
        notes=None,
    ),
    tells(
        "targets below the smallest normal number",
        "y,x\n0,0\n5e-324,1\n1e-320,2\n0,3\n1e-321,4\n",
        values={"train.mse": 0.0},
        notes=None,
    ),
    tells(
        "a constant target",
        table(column(0, ["7"])),
        values={"train.mae": 0.0, "train.r2": None, "intercept": 7.0},
        notes=None,
    ),
    refused(
        "a constant feature",
        table(column(1, ["7"])),
        Refusal("unfit-column", column="x", remedy="do not name it"),
        "--features",
        "x,k",
    ),
    refused(
        "a single level",
        table(column(2, ["a"])),
        Refusal("unfit-column", column="k", remedy="do not name it"),
        "--categorical",
        "k",
    ),
    tells(
        "a constant feature where there is no intercept",
        table(column(1, ["7"]), "y,x,k"),
        "--features",
        "x,k",
        "--no-intercept",
        values={"data.aliased": [], "intercept": 0.0, "columns_left_out": []},
        notes=None,
    ),
    tells(
        "a constant that nobody named where there is no intercept",
        table(column(1, ["7"]), "y,x,k"),
        "--no-intercept",
        values={"data.aliased": [], "columns_left_out": []},
        notes=None,
    ),
    same(
        "a constant that nobody named",
        table(column(1, ["7"])),
        twin=table([(target, level) for target, _, level in ROWS], "y,k"),
        notes=("left out 'x': it is 7 in every row",),
    ),
    same(
        "a single level that nobody named",
        table(column(2, ["a"])),
        twin=table([row[:2] for row in ROWS], "y,x"),
        notes=("left out 'k': it is 'a' in every row",),
    ),
]

MIXED = [
    among_numbers("text among numbers", "five"),
    tells(
        "a number among text",
        table(changed({(4, 2): "5"})),
        values={"data.columns": 4},
        notes=("data.csv, line 6: column 'k' is text, and a cell that looks like a number, '5', is a level too",),
    ),
    refused(
        "text first among numbers",
        table(changed({(0, 1): "five"})),
        Refusal(
            "text-among-numbers",
            line=2,
            column="x",
            cell="five",
            remedy="fix the cell, remove the line if it holds units, or use --categorical x or --exclude x",
        ),
    ),
    refused(
        "half numbers, half text",
        table(column(1, ["5", "a"])),
        Refusal(
            "text-among-numbers",
            line=3,
            column="x",
            cell="a",
            remedy="fix the cell, or use --categorical x or --exclude x",
        ),
    ),
    refused(
        "text late among numbers",
        CLEAN + "".join(f"1,{i % 7},a\n" for i in range(3000)) + "1,five,a\n",
        Refusal(
            "text-among-numbers",
            line=3014,
            column="x",
            cell="five",
            remedy="fix the cell, or use --categorical x or --exclude x",
        ),
    ),
    tells(
        "a number late among text",
        CLEAN + "1,2,a\n" * 3000 + "1,2,3\n",
        values={"data.columns": 4},
        notes=("data.csv, line 3014: column 'k' is text, and a cell that looks like a number, '3', is a level too",),
    ),
    refused(
        "text behind missing cells",
        table(changed({(i, 1): "" for i in range(6)}, changed({(9, 1): "b"}))),
        Refusal(
            "text-among-numbers",
            line=11,
            column="x",
            cell="b",
            remedy="fix the cell, or use --categorical x or --exclude x",
        ),
    ),
    among_numbers("True among numbers", "True"),
    refused(
        "text in the target",
        table(changed({(4, 0): "five"})),
        not_a_number(6, "five", "fix the cell, or count it as missing with --na-values five"),
    ),
    refused(
        "levels for a target",
        CLEAN,
        not_a_number(
            2, "a", "fix the cell, count it as missing with --na-values a, or choose a column of numbers", "k"
        ),
        "-t",
        "k",
    ),
    refused(
        "too many levels",
        table([(t, n, f"level {i}") for i, (t, n, _) in enumerate(ROWS)]),
        Refusal(
            "too-many-levels",
            line=2,
            column="k",
            cell="level 0",
            remedy="do not name it, raise --max-levels, or turn dates and units into numbers first",
        ),
        "--max-levels",
        "5",
        "--features",
        "x,k",
    ),
    same(
        "a name for each row",
        table([(t, n, f"level {i}") for i, (t, n, _) in enumerate(ROWS)]),
        twin=table([row[:2] for row in ROWS], "y,x"),
        notes=("left out 'k': text with 12 levels in 12 rows, such as 'level 0'; use --categorical k",),
    ),
    same(
        "more levels than are allowed",
        table(column(2, ["a", "b", "c"])),
        "--max-levels",
        "2",
        twin=table([row[:2] for row in ROWS], "y,x"),
        notes=("left out 'k': text with 3 levels, such as 'a'; use --categorical k --max-levels 3",),
    ),
    refused(
        "a name for each row where nothing may be left out",
        table([(t, n, f"level {i}") for i, (t, n, _) in enumerate(ROWS)]),
        Refusal("unfit-column", column="k", remedy="use --categorical k, or leave it out without --strict"),
        "--strict",
    ),
    refused(
        "a negative weight",
        table(changed({(4, 1): "-2", (7, 1): "3", (11, 1): "4"})),
        Refusal("negative-weight", line=6, column="x", cell="-2", remedy="fix the cell"),
        "--weight",
        "x",
    ),
    refused(
        "text among weights",
        table(changed({(4, 1): "two"})),
        not_a_number(6, "two", "fix the cell, or count it as missing with --na-values two", "x"),
        "--weight",
        "x",
    ),
    refused("weights that are all zero", table(column(1, ["0"])), Refusal("zero-weights", column="x"), "--weight", "x"),
    refused("a column that is not there", CLEAN, Refusal("unknown-column", column="z"), "--features", "z"),
    refused("a weight that is not there", CLEAN, Refusal("unknown-column", column="w"), "--weight", "w"),
    refused("no feature left", CLEAN, Refusal("no-features", remedy="exclude fewer"), "--exclude", "x,k"),
    refused(
        "a column in two parts",
        CLEAN,
        Refusal("conflicting-roles", file=None, remedy="run mae-train --help"),
        "--weight",
        "x",
        "--features",
        "x",
        status=2,
    ),
    tells(
        "True and False",
        table(column(2, ["True", "False", "True", "True"])),
        values={"coefficients.1.level": "False", "data.columns": 3},
    ),
    tells("TRUE and false", table(column(2, ["TRUE", "false", "TRUE"])), values={"coefficients.1.level": "false"}),
    same(
        "numbers declared levels",
        table(column(2, ["1", "2", "1"])),
        "--categorical",
        "k",
        twin=table(column(2, ["1", "2", "1"])),
    ),
    tells(
        "01 and 1 declared levels",
        table(column(2, ["1", "01", "1"])),
        "--categorical",
        "k",
        values={"coefficients.1.level": "01"},
        notes=("column 'k' has '1' and '01', which are levels of their own; write them alike",),
    ),
    tells(
        "upper and lower case are two levels",
        table(column(2, ["a", "A", "a"])),
        values={"coefficients.1.level": "A"},
        notes=("column 'k' has 'a' and 'A', which are levels of their own; write them alike",),
    ),
    tells(
        "a blank makes another level",
        table(column(2, ["a", "a ", "a"])),
        values={"coefficients.1.level": "a "},
        notes=("column 'k' has 'a' and 'a ', which are levels of their own; write them alike",),
    ),
    tells(
        "names that begin with numbers",
        table(column(2, ["4 door", "2-door", "4 door"])),
        values={"coefficients.1.level": "2-door"},
    ),
    tells("ages", table(column(2, ["25 to 34", "35 to 44", "25 to 34"])), values={"coefficients.1.level": "35 to 44"}),
    tells("ordinals", table(column(2, ["1st", "2nd", "1st"])), values={"coefficients.1.level": "2nd"}),
    tells("emoji", table(column(2, ["🙂", "🙃", "🙂"])), values={"coefficients.1.level": "🙃"}),
]


def read_as(name, cells, numbers, *options, **expected):
    """A column whose cells mean these numbers."""
    expected = {"twin": table(column(1, numbers)), "notes": None} | expected
    return same(name, quoted_column(cells), *options, **expected)


def levels(name, cells, *notes):
    """A column of text that is one of levels."""
    return tells(name, quoted_column(cells), values={"data.columns": len(cells) + 1}, notes=notes)


def left_out_as(name, cells, reason, remedy):
    """A column that is left out."""
    return tells(
        name,
        quoted_column(cells),
        values={"columns_left_out.0.reason": reason, "columns_left_out.0.remedy": remedy},
        notes=None,
    )


def looks(line, count, cell):
    such = f"{count} cells that look like numbers, such as '{cell}', are levels too"
    return f"data.csv, line {line}: column 'x' is text, and {such}"


PLAIN = ", not a plain number"
NOTATIONS = [
    levels("names of mutations", ["rs3094315", "rs12"]),
    levels("codes that begin like a currency", ["EUR1", "EUR2"]),
    levels("genotypes", ["0/1", "1/1", "0/0"]),
    levels("genotypes of alleles 1 and 2", ["1/2", "2/2", "1/1"]),
    levels("gears", ["7a", "8am", "6m"]),
    left_out_as(
        "parts of one whole", ["1/2", "2/2", "0/2"], f"'1/2' is a fraction{PLAIN}", "write it as a decimal number"
    ),
    left_out_as("doors", ["4 door", "2 door"], f"'4 door' is a number with a unit{PLAIN}", "use --categorical x"),
    left_out_as("letters", ["7a", "8a"], f"'7a' is a number with a unit{PLAIN}", "use --categorical x"),
    left_out_as(
        "pounds and kilograms",
        ["3 kg", "5 lb"],
        f"'3 kg' is a number with a unit{PLAIN}",
        "write them all in one unit, without its name",
    ),
    levels("ages in years", ["9-11years", "12years", "13-15years"], looks(3, 4, "12years")),
    levels("dollars among words", ["free", "cheap", "$5"], looks(4, 4, "$5")),
    levels("a length among words", ["far", "near", "12 km"], looks(4, 4, "12 km")),
    levels("days among words", ["early", "late", "2024-01-01"], looks(4, 4, "2024-01-01")),
    read_as("negative numbers in parentheses", ["(201)", "400", "35"], ["-201", "400", "35"]),
    left_out_as(
        "parentheses and commas in doubt",
        ["(1,202)", "1,400", "300"],
        f"'(1,202)' is a number with thousands separators{PLAIN}",
        "use --number x",
    ),
    left_out_as(
        "days and years in doubt",
        ["15-Jan-23", "16-Feb-24"],
        "'15-Jan-23' is a date whose day and year cannot be told apart",
        "use --date x=%d-%b-%y",
    ),
    left_out_as(
        "days, months and years in doubt",
        ["01-02-03", "04-05-06"],
        "'01-02-03' is a date whose day, month and year cannot be told apart",
        "use --date x=%y-%m-%d",
    ),
    left_out_as(
        "months without a century",
        ["Jan-23", "Feb-24"],
        "'Jan-23' is a date without its century",
        "use --date x=%b-%y",
    ),
    read_as("months by their format", ["Jan-23", "Feb-24"], ["19358", "19754"], "--date", "x=%b-%y"),
    left_out_as(
        "months and days",
        ["2024-03", "2024-03-01"],
        "'2024-03-01' (data.csv, line 3) is not written as %Y-%m, where other cells are dates",
        "write them alike",
    ),
]
NOTATIONS += [
    among_numbers(f"{cell} among numbers, which --number reads", cell, remedy, otherwise=BY_NUMBER)
    for cell, remedy in [("2.5k", "fix the cell"), ("11M", "fix the cell"), ("0%", "take the % off")]
]
NOTATIONS += [
    among_numbers("kilograms among numbers, which --number turns into grams", "201 kg"),
    same("11M among numbers", table(changed({(4, 1): "11M"})), "--number", "x", twin=table(changed({(4, 1): "11e6"}))),
]

WHOLE = [(str(3 * place * place % 17), str(place), level) for place, (_, _, level) in enumerate(ROWS)]


def with_commas(cells, rows=WHOLE, delimiter=","):
    """Cells with commas for the feature, in quotes, beside a target without any."""
    cells = [f'"{cell}"' for cell in cells]
    return table(changed({(row, 1): cells[row % len(cells)] for row in range(len(rows))}, rows), delimiter=delimiter)


def with_points(cells, rows=WHOLE):
    return table(changed({(row, 1): cells[row % len(cells)] for row in range(len(rows))}, rows))


def comma(remedy, text="1,5", what="a number with a decimal comma"):
    return {
        "columns_left_out.0.reason": f"'{text}' is {what}{PLAIN}",
        "columns_left_out.0.remedy": f"use {remedy}",
    }


EXPONENTS, OF_EXPONENTS = ["1,5E+03", "2,5E+03", "4"], ["1500", "2500", "4"]
BY_DECIMAL, THOUSAND_COMMA = "--decimal ','", "a number with thousands separators and a decimal comma"
COMMAS = [
    tells("decimal commas beside whole numbers", with_commas(["1,5", "2,25"]), values=comma(BY_DECIMAL), notes=None),
    same(
        "decimal commas in quotes beside whole numbers",
        with_commas(["1,5", "2,25"]),
        "--decimal",
        ",",
        twin=with_points(["1.5", "2.25"]),
    ),
    same(
        "decimal commas and an exponent",
        with_commas(EXPONENTS, delimiter=";"),
        "--decimal",
        ",",
        twin=with_points(OF_EXPONENTS),
    ),
    tells(
        "an exponent behind decimal commas",
        with_commas(EXPONENTS[:2]),
        values=comma(BY_DECIMAL, "1,5E+03"),
        notes=None,
    ),
    tells(
        "money with decimal commas",
        with_commas(["€1,50", "€2,50"]),
        values=comma(BY_DECIMAL, "€1,50", "an amount of money"),
        notes=None,
    ),
    tells(
        "points for thousands and decimal commas",
        with_commas(["1.234,5", "3,5"]),
        values=comma(BY_DECIMAL, "1.234,5", THOUSAND_COMMA),
        notes=None,
    ),
    tells(
        "decimal commas beside decimal points",
        table(column(1, ['"1,5"', '"2,25"', '"7"'])),
        values=comma("--number x"),
        notes=None,
    ),
    same(
        "decimal commas beside decimal points, called numbers",
        table(column(1, ['"1,5"', '"2,25"', '"7"'])),
        "--number",
        "x",
        twin=table(column(1, ["1.5", "2.25", "7"])),
        notes=("column 'x': cells such as '1,5' are read as numbers as --number reads them, with decimal commas",),
    ),
    same(
        "a target with decimal commas beside decimal points, called numbers",
        table([(f'"{target}"', *others) for (target, *_), (_, *others) in zip(DECIMAL, ROWS, strict=True)]),
        "--number",
        "y",
        notes=("column 'y': cells such as '3,1' are read as numbers as --number reads them, with decimal commas",),
    ),
    refused(
        "a target with decimal commas beside decimal points",
        table([(f'"{target}"', *others) for (target, *_), (_, *others) in zip(DECIMAL, ROWS, strict=True)]),
        not_a_number(2, "3,1", f"{ONE_SIGN}, or use --number y"),
    ),
    refused(
        "a target with decimal commas beside whole numbers",
        table([(f"{target},5", *others) for target, *others in WHOLE], delimiter=";"),
        not_a_number(2, "0,5", "use --decimal ','"),
    ),
    among_numbers("a decimal comma among points", '"11,5"', ONE_SIGN, cell="11,5"),
    among_numbers("an exponent behind a comma among points", '"1,5E+03"', ONE_SIGN, cell="1,5E+03"),
    refused(
        "a decimal comma among points, called numbers",
        table(changed({(4, 1): '"11,5"'})),
        not_a_number(6, "11,5", ONE_SIGN, "x"),
        "--number",
        "x",
    ),
    *(
        refused(
            f"a decimal comma beside points in doubt{', called numbers' * bool(options)}",
            with_commas(["3,5", "1.200"]),
            refusal,
            *options,
        )
        for options, refusal in [
            ((), Refusal("text-among-numbers", line=2, column="x", cell="3,5", remedy=f"{ONE_SIGN}, {OTHERWISE}")),
            (("--number", "x"), not_a_number(2, "3,5", ONE_SIGN, "x")),
        ]
    ),
]

ALL = [*DISGUISED, *DATES, *DATES_IN_TWO_WAYS, *PLACEHOLDERS, *EXTREMES, *MIXED, *NOTATIONS, *COMMAS]
IN_DISGUISE = [case for case in ALL if case.refusal is not None and case.refusal.code == "number-in-disguise"]
CASES = [*map(named, IN_DISGUISE), *map(left_out, IN_DISGUISE), *(case for case in ALL if case not in IN_DISGUISE)]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_cell_means_what_it_says_or_is_refused(check, case):
    check(case)
