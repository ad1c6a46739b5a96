"""As what columns are read, found out in passes: what is left out, whatever the chunks."""

from functools import partial

import pytest
from support.faults import Refusal, refusal_of
from support.tables import columns, held, load_freely

from mae_cli.errors import DataError, Place
from mae_cli.messages import BLOCK
from mae_cli.tables.csv.pieces import cut
from mae_cli.tables.refused import RefusedColumnsError

ROWS = 12


def text_of(**cells):
    """A table of a target and columns with these cells, again and again."""
    columns = {"y": [str(row) for row in range(ROWS)]} | cells
    rows = [",".join(f'"{each[row % len(each)]}"' for each in columns.values()) for row in range(ROWS)]
    return "\n".join([",".join(columns), *rows]) + "\n"


X = ["1", "2", "4"]
ODD_ROWS, EVEN_ROWS = ["", "5", "", "6"], ["7", "", "8", ""]


def left_out(loaded):
    return [column.column for column in loaded.left_out]


@pytest.fixture(params=[9, 1 << 20])
def pieces(request, monkeypatch):
    monkeypatch.setattr("mae_cli.tables.chunks.cut", partial(cut, size=request.param))


@pytest.mark.usefixtures("pieces")
@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ([""], "it has no values"),
        (["NA", ""], "it has no values"),
        (["3"], "it is 3 in every row"),
        (["on"], "it is 'on' in every row"),
        (["on", ""], "it is 'on' in every row but 6 without a value"),
        ([f"name {row}" for row in range(ROWS)], "text with 12 levels in 12 rows, such as 'name 0'"),
        ([f"name {row % 7}" for row in range(ROWS)], "text with 7 levels in 12 rows, such as 'name 0'"),
        (["1", "", "", "2", "", ""], "8 of its 12 cells are missing"),
        (["$5M", "$6K"], "'$5M' is an amount of money, not a plain number"),
        (["1/2/2024", "3/4/2024"], "'1/2/2024' is a date whose day and month cannot be told apart"),
        (["1/31/24", "3/4/24"], "'1/31/24' is a date without its century"),
        (["1,234", "5,678"], "'1,234' is a number with thousands separators, not a plain number"),
    ],
)
def test_a_column_that_cannot_serve_is_left_out_with_its_reason(cells, reason):
    loaded = load_freely(text_of(x=X, k=cells))
    (column,) = loaded.left_out
    assert (column.column, column.reason, loaded.rows_dropped) == ("k", reason, 0)
    assert columns(loaded) == columns(load_freely(text_of(x=X)))
    assert loaded.notes[0] == "; ".join(filter(None, (f"left out 'k': {reason}", column.remedy)))


@pytest.mark.usefixtures("pieces")
def test_a_column_that_is_named_is_used_where_it_can_be():
    constant = load_freely(text_of(x=X, k=["3"]), features=("k", "x"), intercept=False)
    assert (list(columns(constant)), constant.left_out) == (["k", "x"], ())
    found = refusal_of(load_freely, text_of(x=X, k=["3"]), features=("k", "x"))
    assert found == Refusal("unfit-column", column="k", remedy="do not name it")
    names = text_of(x=X, k=[f"name {row}" for row in range(ROWS)])
    assert list(columns(load_freely(names, categorical=frozenset({"k"})))) == ["x", "k"]
    half = load_freely(text_of(x=X, k=["1", "", "", "2"]), features=("x", "k"))
    assert (half.rows_dropped, half.left_out) == (6, ())


def test_columns_whose_gaps_leave_no_row_go_until_half_of_the_rows_are_complete():
    loaded = load_freely(text_of(a=ODD_ROWS, b=EVEN_ROWS, x=X, c=["9", "3", "", "5", "5", "4"]))
    assert left_out(loaded) == ["b"]
    assert (loaded.rows_dropped, list(columns(loaded))) == (6, ["a", "x", "c"])


def test_rows_without_a_target_count_for_nothing():
    text = "y,x,k\n" + "1,2,\n2,1,5\n3,4,7\n" + ",8,\n" * 9
    loaded = load_freely(text)
    assert (left_out(loaded), loaded.rows_dropped) == ([], 10)
    assert left_out(load_freely(text.replace("2,1,5", "2,1,"))) == ["k"]


def test_the_last_feature_stays_however_empty_it_is():
    loaded = load_freely(text_of(k=["1", "", "", "2", "", ""]))
    assert (loaded.rows_dropped, loaded.left_out) == (8, ())


def test_missing_cells_are_refused_only_in_columns_that_stay():
    assert left_out(load_freely(text_of(x=X, k=[""]), missing="error")) == ["k"]
    found = refusal_of(load_freely, text_of(x=X, k=["1", "", "", "2"]), missing="error")
    assert (found.code, found.line, found.column) == ("missing-cell", 3, "k")


def test_columns_without_a_name_of_their_own_are_left_out():
    loaded = load_freely(",y,x,x,z,\n1,2,3,4,5,\n2,4,1,2,3,\n")
    assert left_out(loaded) == ["column 1", "x", "column 6"]
    assert columns(loaded) == {"z": [5.0, 3.0]}
    assert columns(load_freely(",y,,z\n1,2,3,4\n2,4,1,2\n")) == {"column 3": [3.0, 1.0], "z": [4.0, 2.0]}


def test_where_nothing_may_be_left_out_the_first_is_refused():
    for cells, code, remedy in (
        ([""], "no-values", "use --exclude k"),
        (["3"], "unfit-column", "leave it out without --strict"),
        (["1", "", "", "2", "", ""], "unfit-column", "use --number k, or leave it out without --strict"),
    ):
        assert refusal_of(load_freely, text_of(x=X, k=cells), strict=True) == Refusal(code, column="k", remedy=remedy)
    nameless = refusal_of(load_freely, ",y,x\n1,2,3\n", strict=True)
    assert (nameless.code, nameless.column) == ("unfit-column", "column 1")


def test_a_table_without_a_column_that_can_serve_is_refused_with_all_reasons():
    with pytest.raises(DataError) as caught:
        load_freely(text_of(k=["3"], name=[f"name {row}" for row in range(ROWS)]))
    fault = caught.value.fault
    assert (fault.code, fault.place) == ("no-feature-can-serve", Place("data.csv"))
    assert str(fault).split(BLOCK) == [
        "data.csv: no column can serve to predict 'y'",
        "data.csv: 'k': it is 3 in every row",
        "data.csv: 'name': text with 12 levels in 12 rows, such as 'name 0'; use --categorical name",
    ]
    assert [part.remedy for part in fault.parts] == [None, "use --categorical name"]


def test_many_columns_make_one_short_block():
    texts = {f"t{place}": [f"{place} {row}" for row in range(ROWS)] for place in range(11)}
    loaded = load_freely(text_of(x=X, **texts, **{f"k{place}": [""] for place in range(11)}))
    first, *lines, last = loaded.notes[0].split(BLOCK)
    assert (len(loaded.notes), len(lines), len(loaded.left_out)) == (1, 8, 22)
    assert (first, lines[1], last) == (
        "left out 22 columns (--columns lists all):",
        "'t1': text with 12 levels in 12 rows, such as '1 0'; use --categorical t1",
        "and 4 more",
    )


def test_columns_of_one_reason_and_remedy_share_a_line():
    loaded = load_freely(text_of(x=X, **{f"k{place}": [""] for place in range(11)}, z=["3"]))
    assert loaded.notes[0].split(BLOCK) == [
        "left out 12 columns (--columns lists all):",
        "'k0', 'k1', 'k2' and 8 more: it has no values; fill it in",
        "'z': it is 3 in every row",
    ]
    assert [column.column for column in loaded.left_out] == [*(f"k{place}" for place in range(11)), "z"]


def test_many_columns_that_are_refused_are_told_in_a_few_lines_with_all_that_is_to_be_typed():
    with pytest.raises(RefusedColumnsError) as caught:
        load_freely(text_of(x=X, **{f"k{place}": ["1", "2", "five"] for place in range(11)}))
    fault, faults = caught.value.fault, caught.value.faults
    assert fault.what == "11 columns cannot be used, these 8 and 3 more (--columns lists all)"
    assert fault.remedy == f'use --exclude "{",".join(f"k{place}" for place in range(11))}"'
    assert (len(faults), fault.parts) == (11, faults[:8])


def test_an_unnamed_target_twice_is_refused():
    found = refusal_of(load_freely, "y,x,y\n1,2,3\n")
    assert found == Refusal("duplicate-column", column="y", remedy="rename one of them")
    assert held("y,x,y\n1,2,3\n").header.names == ("y", "x", "y")


def test_all_columns_that_are_refused_are_told_at_once_with_what_to_type():
    odd = ["1", "2", "3", "unknown"], ["1", "2", "five"], ["1", "2", "Missing"]
    with pytest.raises(RefusedColumnsError) as caught:
        load_freely(text_of(x=X, a=odd[0], **{"b c": odd[1]}, d=odd[2]))
    refused = caught.value
    assert [(fault.place.line, fault.place.column, fault.cell) for fault in refused.faults] == [
        (5, "a", "unknown"),
        (4, "b c", "five"),
        (4, "d", "Missing"),
    ]
    assert refused.options == ('--na-values "Missing,unknown"', '--exclude "b c"')
    assert refused.fault.parts == refused.faults
    assert refused.fault.remedy == """use --na-values "Missing,unknown" --exclude "b c\""""
    first, *lines = str(refused).split(BLOCK)
    assert (first, lines) == (refused.fault.sentence, list(map(str, refused.faults)))


def test_decimal_commas_in_all_refused_columns_are_settled_by_one_option():
    with pytest.raises(RefusedColumnsError) as caught:
        load_freely('y,x\n"1,5",2\n"2,5","3,25"\n"4,5",4\n"2,0",1\n')
    assert caught.value.fault.remedy == "use --decimal ','"


def test_a_feature_is_not_excluded_for_a_line_that_is_at_fault():
    with pytest.raises(RefusedColumnsError) as caught:
        load_freely("y,x,z\n1,2,3\n#c,x,z\n4,5,7\n2,2,9\n")
    assert (caught.value.fault.code, caught.value.fault.place.line) == ("not-a-number", 3)
    assert caught.value.fault.remedy == "remove comment lines first"


def test_faults_of_the_target_of_the_weight_and_of_named_columns_are_in_the_same_table():
    odd = {"w": ["1", "heavy"], "b": ["1", "2", "Inf"], "a": ["1", "2", "$5"], "n": ["$1", "$2", "n/k"]}
    numbers = frozenset({"n"})
    with pytest.raises(RefusedColumnsError) as caught:
        load_freely(text_of(x=X, **odd).replace('"7"', '"late"', 1), weight="w", numbers=numbers)
    found = [(fault.code, fault.place.line, fault.place.column, fault.cell) for fault in caught.value.faults]
    assert found == [
        ("not-a-number", 9, "y", "late"),
        ("not-a-number", 3, "w", "heavy"),
        ("not-finite", 4, "b", "Inf"),
        ("text-among-numbers", 4, "a", "$5"),
        ("not-a-number", 4, "n", "n/k"),
    ]
    assert caught.value.fault.remedy == "use --na-values Inf --exclude a, which settles 2 of them"
    assert caught.value.faults[1].remedy == "fix the cell, or count it as missing with --na-values heavy"


def test_what_is_to_be_typed_names_all_spellings_as_far_as_they_are_few():
    def options(*cells):
        with pytest.raises(RefusedColumnsError) as caught:
            load_freely(text_of(x=X, b=["1", "oops"], k=["1", *cells]))
        return caught.value.options

    assert options("Inf", "-inf") == ('--na-values="-inf,Inf"', "--exclude b")
    assert options("2", "3", "five", "six") == ('--exclude "b,k"',)


@pytest.mark.parametrize(
    ("line", "remedy"),
    [
        ("USD,kg,m", "remove the line, which seems to hold units or descriptions of the columns"),
        ("y,x,k", "remove the line, which seems to repeat the header"),
    ],
)
def test_of_a_line_that_is_at_fault_as_a_whole_one_column_is_told(line, remedy):
    text = f"y,x,k\n{line}\n" + "".join(f"{row},{row * row},{row % 3}\n" for row in range(ROWS))
    found = refusal_of(load_freely, text)
    assert (found.code, found.line, found.column, found.remedy) == ("not-a-number", 2, "y", remedy)
    with pytest.raises(RefusedColumnsError) as caught:
        load_freely(text.replace("4,16,1", "4,oops,1").replace("5,25,2", "5,25,$2"))
    assert [fault.place.line for fault in caught.value.faults] == [2]
