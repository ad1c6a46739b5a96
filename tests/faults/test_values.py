"""What cells hold: numbers in disguise, odd cells among numbers, extremes, and missing cells."""

# A refusal stands on one line here, as it does on the terminal.
# ruff: noqa: E501

import pytest
from faults.cases import CLEAN, ROWS, Case, changed, column, left_out, named, refused, same, table, tells, without

NUMBERS = [[target, number, str(place)] for place, (target, number, _) in enumerate(ROWS)]


def all_cells(make):
    """The clean table with every number of the feature written in another way."""
    return table(changed({(place, 1): make(row[1]) for place, row in enumerate(ROWS)}))


def dropped(count, name, most, rows=12):
    share = "is missing in all of them" if most == count else f"has most of them ({most})"
    return (f"{count} of {rows} rows dropped for a missing cell; column '{name}' {share}",)


DISGUISED = [
    refused(
        "percent among numbers",
        table(changed({(4, 1): "50%"})),
        "data.csv, line 6: column 'x' is '50%', which looks like a percentage, where most cells are numbers; take the % off, or use --categorical x or --exclude x",
    ),
    refused(
        "percent throughout",
        all_cells(lambda cell: cell + "%"),
        "data.csv, line 2: column 'x' is '1%', a percentage, not a plain number; take the % off, or use --categorical x or --exclude x",
    ),
    refused(
        "percent with a blank throughout",
        all_cells(lambda cell: cell + " %"),
        "data.csv, line 2: column 'x' is '1 %', a percentage, not a plain number; take the % off, or use --categorical x or --exclude x",
    ),
    refused(
        "percent in the target",
        table(changed({(4, 0): "50%"})),
        "data.csv, line 6: the target 'y' must be a number, but this cell is '50%', which looks like a percentage; take the % off",
    ),
    refused(
        "dollars among numbers",
        table(changed({(4, 1): "$5"})),
        "data.csv, line 6: column 'x' is '$5', which looks like an amount of money, where most cells are numbers; take the currency off, or use --categorical x or --exclude x",
    ),
    refused(
        "dollars throughout",
        all_cells(lambda cell: "$" + cell),
        "data.csv, line 2: column 'x' is '$1', an amount of money, not a plain number; take the currency off, or use --categorical x or --exclude x",
    ),
    refused(
        "euros throughout",
        all_cells(lambda cell: cell + " €"),
        "data.csv, line 2: column 'x' is '1 €', an amount of money, not a plain number; take the currency off, or use --categorical x or --exclude x",
    ),
    refused(
        "codes of currencies throughout",
        all_cells(lambda cell: "USD " + cell),
        "data.csv, line 2: column 'x' is 'USD 1', an amount of money, not a plain number; take the currency off, or use --categorical x or --exclude x",
    ),
    refused(
        "dollars in parentheses",
        table(column(1, ["($5)", "$6", "$7.50"])),
        "data.csv, line 2: column 'x' is '($5)', an amount of money, not a plain number; take the currency off, or use --categorical x or --exclude x",
    ),
    refused(
        "thousands among numbers",
        table(changed({(4, 1): '"1,000"'})),
        "data.csv, line 6: column 'x' is '1,000', which looks like a number with thousands separators, where most cells are numbers; take them out, or use --categorical x or --exclude x",
    ),
    refused(
        "thousands throughout",
        table(column(1, ['"1,000"', '"2,500"', '"12,000"'])),
        "data.csv, line 2: column 'x' is '1,000', a number with thousands separators, not a plain number; take them out, or use --categorical x or --exclude x",
    ),
    refused(
        "thousands in the target",
        table(changed({(4, 0): '"1,000"'})),
        "data.csv, line 6: the target 'y' must be a number, but this cell is '1,000', which looks like a number with thousands separators; take them out",
    ),
    refused(
        "thousands by points",
        table(column(1, ["1.000.000", "2.500.000", "1.000.500"])),
        "data.csv, line 2: column 'x' is '1.000.000', a number with thousands separators, not a plain number; take them out, or use --categorical x or --exclude x",
    ),
    refused(
        "thousands by apostrophes",
        table(column(1, ["1'000", "2'500"])),
        "data.csv, line 2: column 'x' is \"1'000\", a number with thousands separators, not a plain number; take them out, or use --categorical x or --exclude x",
    ),
    refused(
        "thousands by blanks",
        table(column(1, ["1 000", "2 500"])),
        "data.csv, line 2: column 'x' is '1 000', a number with thousands separators, not a plain number; take them out, or use --categorical x or --exclude x",
    ),
    refused(
        "thousands by narrow blanks",
        table(column(1, ["1\u202f000", "2\u202f500"])),
        "data.csv, line 2: column 'x' is '1\\u202f000', a number with thousands separators, not a plain number; take them out, or use --categorical x or --exclude x",
    ),
    refused(
        "decimal commas throughout",
        table(column(1, ['"1,5"', '"2,25"'])),
        "data.csv, line 2: column 'x' is '1,5', a number with a decimal comma, not a plain number; use --decimal ,, or use --categorical x or --exclude x",
    ),
    refused(
        "decimal points where commas are named",
        table(delimiter=";").replace("3.1", "3,1"),
        "data.csv, line 3: the target 'y' must be a number, but this cell is '4.9', which has a decimal point although --decimal , was given; write one decimal sign throughout",
        "--decimal",
        ",",
    ),
    refused(
        "decimal points throughout a feature where commas are named",
        table([["7", number if "." in number else number + ".5", level] for _, number, level in ROWS], delimiter=";"),
        "data.csv, line 2: column 'x' is '1.5', a number with a decimal point, where --decimal , was given; write one "
        "decimal sign throughout, or use --categorical x or --exclude x",
        "--decimal",
        ",",
    ),
    refused(
        "units among numbers",
        table(changed({(4, 1): "5 kg"})),
        "data.csv, line 6: column 'x' is '5 kg', which is not a number, where most cells are numbers; fix the cell, or use --categorical x or --exclude x",
    ),
    refused(
        "units throughout",
        all_cells(lambda cell: cell + " kg"),
        "data.csv, line 2: column 'x' is '1 kg', a number with a unit, not a plain number; take 'kg' off, or use --categorical x or --exclude x",
    ),
    refused(
        "units without a blank throughout",
        all_cells(lambda cell: cell + "kg"),
        "data.csv, line 2: column 'x' is '1kg', a number with a unit, not a plain number; take 'kg' off, or use --categorical x or --exclude x",
    ),
    refused(
        "degrees throughout",
        all_cells(lambda cell: cell + "°C"),
        "data.csv, line 2: column 'x' is '1°C', a number with a unit, not a plain number; take '°C' off, or use --categorical x or --exclude x",
    ),
    refused(
        "units in the target",
        table(changed({(4, 0): "5 kg"})),
        "data.csv, line 6: the target 'y' must be a number, but this cell is '5 kg'; fix the cell, or count it as missing with --na-values",
    ),
    refused(
        "parentheses among numbers",
        table(changed({(4, 1): "(2)"})),
        "data.csv, line 6: column 'x' is '(2)', which looks like a number in parentheses, where most cells are numbers; write a minus sign if that is meant, or use --categorical x or --exclude x",
    ),
    refused(
        "parentheses throughout",
        table(column(1, ["(2)", "(3.5)"])),
        "data.csv, line 2: column 'x' is '(2)', a number in parentheses, not a plain number; write a minus sign if that is meant, or use --categorical x or --exclude x",
    ),
    refused(
        "a minus sign of typesetters among numbers",
        table(changed({(4, 1): "−2"})),
        "data.csv, line 6: column 'x' is '−2', which looks like a number with a minus sign that is not '-', where most cells are numbers; write '-', or use --categorical x or --exclude x",
    ),
    refused(
        "minus signs of typesetters throughout",
        table(column(1, ["−2", "−3.5"])),
        "data.csv, line 2: column 'x' is '−2', a number with a minus sign that is not '-', not a plain number; write '-', or use --categorical x or --exclude x",
    ),
    refused(
        "a dash for a minus among numbers",
        table(changed({(4, 1): "–2"})),
        "data.csv, line 6: column 'x' is '–2', which looks like a number with a minus sign that is not '-', where most cells are numbers; write '-', or use --categorical x or --exclude x",
    ),
    refused(
        "a minus behind the number",
        table(changed({(4, 1): "2-"})),
        "data.csv, line 6: column 'x' is '2-', which looks like a number whose sign stands apart or behind, where most cells are numbers; write it at once before the digits, or use --categorical x or --exclude x",
    ),
    refused(
        "hexadecimal among numbers",
        table(changed({(4, 1): "0x1F"})),
        "data.csv, line 6: column 'x' is '0x1F', which looks like a number in another base, where most cells are numbers; write it in decimal, or use --categorical x or --exclude x",
    ),
    refused(
        "hexadecimal throughout",
        table(column(1, ["0x1F", "0xff"])),
        "data.csv, line 2: column 'x' is '0x1F', a number in another base, not a plain number; write it in decimal, or use --categorical x or --exclude x",
    ),
    refused(
        "octal and binary throughout",
        table(column(1, ["0o17", "0b11"])),
        "data.csv, line 2: column 'x' is '0o17', a number in another base, not a plain number; write it in decimal, or use --categorical x or --exclude x",
    ),
    refused(
        "hexadecimal floats",
        table(changed({(4, 1): "0x1.8p3"})),
        "data.csv, line 6: column 'x' is '0x1.8p3', which is not a number, where most cells are numbers; fix the cell, or use --categorical x or --exclude x",
    ),
    refused(
        "underscores among numbers",
        table(changed({(4, 1): "1_000"})),
        "data.csv, line 6: column 'x' is '1_000', which looks like a number with underscores, where most cells are numbers; take them out, or use --categorical x or --exclude x",
    ),
    refused(
        "underscores throughout",
        table(column(1, ["1_000", "2_500"])),
        "data.csv, line 2: column 'x' is '1_000', a number with underscores, not a plain number; take them out, or use --categorical x or --exclude x",
    ),
    refused(
        "Arabic digits among numbers",
        table(changed({(4, 1): "٣"})),
        "data.csv, line 6: column 'x' is '٣', which looks like a number in digits other than 0-9, where most cells are numbers; write it in these, or use --categorical x or --exclude x",
    ),
    refused(
        "digits of full width throughout",
        table(column(1, ["１", "２"])),
        "data.csv, line 2: column 'x' is '１', a number in digits other than 0-9, not a plain number; write it in these, or use --categorical x or --exclude x",
    ),
    refused(
        "superscripts among numbers",
        table(changed({(4, 1): "2²"})),
        "data.csv, line 6: column 'x' is '2²', which is not a number, where most cells are numbers; fix the cell, or use --categorical x or --exclude x",
    ),
    refused(
        "fractions among numbers",
        table(changed({(4, 1): "1/2"})),
        "data.csv, line 6: column 'x' is '1/2', which looks like a fraction, where most cells are numbers; write it as a decimal number, or use --categorical x or --exclude x",
    ),
    refused(
        "a fraction sign among numbers",
        table(changed({(4, 1): "½"})),
        "data.csv, line 6: column 'x' is '½', which looks like a fraction, where most cells are numbers; write it as a decimal number, or use --categorical x or --exclude x",
    ),
    refused(
        "a Fortran exponent among numbers",
        table(changed({(4, 1): "1.5D3"})),
        "data.csv, line 6: column 'x' is '1.5D3', which looks like a number with a D in its exponent, where most cells are numbers; write an E, or use --categorical x or --exclude x",
    ),
    refused(
        "an exponent cut off among numbers",
        table(changed({(4, 1): "1.5e"})),
        "data.csv, line 6: column 'x' is '1.5e', which is not a number, where most cells are numbers; fix the cell, or use --categorical x or --exclude x",
    ),
    refused(
        "two points among numbers",
        table(changed({(4, 1): "1.5.2"})),
        "data.csv, line 6: column 'x' is '1.5.2', which is not a number, where most cells are numbers; fix the cell, or use --categorical x or --exclude x",
    ),
    refused(
        "two signs among numbers",
        table(changed({(4, 1): "--2"})),
        "data.csv, line 6: column 'x' is '--2', which is not a number, where most cells are numbers; fix the cell, or use --categorical x or --exclude x",
    ),
    refused(
        "a sign apart among numbers",
        table(changed({(4, 1): "- 2"})),
        "data.csv, line 6: column 'x' is '- 2', which looks like a number whose sign stands apart or behind, where most cells are numbers; write it at once before the digits, or use --categorical x or --exclude x",
    ),
    refused(
        "a sign alone among numbers",
        table(changed({(4, 1): "+"})),
        "data.csv, line 6: column 'x' is '+', which is not a number, where most cells are numbers; fix the cell, or use --categorical x or --exclude x",
    ),
    refused(
        "a complex number",
        table(changed({(4, 1): "1+2j"})),
        "data.csv, line 6: column 'x' is '1+2j', which is not a number, where most cells are numbers; fix the cell, or use --categorical x or --exclude x",
    ),
    refused(
        "a range among numbers",
        table(changed({(4, 1): "5-10"})),
        "data.csv, line 6: column 'x' is '5-10', which is not a number, where most cells are numbers; fix the cell, or use --categorical x or --exclude x",
    ),
    refused(
        "a bound among numbers",
        table(changed({(4, 1): "<5"})),
        "data.csv, line 6: column 'x' is '<5', which looks like a bound, where most cells are numbers; decide on a number for it, or use --categorical x or --exclude x",
    ),
    refused(
        "about among numbers",
        table(changed({(4, 1): "~5"})),
        "data.csv, line 6: column 'x' is '~5', which looks like a bound, where most cells are numbers; decide on a number for it, or use --categorical x or --exclude x",
    ),
    refused(
        "an apostrophe before among numbers",
        table(changed({(4, 1): "'2"})),
        "data.csv, line 6: column 'x' is \"'2\", which looks like a number after an apostrophe, where most cells are numbers; take the apostrophe off, or use --categorical x or --exclude x",
    ),
    refused(
        "a hard blank among numbers",
        table(changed({(4, 1): "2\xa0"})),
        "data.csv, line 6: column 'x' is '2\\xa0', which looks like a number beside a space that is not ' ', where most cells are numbers; take that space out, or use --categorical x or --exclude x",
    ),
    refused(
        "hard blanks throughout",
        all_cells(lambda cell: "\xa0" + cell),
        "data.csv, line 2: column 'x' is '\\xa01', a number beside a space that is not ' ', not a plain number; take that space out, or use --categorical x or --exclude x",
    ),
    refused(
        "a blank of no width among numbers",
        table(changed({(4, 1): "2\u200b"})),
        "data.csv, line 6: column 'x' is '2\\u200b', which looks like a number beside a space that is not ' ', where most cells are numbers; take that space out, or use --categorical x or --exclude x",
    ),
    refused(
        "blanks of no width throughout",
        all_cells(lambda cell: cell + "\u200b"),
        "data.csv, line 2: column 'x' is '1\\u200b', a number beside a space that is not ' ', not a plain number; take that space out, or use --categorical x or --exclude x",
    ),
    refused(
        "a mark in the middle",
        table(changed({(4, 1): "\ufeff2"})),
        "data.csv, line 6: column 'x' is '\\ufeff2', which looks like a number beside a space that is not ' ', where most cells are numbers; take that space out, or use --categorical x or --exclude x",
    ),
    refused(
        "a formula of Excel",
        table(changed({(4, 1): '"=""2"""'})),
        "data.csv, line 6: column 'x' is '=\"2\"', which looks like a number in quotes, where most cells are numbers; take the quotes off, or use --categorical x or --exclude x",
    ),
    refused(
        "quotes within quotes among numbers",
        table(changed({(4, 1): '"""2"""'})),
        "data.csv, line 6: column 'x' is '\"2\"', which looks like a number in quotes, where most cells are numbers; take the quotes off, or use --categorical x or --exclude x",
    ),
]

DAY = "a date, not a plain number; turn it into a number first, such as days since a start"
PERIOD = "a period of time, not a plain number; turn it into a number first, such as months since a start"
TIME = "a time, not a plain number; turn it into a number first, such as hours"
DATES = [
    refused(
        f"{name} throughout",
        table(column(1, [f'"{cell}"' for cell in cells])),
        f"data.csv, line 2: column 'x' is {cells[0]!r}, {kind}, or use --categorical x or --exclude x",
    )
    for name, kind, cells in [
        ("days", DAY, ["2024-01-31", "2024-02-01"]),
        ("times of ISO", DAY, ["2024-01-31T12:00:00Z", "2024-02-01T13:30:59+01:00"]),
        ("days with points", DAY, ["31.01.2024", "1.2.2024"]),
        ("days with names", DAY, ["31 Jan 2024", "1 February 2024"]),
        ("days with names first", DAY, ["Jan 31, 2024", "February 1, 2024"]),
        ("days with ordinals", DAY, ["January 5th, 2024", "February 1st, 2024"]),
        ("days in German", DAY, ["5. März 2024", "1. Oktober 2024"]),
        ("days in Japanese", DAY, ["2024年1月5日", "2024年2月1日"]),
        ("days of mail", DAY, ["Mon, 05 Feb 2024 10:00:00 +0000", "Tue, 06 Feb 2024 10:00:00 GMT"]),
        ("days of the C library", DAY, ["Mon Feb  5 10:00:00 2024", "Tue Feb  6 10:00:00 2024"]),
        ("days with underscores", DAY, ["2024_01_05", "2024_02_01"]),
        ("times of ISO without dashes", DAY, ["20240105T0100", "20240105T020000Z"]),
        ("months", PERIOD, ["2024-01", "2024-02"]),
        ("weeks of ISO", PERIOD, ["2024-W05", "2024W06"]),
        ("days of weeks of ISO", PERIOD, ["2024-W05-3", "2024W061"]),
        ("halves", PERIOD, ["2024H1", "H2 2024"]),
        ("days of years", PERIOD, ["2024-001", "2024-366"]),
        *(
            (
                f"durations as {cells[0]}",
                "a duration, not a plain number; turn it into a number first, such as seconds",
                cells,
            )
            for cells in (["1 days 00:00:00", "2 days 10:00:00"], ["1h 10m", "2h 5m"], ["PT1H", "P1DT2H30M"])
        ),
        *(
            (f"money as {cells[0]}", "an amount of money, not a plain number; take the currency off", cells)
            for cells in (["$1.2M", "$900k"], ["SEK 5", "SEK 1 000"], ["5 ¢", "10 ¢"], ["Rs. 5", "Rs. 7"])
        ),
        *(
            (f"thousands as {cells[0]}", "a number with thousands separators, not a plain number; take them out", cells)
            for cells in (["1’234", "5’678"], ["1,23,456", "12,34,567"], ["1\xa0234", "5\xa0678"])
        ),
        (
            "thousands by blanks and a decimal comma",
            (
                "a number with thousands separators and a decimal comma, not a plain number; take the separators out "
                "(the comma goes with --decimal ,)"
            ),
            ["1 234,56", "1.234,56"],
        ),
        ("vulgar fractions", "a fraction, not a plain number; write it as a decimal number", ["½", "1¼"]),
        ("fractions", "a fraction, not a plain number; write it as a decimal number", ["1/9", "1 2/9"]),
        ("half of the cells money", "an amount of money, not a plain number; take the currency off", ["$5", "free"]),
        ("units of several sizes", "a number with a unit, not a plain number; take 'kg' off", ["1 kg", "200 g"]),
        ("marks", "a number with a mark, not a plain number; take the mark off", ["5*", "6**"]),
    ]
]
DATES += [
    refused(
        "a day among numbers",
        table(changed({(4, 1): "2024-01-31"})),
        "data.csv, line 6: column 'x' is '2024-01-31', which looks like a date, where most cells are numbers; turn it into a number first, such as days since a start, or use --categorical x or --exclude x",
    ),
    refused(
        "a day in the target",
        table(changed({(4, 0): "2024-01-31"})),
        "data.csv, line 6: the target 'y' must be a number, but this cell is '2024-01-31', which looks like a date; turn it into a number first, such as days since a start",
    ),
    refused(
        "a time among numbers",
        table(changed({(4, 1): "12:30"})),
        "data.csv, line 6: column 'x' is '12:30', which looks like a time, where most cells are numbers; turn it into a number first, such as hours, or use --categorical x or --exclude x",
    ),
]

DATES_IN_TWO_WAYS = [
    refused(
        f"{name} in two ways",
        table(column(1, [f'"{cell}"' for cell in cells])),
        f"data.csv, line 3: column 'x' is {cells[1]!r}, which is not written as {spelling}, where most cells are {kind}; "
        "fix the cell, or use --categorical x or --exclude x",
    )
    for name, kind, spelling, cells in [
        ("days and times", "dates", "%Y-%m-%d %H:%M", ["2024-01-31 12:00", "2024-02-01 13:30:59.5"]),
        ("days with strokes", "dates", "%m/%d/%Y", ["1/31/2024", "2/1/24"]),
        ("days with short names", "dates", "%d%b%Y", ["05JAN2024", "2024-Feb-01"]),
        ("times with zones", "dates", "%Y-%m-%d %H:%M %z", ["2024-01-05 10:00 UTC", "2024-01-05 10:00:00,123 +0000"]),
        (
            "times of twelve hours behind days",
            "dates",
            "%d/%m/%Y, %I:%M:%S %p",
            ["1/5/2024, 10:00:00 AM", "1/6/2024 9:00 pm"],
        ),
        ("months with strokes", "dates", "%m/%Y", ["01/2024", "2024/02"]),
        ("months with names", "dates", "%b %Y", ["Jan 2024", "Feb-24"]),
        ("quarters", "dates", "%YQ%q", ["2024Q1", "2024-Q2"]),
        ("quarters before years", "dates", "Q%q %Y", ["Q1 2024", "Q2/2024"]),
        ("times", "times", "%H:%M", ["12:00", "13:30:59"]),
        ("times of twelve hours", "times", "%I:%M %p", ["12:00 am", "1 PM"]),
    ]
]
DATES_IN_TWO_WAYS += [
    refused(
        f"{cell} among days",
        table(changed({(4, 1): cell}, column(1, [f"2024-01-{day}" for day in range(11, 31)]))),
        f"data.csv, line 6: column 'x' is {cell!r}, which {misfit}, where most cells are dates; {remedy}, "
        "or use --categorical x or --exclude x",
    )
    for cell, misfit, remedy in [
        ("2024-02-30", "does not exist", "fix the cell"),
        ("2024-13-01", "does not exist", "fix the cell"),
        ("15.03.2024", "is not written as %Y-%m-%d", "fix the cell"),
        ("2024-01-15 10:00", "is not written as %Y-%m-%d", "fix the cell"),
        ("n.n.", "is not written as %Y-%m-%d", "fix the cell"),
        ("2024", "is not written as %Y-%m-%d", "fix the cell"),
        ("missing", "is not written as %Y-%m-%d", "use --na-values missing if that means a missing cell"),
        ("unknown", "is not written as %Y-%m-%d", "use --na-values unknown if that means a missing cell"),
    ]
]

PLACEHOLDERS = [
    refused(
        f"{cell!r} among numbers",
        table(changed({(4, 1): cell})),
        f"data.csv, line 6: column 'x' is {cell!r}, which is not a number, where most cells are numbers; "
        f"use {option} if that means a missing cell, or use --categorical x or --exclude x",
    )
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
    for cell in ["-", "?", ".", "..", "--", "#DIV/0!", "#NULL!", "n.a."]
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
        "data.csv, line 6: column 'y' is '?', which is taken as missing; fill it in, or use --missing drop to leave such rows out",
        "--missing",
        "error",
    ),
    refused(
        "a word as a target",
        table(changed({(4, 0): "unknown"})),
        "data.csv, line 6: the target 'y' must be a number, but this cell is 'unknown'; use --na-values unknown if that means a missing cell",
    ),
]
PLACEHOLDERS += [
    refused(
        "a blank among numbers",
        table(changed({(4, 1): " "})),
        "data.csv, line 6: column 'x' is ' ', which is not a number, where most cells are numbers; use --na-values \" \" if that means a missing cell, or use --categorical x or --exclude x",
    )
]
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
        "#N/A": (),
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
        "missing cells that are an error",
        table(changed({(4, 1): "NA"})),
        "data.csv, line 6: column 'x' is 'NA', which is taken as missing; fill it in, or use --missing drop to leave such rows out",
        "--missing",
        "error",
    ),
    refused(
        "a missing target that is an error",
        table(changed({(4, 0): ""})),
        "data.csv, line 6: the cell of column 'y' is missing; fill it in, or use --missing drop to leave such rows out",
        "--missing",
        "error",
    ),
    refused(
        "a missing level that is an error",
        table(changed({(4, 2): ""})),
        "data.csv, line 6: the cell of column 'k' is missing; fill it in, or use --missing drop to leave such rows out",
        "--missing",
        "error",
    ),
    refused(
        "every row misses a cell",
        table(changed({(i, i % 2): "" for i in range(12)})),
        "data.csv: every row has a missing cell; column 'y' has most of them (6 of 12 rows); fill in its cells",
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
            "data.csv: column 'x' has no values; use --exclude x",
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
        "data.csv: every row has a missing cell; column 'y' is missing in all of them; fill in its cells",
    ),
    refused(
        "every value named as missing",
        table(column(1, ["7"])),
        "data.csv: column 'x' has no values; use --exclude x",
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
        "data.csv, line 6: column 'x' is 'inf', which is not a finite number; fix the cell or leave it empty, or count it as missing with --na-values inf",
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
        "data.csv, line 6: column 'y' is '-Infinity', which is not a finite number; fix the cell or leave it empty, or count it as missing with --na-values=-Infinity",
    ),
    refused(
        "infinity as a sign",
        table(changed({(4, 1): "∞"})),
        "data.csv, line 6: column 'x' is '∞', which is not a number, where most cells are numbers; fix the cell, or use --categorical x or --exclude x",
    ),
    refused(
        "1e400 among numbers",
        table(changed({(4, 1): "1e400"})),
        "data.csv, line 6: column 'x' is '1e400', which is not a finite number; fix the cell or leave it empty",
    ),
    refused(
        "1e400 in the target",
        table(changed({(4, 0): "-1e400"})),
        "data.csv, line 6: column 'y' is '-1e400', which is not a finite number; fix the cell or leave it empty",
    ),
    refused(
        "a whole number of 400 digits",
        table(changed({(4, 1): "9" * 400})),
        "data.csv, line 6: column 'x' is '999999999999999999999999999999999999999…', which is not a finite number; fix the cell or leave it empty",
    ),
    refused(
        "a feature that spans more than a float",
        table(changed({(4, 1): "1.7e308", (5, 1): "-1.7e308"})),
        "column 'x' spans from -1.7e+308 to 1.7e+308, more than floating point can hold; rescale it, or --exclude x",
    ),
    refused(
        "a target that spans more than a float",
        table(changed({(4, 0): "1.7e308", (5, 0): "-1.7e308"})),
        "the target spans from -1.7e+308 to 1.7e+308, more than floating point can hold",
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
    tells(
        "a constant feature",
        table(column(1, ["7"])),
        "--features",
        "x,k",
        values={"data.aliased": ["x"], "columns_left_out": []},
        notes=None,
    ),
    same(
        "a constant that nobody named",
        table(column(1, ["7"])),
        twin=table([(target, level) for target, _, level in ROWS], "y,k"),
        notes=("left out 'x': it is 7 in every row; name it with --features",),
    ),
    same(
        "a single level that nobody named",
        table(column(2, ["a"])),
        twin=table([row[:2] for row in ROWS], "y,x"),
        notes=("left out 'k': it is 'a' in every row; name it with --features",),
    ),
]

MIXED = [
    refused(
        "text among numbers",
        table(changed({(4, 1): "five"})),
        "data.csv, line 6: column 'x' is 'five', which is not a number, where most cells are numbers; fix the cell, or use --categorical x or --exclude x",
    ),
    tells(
        "a number among text",
        table(changed({(4, 2): "5"})),
        values={"data.columns": 4},
        notes=("data.csv, line 6: column 'k' is text, and a cell that looks like a number, '5', is a level too",),
    ),
    refused(
        "text first among numbers",
        table(changed({(0, 1): "five"})),
        "data.csv, line 2: column 'x' is 'five', which is not a number, where most cells are numbers; fix the cell, remove the line if it holds units, or use --categorical x or --exclude x",
    ),
    refused(
        "half numbers, half text",
        table(column(1, ["5", "a"])),
        "data.csv, line 3: column 'x' is 'a', which is not a number, where most cells are numbers; fix the cell, or use --categorical x or --exclude x",
    ),
    refused(
        "text late among numbers",
        CLEAN + "".join(f"1,{i % 7},a\n" for i in range(3000)) + "1,five,a\n",
        "data.csv, line 3014: column 'x' is 'five', which is not a number, where most cells are numbers; fix the cell, or use --categorical x or --exclude x",
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
        "data.csv, line 11: column 'x' is 'b', which is not a number, where most cells are numbers; fix the cell, or use --categorical x or --exclude x",
    ),
    refused(
        "True among numbers",
        table(changed({(4, 1): "True"})),
        "data.csv, line 6: column 'x' is 'True', which is not a number, where most cells are numbers; fix the cell, or use --categorical x or --exclude x",
    ),
    refused(
        "text in the target",
        table(changed({(4, 0): "five"})),
        "data.csv, line 6: the target 'y' must be a number, but this cell is 'five'; fix the cell, or count it as missing with --na-values",
    ),
    refused(
        "levels for a target",
        CLEAN,
        "data.csv, line 2: the target 'k' must be a number, but this cell is 'a'; fix the cell, count it as missing with --na-values, or choose a column of numbers",
        "-t",
        "k",
    ),
    refused(
        "too many levels",
        table([(t, n, f"level {i}") for i, (t, n, _) in enumerate(ROWS)]),
        "data.csv, line 2: column 'k' is text with 12 levels, such as 'level 0', and at most 5 are allowed; use --exclude k, raise --max-levels, or turn dates and units into numbers first",
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
        "data.csv: column 'k' cannot be used: text with 12 levels in 12 rows, such as 'level 0'; use --categorical k, or leave it out without --strict",
        "--strict",
    ),
    refused(
        "a negative weight",
        table(changed({(4, 1): "-2", (7, 1): "3", (11, 1): "4"})),
        "data.csv, line 6: the weight 'x' must not be negative, but this cell is '-2'",
        "--weight",
        "x",
    ),
    refused(
        "text among weights",
        table(changed({(4, 1): "two"})),
        "data.csv, line 6: the weight 'x' must be a number, but this cell is 'two'; fix the cell, or count it as missing with --na-values",
        "--weight",
        "x",
    ),
    refused(
        "weights that are all zero",
        table(column(1, ["0"])),
        "data.csv: the weight 'x' is zero in every row that is used",
        "--weight",
        "x",
    ),
    refused(
        "a column that is not there",
        CLEAN,
        "data.csv has no column 'z'; its columns are 'y', 'x', 'k'",
        "--features",
        "z",
    ),
    refused(
        "a weight that is not there",
        CLEAN,
        "data.csv has no column 'w'; its columns are 'y', 'x', 'k'",
        "--weight",
        "w",
    ),
    refused(
        "no feature left",
        CLEAN,
        "data.csv: no feature columns left to predict 'y' from; all others are excluded",
        "--exclude",
        "x,k",
    ),
    refused(
        "a column in two parts",
        CLEAN,
        "column 'x' cannot be the weight and a feature at once",
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

# What says the same in all cells without doubt is read; None where that is the clean table.
READ = {
    "percent throughout": None,
    "percent with a blank throughout": None,
    "dollars throughout": None,
    "euros throughout": None,
    "codes of currencies throughout": None,
    "dollars in parentheses": ["-5", "6", "7.5"],
    "thousands by apostrophes": ["1000", "2500"],
    "thousands by blanks": ["1000", "2500"],
    "thousands by narrow blanks": ["1000", "2500"],
    "thousands by apostrophes throughout": ["1000", "2500"],
    "thousands by blanks throughout": ["1000", "2500"],
    "thousands by narrow blanks throughout": ["1000", "2500"],
    "units throughout": None,
    "units without a blank throughout": None,
    "degrees throughout": None,
    "days throughout": ["19753", "19754"],
    "times of ISO throughout": ["19753.5", repr(19754 + 45059 / 86400)],
    "days with points throughout": ["19753", "19754"],
    "days with names throughout": ["19753", "19754"],
    "days with names first throughout": ["19753", "19754"],
    "days with underscores throughout": ["19727", "19754"],
    "months throughout": ["19723", "19754"],
    "money as SEK 5 throughout": ["5", "1000"],
    "money as Rs. 5 throughout": ["5", "7"],
    "thousands as 1’234 throughout": ["1234", "5678"],
    "thousands as 1\xa0234 throughout": ["1234", "5678"],
}
READ_CASES = [
    Case(
        case.name,
        case.content,
        twin=CLEAN if READ[case.name] is None else table(column(1, READ[case.name])),
        notes=None,
    )
    for case in [*DISGUISED, *DATES]
    if case.name in READ
]
THROUGHOUT = [
    case
    for case in [*DISGUISED, *DATES]
    if case.name not in READ and case.refusal and ("throughout" in case.name or "not a plain number" in case.refusal)
]
OTHERS = [
    case
    for case in [*DISGUISED, *DATES, *DATES_IN_TWO_WAYS, *PLACEHOLDERS, *EXTREMES, *MIXED]
    if case not in THROUGHOUT and case.name not in READ
]
CASES = [*READ_CASES, *map(named, THROUGHOUT), *map(left_out, THROUGHOUT), *OTHERS]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_cell_means_what_it_says_or_is_refused(check, case):
    check(case)
