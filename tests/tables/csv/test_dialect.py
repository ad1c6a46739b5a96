"""What counts as a number and as missing is what pandas takes for one."""

import csv
import io

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from support.tables import source

from mae_cli.errors import SettingsError
from mae_cli.tables.csv.dialect import MISSING, Dialect, is_number


def test_the_spellings_of_a_missing_cell_are_those_of_pandas():
    cells = [*MISSING, "na", "NAN", "Nan", "-", ".", "?", "none", "Null", "-1", "nil", "missing"]
    text = "cell\n" + "".join(f'"{cell}"\n' for cell in cells)
    by_pandas = pd.read_csv(io.StringIO(text), dtype=str, skip_blank_lines=False)["cell"].isna()
    assert by_pandas.tolist() == [cell in MISSING for cell in cells]


@given(st.text(st.sampled_from("0123456789+-.eE infINFtyxd_\t\x0b\x0c\x1c\xa0٣,"), max_size=8))
@example("1e400")
@example(" 1")
@example("1\t")
@example(" inf")
@example("Infinity")
@example("1.e5")
@example(".")
@example("١")
@example("9" * 30)
def test_a_number_is_what_pandas_reads_as_one(cell):
    record = io.StringIO()
    csv.writer(record, quoting=csv.QUOTE_ALL).writerow([cell])
    column = pd.read_csv(io.StringIO(f"a\n1\n{record.getvalue()}"), low_memory=False)["a"]
    if cell not in MISSING:
        # Whole numbers beyond 64 bits are Python's in a column of objects.
        assert is_number(cell) == (isinstance(column.dtype, np.dtype) and column.dtype.kind in "iufO")


@pytest.mark.parametrize(
    ("options", "code", "remedy"),
    [
        ({"encoding": "klingon"}, "unknown-encoding", "use a name such as utf-8, utf-16, latin-1, cp1252 or shift_jis"),
        ({"delimiter": "||"}, "invalid-delimiter", "give \\t or 'tab' for a tab"),
        ({"delimiter": "§"}, "invalid-delimiter", None),
        ({"missing": frozenset({"\udce9"})}, "option-not-utf8", "give another one"),
        ({"decimal": ";"}, "invalid-decimal", None),
    ],
)
def test_options_that_say_nothing_are_refused(options, code, remedy):
    with pytest.raises(SettingsError) as caught:
        Dialect(**options)
    assert (caught.value.fault.code, caught.value.fault.place, caught.value.fault.remedy) == (code, None, remedy)


@pytest.mark.parametrize("text", ['a,b\n1,"2,5"\n', "a,b\n1,2\n"])
def test_the_delimiter_that_is_found_may_be_the_decimal_sign_in_quotes_or_where_numbers_are_whole(text):
    assert Dialect(decimal=",").recognise(source(text)).delimiter.sign == ","


@pytest.mark.parametrize("text", ["a,b\n1,2.5\n", "a,b\n1,2,3\n", "a\n1,5\n"])
def test_the_delimiter_that_is_found_cannot_be_the_decimal_sign_of_other_records(text):
    with pytest.raises(SettingsError) as caught:
        Dialect(decimal=",").recognise(source(text))
    assert caught.value.fault.code == "delimiter-is-decimal"
    assert caught.value.fault.remedy.startswith("set --delimiter, such as ';'")
