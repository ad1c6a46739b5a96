"""The certificate in words, for each way a fit can end."""

from dataclasses import replace

import pytest

from mae_cli.report.certificate import certificate_sentence, certificate_text, diagnosis
from mae_cli.rows.schema import DesignColumn
from mae_cli.solvers.solution import History, Status

LOSSES = [("mae", 0.5, "MAE"), ("mse", 0.5, "MSE"), ("mae", 0.9, "pinball loss at quantile 0.9")]
BEST = "no linear model on the columns kept (all but air_time_hours) has a smaller {name}"
OTHERS = "other coefficients give the same {name}, so do not read too much into single ones"
UNIQUENESS = {
    True: f" and unique: {BEST}.",
    False: f", but not unique: {OTHERS}.",
    None: f": {BEST}; whether other coefficients do as well is not settled.",
}


def ended(fit, status, *, gap=0.0, unique=None, loss="mae", quantile=0.5, solver="auto"):
    certificate = replace(fit.certificate, status=status, relative_gap=gap, unique=unique)
    return replace(fit, certificate=certificate, loss=loss, quantile=quantile, solver=solver)


@pytest.mark.parametrize(("loss", "quantile", "name"), LOSSES)
@pytest.mark.parametrize("unique", UNIQUENESS)
def test_an_optimal_fit_says_so_and_whether_it_is_the_only_one(mae_fit, loss, quantile, name, unique):
    fit = ended(mae_fit, Status.OPTIMAL, unique=unique, loss=loss, quantile=quantile)
    assert certificate_sentence(fit) == f"proved optimal{UNIQUENESS[unique].format(name=name)}"


def test_an_optimum_is_unique_without_reserve_when_no_column_was_left_out(mae_fit):
    complete = replace(mae_fit, effects=tuple(effect for effect in mae_fit.effects if not effect.aliased))
    assert certificate_sentence(complete) == (
        "proved optimal and unique: no linear model on these columns has a smaller MAE."
    )


def test_no_more_than_three_of_the_columns_left_out_are_named(mae_fit):
    first = next(effect for effect in mae_fit.effects if effect.aliased)
    more = tuple(replace(first, column=DesignColumn("city", f"c{number}")) for number in range(12))
    sentence = certificate_sentence(replace(mae_fit, effects=(*mae_fit.effects, *more)))
    assert (
        "on the columns kept (all but air_time_hours, city = c0, city = c1 and 10 more) has a smaller MAE." in sentence
    )


def test_what_rounding_the_coefficients_costs_is_told_where_it_shows(mae_fit):
    sentence = certificate_sentence(ended(mae_fit, Status.OPTIMAL, gap=0.0612, unique=True))
    assert (
        " has a smaller MAE, but for the rounding of the coefficients to floating-point numbers (6.2% of it at most)."
    ) in sentence
    others = certificate_sentence(ended(mae_fit, Status.OPTIMAL, gap=0.0612, unique=False))
    assert "(6.2% of it at most); other coefficients give the same MAE, so do not read too much" in others
    nothing_else = certificate_sentence(ended(mae_fit, Status.OPTIMAL, gap=1.0, unique=True))
    assert ": the MAE is zero but for the rounding of the coefficients to floating-point numbers." in nothing_else
    assert "rounded" not in certificate_sentence(ended(mae_fit, Status.OPTIMAL, gap=1e-9, unique=True))


@pytest.mark.parametrize(("loss", "quantile", "name"), LOSSES)
@pytest.mark.parametrize("unique", [True, False, None])
def test_a_fit_within_the_tolerance_says_how_near(mae_fit, loss, quantile, name, unique):
    fit = ended(mae_fit, Status.TOLERANCE, gap=3.04e-10, unique=unique, loss=loss, quantile=quantile)
    assert certificate_sentence(fit) == (
        "within 0.000000031% of the optimum (proved): no linear model on the columns kept (all but air_time_hours) "
        f"lowers the {name} by a larger share."
    )


@pytest.mark.parametrize(("loss", "quantile", "name"), LOSSES)
@pytest.mark.parametrize("unique", [True, False, None])
def test_a_fit_that_ran_out_of_steps_says_what_is_not_proved_and_what_to_try(mae_fit, loss, quantile, name, unique):
    fit = ended(mae_fit, Status.LIMIT, gap=0.041, unique=unique, loss=loss, quantile=quantile, solver="textbook")
    assert certificate_sentence(fit) == (
        f"not proved optimal: the steps ran out; the optimum may be up to 4.1% below this {name}. "
        "A larger --tolerance accepts such a fit."
    )


def test_the_default_solver_is_not_advised_to_use_itself(mae_fit):
    sentence = certificate_sentence(ended(mae_fit, Status.LIMIT, gap=0.041))
    assert sentence.endswith("A larger --tolerance accepts such a fit.")
    assert "--solver" not in sentence


@pytest.mark.parametrize("status", list(Status))
def test_a_perfect_fit_is_named(mae_fit, status):
    assert "the MAE is zero to rounding" in certificate_sentence(ended(mae_fit, status, gap=None))


def test_the_work_is_counted_in_the_solver_s_own_steps(mae_fit):
    assert certificate_text(mae_fit).plain.endswith(" 14 steps, 21 passes over the rows.")
    textbook = replace(mae_fit, solver="textbook")
    assert certificate_text(textbook).plain.endswith(" 14 epochs.")


def test_two_fits_are_told_apart(mae_fit):
    assert certificate_text(mae_fit, "MAE fit").plain.startswith("MAE fit, proved optimal and unique: ")


def textbook(fit, losses, gap=0.36, optimum=10.5):
    history = History((*losses, min(losses)), len(losses) - 1, len(losses) + 7, tuple(range(7, len(losses) + 8)))
    certificate = replace(fit.certificate, status=Status.LIMIT, loss=min(losses), relative_gap=gap)
    return replace(
        fit, solver="textbook", history=history, certificate=certificate, optimum=optimum, schedule="constant"
    )


def test_the_textbook_is_measured_against_the_optimum_and_names_the_epoch_that_was_kept(mae_fit):
    fit = textbook(mae_fit, (25.0, 14.0, 11.9, 12.0, 12.1))
    assert certificate_text(fit).plain == (
        "not optimal: MAE 11.90 after 4 epochs (best: epoch 2), 13% above the optimum 10.50; by itself the method "
        "proves only 36%. It oscillates: try a decaying schedule, --schedule sqrt or --schedule geometric."
    )
    assert "(best: the start), 140% above" in certificate_sentence(textbook(mae_fit, (25.0, 30.0)))


@pytest.mark.parametrize(
    ("loss", "optimum", "says"),
    [
        (10.5 * (1 + 1.4e-8), 10.5, "0.0000014% above the optimum 10.50;"),
        (109.0, 10.0, "990% above the optimum 10.00;"),
        (120.0, 10.0, "12 times the optimum 10.00;"),
        (14.0, 0.0, "above the optimum, which is zero to rounding;"),
    ],
)
def test_how_far_above_the_optimum_a_descent_ended_is_told_in_percent(mae_fit, loss, optimum, says):
    assert f", {says}" in certificate_sentence(textbook(mae_fit, (250.0, loss), optimum=optimum))


@pytest.mark.parametrize("loss", [10.5, 10.5 * (1 + 1e-15), 10.5 * (1 - 1e-15)])
def test_a_descent_that_ended_at_the_optimum_needs_no_advice(mae_fit, loss):
    assert certificate_text(textbook(mae_fit, (25.0, loss))).plain == (
        "at the optimum, which the exact solver proves: MAE 10.50 after 1 epoch (best: epoch 1); by itself the method "
        "proves only 36%."
    )


def test_a_descent_that_starts_at_the_optimum_is_given_no_advice(mae_fit):
    assert certificate_sentence(textbook(mae_fit, (10.5, 30.0, 20.0), optimum=10.5 * (1 - 1e-13))) == (
        "at the optimum, which the exact solver proves: MAE 10.50 after 2 epochs (best: the start); by itself the "
        "method proves only 36%."
    )


@pytest.mark.parametrize(
    ("losses", "advice"),
    [
        ((10.0, 20.0, 40.0), "It diverged, and never came below the start: try a smaller --learning-rate."),
        ((10.0, 40.0, 20.0), "It never came below the start: try a smaller --learning-rate."),
        (tuple(1 / k for k in range(1, 41)), "It is still falling: try more --epochs."),
        ((10.0, *(5.0,) * 40), "Try more --epochs, another --learning-rate, or --solver auto."),
    ],
)
@pytest.mark.parametrize("schedule", ["constant", "sqrt", "geometric"])
def test_the_course_of_a_descent_says_what_to_try(losses, advice, schedule):
    assert diagnosis(losses, schedule) == advice


@pytest.mark.parametrize(
    ("schedule", "advice"),
    [
        ("constant", "a decaying schedule, --schedule sqrt or --schedule geometric"),
        ("sqrt", "a smaller --learning-rate"),
        ("geometric", "a smaller --learning-rate"),
    ],
)
def test_a_descent_that_oscillates_is_advised_what_it_does_not_do_yet(schedule, advice):
    assert diagnosis((10.0, *(5.0, 6.0) * 20), schedule) == f"It oscillates: try {advice}."
