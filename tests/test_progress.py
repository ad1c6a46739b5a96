"""How far a descent is."""

from mae_cli.progress import EpochCounter, ProgressListener, Refits


def test_epochs_are_counted_from_the_plan_on_until_the_fit_is_proved():
    counter = EpochCounter()
    counter.reached(3, 1.0)
    assert counter.epochs == 0
    counter.planning(100)
    counter.passing(2)
    counter.reached(28, 1.0)
    assert (counter.done, counter.epochs) == (28, 100)
    counter.proved(0.1)
    assert (counter.done, counter.epochs) == (0, 0)


def test_another_fit_begins_anew():
    counter = EpochCounter()
    counter.planning(100)
    counter.reached(28, 1.0)
    counter.passing(1)
    assert (counter.done, counter.epochs) == (0, 0)


def test_refits_tell_how_many_are_done_and_how_far_the_pass_for_the_next_is():
    calls = []
    listener = ProgressListener()
    listener.refitting = lambda *told: calls.append(told)
    refits = Refits(10, listener)
    refits.passed(0.5)
    refits.add(3)
    refits.passed(0.25)
    refits.add(7)
    assert calls == [(0, 10, 0.5), (3, 10, 0.0), (3, 10, 0.25), (10, 10, 0.0)]
