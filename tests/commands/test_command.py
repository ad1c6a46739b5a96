"""All commands have the same settings, the same last options and the same manners."""

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
    assert errors.splitlines()[-1].startswith("Error: No such option")
    assert r"--\x1b[31m\n" in errors.splitlines()[-1]
