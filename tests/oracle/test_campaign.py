"""`python -m oracle`, on a few problems."""

from oracle.__main__ import Outcome, main, summary


def test_a_campaign_counts_what_it_found(capsys):
    assert main(["--count", "6", "--kind", "ties"]) in {0, 1}
    lines = capsys.readouterr().out.splitlines()
    assert lines[1].startswith("6 problems in ")
    statuses = [line.split() for line in lines[2:] if line.startswith(("auto", "textbook")) and ":" not in line]
    assert sum(int(count) for solver, count, _ in statuses if solver == "auto") == 6


def test_faults_come_with_their_first_seeds():
    outcomes = [Outcome(seed, "auto", "optimal", ("gap understated",)) for seed in range(40)]
    assert summary(outcomes) == [
        "auto           40  optimal",
        "auto           40  gap understated: seeds 0 1 2 3 4 5 6 7 8 9 10 11 …",
    ]


def test_one_problem_is_shown_in_full(capsys):
    main(["--show", "5", "--kind", "many-levels"])
    shown = capsys.readouterr().out
    assert "many-levels" in shown
    assert "'level " in shown
    assert "textbook: Claim(" in shown
