"""All commands have the same settings, the same last options and the same manners."""

import click
import pytest

import mae_cli
from mae_cli.commands import evaluate, predict, train

COMMANDS = pytest.mark.parametrize("main", [train.main, evaluate.main, predict.main])


def said(main, *arguments):
    from click.testing import CliRunner

    result = CliRunner().invoke(main, arguments, prog_name="mae")
    return result.exit_code, result.stdout, result.stderr


@COMMANDS
def test_version_and_help_come_last(main):
    status, text, _ = said(main, "-h")
    options = [line.split()[0] for line in text.splitlines() if line.startswith("  -")]
    assert (status, options[-2:]) == (0, ["-V,", "-h,"])


@COMMANDS
def test_each_tells_its_name_and_version(main):
    assert said(main, "--version") == (0, f"mae {mae_cli.__version__}\n", "")


@COMMANDS
def test_each_ends_its_help_with_examples_and_what_its_exit_status_means(main):
    _, text, _ = said(main, "--help")
    assert "\n  Examples:\n    mae-" in text
    assert "\n  Exit status: 0 done, 1 " in text


@COMMANDS
def test_a_complaint_about_arguments_is_one_line_that_harms_no_terminal(main):
    status, _, errors = said(main, "--\x1b[31m\n")
    assert status == 2
    assert errors.startswith(f"{main.name}: error: No such option")
    assert r"--\x1b[31m\n" in errors
    assert errors.count("\n") == 1


@pytest.mark.parametrize(("option", "values"), [("--delimiter", (",", ";")), ("--encoding", ("utf-8", "utf-8"))])
@COMMANDS
def test_an_option_of_one_value_is_not_given_twice(main, option, values):
    arguments = ["a.csv", "b.csv", option, values[0], f"{option}={values[1]}"]
    status, _, errors = said(main, *arguments)
    assert (status, errors) == (
        2,
        f"{main.name}: error: {option} is given 2 times, but takes one value; give it once\n",
    )


@COMMANDS
def test_help_shows_every_option_once_under_a_heading(main):
    _, text, _ = said(main, "--help")
    names = [line.split()[0].rstrip(",") for line in text.splitlines() if line.startswith("  -")]
    assert len(names) == len(set(names)) == sum(isinstance(each, click.Option) for each in main.params) + 1
    grouped = [name for names in main.groups.values() for name in names]
    assert len(grouped) == len(set(grouped))
    assert set(grouped) <= {each.name for each in main.params}
    assert [line for line in text.splitlines() if line.endswith(":") and line[0] != " "] == [
        f"{title}:" for title in main.groups
    ]
