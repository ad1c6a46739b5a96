"""Any table that the csv module writes is fitted as its arrays are, whatever its style and the size of the pieces."""

import csv
import io
from functools import partial

import numpy as np
import pandas as pd
import pytest
from hypothesis import Phase, assume, given, settings
from hypothesis import strategies as st
from support.tables import source

from mae_cli import fit
from mae_cli.tables.columns import ColumnChoice
from mae_cli.tables.csv.dialect import Dialect
from mae_cli.tables.csv.files import Files
from mae_cli.tables.csv.pieces import cut
from mae_cli.tables.csv.records import Delimiter
from mae_cli.workflows.fit import FitSettings
from mae_cli.workflows.ready import TrainSettings
from mae_cli.workflows.train import train

NUMBERS = st.one_of(st.integers(-9, 9), st.floats(-1e3, 1e3).map(lambda value: round(value, 3)), st.just(None))
LEVELS = st.sampled_from(["a", "b, c", 'd"e', "f\ng", " h", "é", "i;j", ""])


@st.composite
def tables(draw):
    """Rows of a target, two numbers and a level; None or "" where missing.

    At least three are complete, and in those all columns vary: one that does not cannot serve.
    """
    rows = draw(st.lists(st.tuples(NUMBERS, NUMBERS, NUMBERS, LEVELS), min_size=4, max_size=30))
    complete = [row for row in rows if None not in row and row[-1]]
    assume(len(complete) >= 3 and all(len(set(cells)) > 1 for cells in list(zip(*complete, strict=True))[1:]))
    return rows, complete


def written(rows, delimiter, ending, quoting, mark):
    if ending == "\r":
        quoting = csv.QUOTE_ALL  # before Python 3.13 the csv module then leaves a line feed without quotes
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, lineterminator=ending, quoting=quoting)
    writer.writerows([("y", "x", "z", "k"), *rows])
    return ("\ufeff" * mark + text.getvalue()).encode()


STYLES = {
    "delimiter": st.sampled_from([",", ";", "\t", "|"]),
    "ending": st.sampled_from(["\n", "\r\n", "\r"]),
    "quoting": st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC]),
    "mark": st.booleans(),
}


@settings(max_examples=40, phases=[Phase.explicit, Phase.generate])
@given(tables(), st.fixed_dictionaries(STYLES), st.sampled_from([7, 40, 200, 1 << 20]), st.sampled_from(["mae", "mse"]))
def test_a_written_table_is_fitted_as_its_arrays_are(table, style, size, loss):
    rows, complete = table
    data = pd.DataFrame(complete, columns=["y", "x", "z", "k"])
    named = data[["x", "z", "k"]].astype({"k": "category"})  # what is named is used
    expected = fit(named, data["y"].to_numpy(float), loss=loss)
    content = written(rows, **style)
    files = Files((source(content),), Dialect()) if style["delimiter"] == "," else _delimited(content, style)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("mae_cli.tables.chunks.cut", partial(cut, size=size))
        trained = train(files, TrainSettings(ColumnChoice("y", features=("x", "z", "k")), FitSettings(loss)))
    found = trained.report
    assert (found.rows.read, found.rows.used) == (len(rows), len(complete))
    assert found.fit.certificate.loss == pytest.approx(expected.certificate.loss, rel=1e-9, abs=1e-11)
    predicted = trained.model.predict(data[["x", "z", "k"]])
    if expected.certificate.unique:
        assert np.allclose(predicted, expected.predict(data[["x", "z", "k"]]), rtol=1e-7, atol=1e-8)


def _delimited(content, style):
    from dataclasses import replace

    return Files((replace(source(content), delimiter=Delimiter(style["delimiter"])),), Dialect())
