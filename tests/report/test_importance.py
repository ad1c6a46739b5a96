"""What a fit loses without a feature, as columns of a table."""

from dataclasses import replace

from mae_cli.inference.values import Importance, RankTest
from mae_cli.report.importance import importance_columns, importance_note

FOUND = (
    Importance("dep_delay", 23.5, RankTest(900.0, 1, 1e-9)),
    Importance("carrier", 12.75, RankTest(4.0, 3, 0.2615)),
    Importance("air_time", 12.6916, None),
)


def test_every_feature_has_its_cells_beside_its_first_effect(mae_fit):
    fit = replace(mae_fit, importance=FOUND)
    effects = [each for each in fit.effects if each.column.feature in {"dep_delay", "carrier", "air_time"}]
    headings, columns = importance_columns(fit, effects)
    assert headings == ["MAE\nwithout it", "p-value"]
    assert columns == [["23.50", "12.69", "12.75", "", ""], ["<0.001", "–", "0.262", "", ""]]


def test_without_tests_there_is_no_column_of_them(mae_fit):
    fit = replace(mae_fit, quantile=0.9, importance=(replace(FOUND[0], test=None),))
    assert importance_columns(fit, fit.effects[:1]) == (["pinball loss\nwithout it"], [["23.50"]])
    assert importance_note(fit) == (
        "pinball loss without it: that of the best fit without the column (with all columns: 12.69)."
    )


def test_nothing_is_said_where_it_was_not_asked_for(mae_fit):
    assert importance_columns(mae_fit, mae_fit.effects) == ([], [])
    assert importance_note(mae_fit) is None


def test_the_note_says_what_is_tested(mae_fit):
    assert importance_note(replace(mae_fit, importance=FOUND)) == (
        "MAE without it: that of the best fit without the column (with all columns: 12.69); "
        "p-value: of the rank test that the column does not matter (–: other columns can take its place)."
    )
