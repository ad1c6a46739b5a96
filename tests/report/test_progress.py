"""Progress is shown to people who wait, and to nobody else."""

import io
import threading

import pytest

from mae_cli.progress import Phase
from mae_cli.report import progress as module
from mae_cli.report.console import note_console
from mae_cli.report.progress import progress


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self):
        return True


@pytest.fixture
def clock(monkeypatch):
    """A clock that the test turns by hand."""
    times = [100.0]
    monkeypatch.setattr(module.time, "monotonic", lambda: times[0])
    return times


@pytest.fixture(autouse=True)
def environment(monkeypatch):
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "100")


def test_short_work_shows_nothing(clock):
    stream = Terminal()
    with progress(note_console(stream), enabled=True) as listener:
        for step in range(1000):
            clock[0] = 100.0 + step * 0.000499
            listener.reached(step, 1.0)
    assert stream.getvalue() == ""


def test_long_work_shows_rows_or_step_and_loss_then_erases_them(clock):
    stream = Terminal()
    with progress(note_console(stream), enabled=True) as listener:
        clock[0] = 101.0
        listener.reading(1_234_567, 0.42)
        clock[0] = 101.5
        listener.entering(Phase.PREPARING)
        listener.entering(Phase.FITTING)
        clock[0] = 102.0
        listener.passing(13)
        clock[0] = 103.0
        listener.reached(1200, 9.8213)
        clock[0] = 104.0
        listener.proved(3.04e-5)
        clock[0] = 105.0
        listener.proved(1.4e-21)
    assert "1.0 s · reading: 1,234,567 rows · 42%\r" in stream.getvalue()
    assert "1.5 s · preparing\r" in stream.getvalue()
    assert "1.5 s · fitting\r" in stream.getvalue()
    assert "2.0 s · fitting: pass 1\r" in stream.getvalue()
    assert "4.0 s · fitting: pass 1 · loss 9.821 · gap 0.0031%\r" in stream.getvalue()
    assert "5.0 s · fitting: pass 1 · loss 9.821 · proved\n" in stream.getvalue()
    assert stream.getvalue().endswith("\x1b[?25h\r\x1b[1A\x1b[2K")


def test_many_calls_draw_ten_times_a_second_at_most(clock):
    stream = Terminal()
    with progress(note_console(stream), enabled=True) as listener:
        for step in range(3001):
            clock[0] = 100.0 + step / 1000
            listener.reached(step, 1.0)
    assert 20 <= stream.getvalue().count("loss") <= 27


@pytest.mark.parametrize(("stream", "enabled"), [(Terminal(), False), (io.StringIO(), True)])
def test_a_pipe_and_the_quiet_see_nothing(clock, stream, enabled):
    with progress(note_console(stream), enabled=enabled) as listener:
        clock[0] = 200.0
        listener.reading(1)
        listener.reached(1, 1.0)
    assert stream.getvalue() == ""


def test_an_error_passes_through_and_leaves_a_clean_line_and_no_thread(clock):
    stream, threads = Terminal(), threading.active_count()

    def fail():
        with progress(note_console(stream), enabled=True) as listener:
            clock[0] = 200.0
            listener.reached(1, 1.0)
            assert threading.active_count() == threads
            raise ArithmeticError("boom")

    with pytest.raises(ArithmeticError, match="boom"):
        fail()
    assert "reading: loss 1" in stream.getvalue()
    assert "\x1b[?25h" in stream.getvalue()
    assert threading.active_count() == threads


def test_a_descent_shows_how_long_it_will_take(clock):
    stream = Terminal()
    with progress(note_console(stream), enabled=True) as listener:
        listener.entering(Phase.FITTING)
        clock[0] = 102.0
        listener.planning(3000)
        clock[0] = 107.0
        listener.passing(29)
        clock[0] = 108.0
        listener.reached(30, 9.8213)
    assert "8.0 s · fitting: epoch 30 of 3,000 · 594 s left · loss 9.821\n" in stream.getvalue()


def test_after_a_descent_the_optimum_is_found_by_passes(clock):
    stream = Terminal()
    with progress(note_console(stream), enabled=True) as listener:
        listener.entering(Phase.FITTING)
        listener.planning(30)
        listener.reached(30, 9.8213)
        clock[0] = 106.0
        listener.entering(Phase.OPTIMUM)
        clock[0] = 107.0
        listener.passing(41)
        clock[0] = 108.0
        listener.reached(0, 9.5)
    assert "6.0 s · finding the optimum\r" in stream.getvalue()
    assert "8.0 s · finding the optimum: pass 1 · loss 9.500\n" in stream.getvalue()


@pytest.mark.parametrize("phase", [Phase.BOOTSTRAP, Phase.IMPORTANCE])
def test_refits_show_how_many_are_done_how_long_the_others_take_and_how_far_a_pass_is(clock, phase):
    stream = Terminal()
    with progress(note_console(stream), enabled=True) as listener:
        clock[0] = 110.0
        listener.entering(phase)
        for second, told in enumerate([(0, 1_500, 0.25), (0, 1_500, 1.0), (1_200, 1_500, 0.0)], start=1):
            clock[0] = 110.0 + 4 * second
            if second == 1:
                listener.passing(7)
            listener.refitting(*told)
    shown = stream.getvalue()
    assert f"14 s · {phase}: pass 1\r" in shown
    assert f"18 s · {phase}: 0 of 1,500 refits · pass 1\r" in shown
    assert f"22 s · {phase}: 1,200 of 1,500 refits · 3.0 s left · pass 1\n" in shown


def test_refits_whose_number_says_nothing_are_shown_as_passes(clock):
    stream = Terminal()
    with progress(note_console(stream), enabled=True) as listener:
        clock[0] = 110.0
        listener.entering(Phase.INTERVALS, 0.25)
        listener.passing(7)
        clock[0] = 114.0
        listener.refitting(0, 9, 0.25)
    assert "10 s · finding intervals at quantile 0.25\r" in stream.getvalue()
    assert "14 s · finding intervals at quantile 0.25: pass 1 (25%)\n" in stream.getvalue()


def test_a_phase_is_shown_as_soon_as_it_begins_but_not_in_short_work(clock):
    stream = Terminal()
    with progress(note_console(stream), enabled=True) as listener:
        clock[0] = 100.4
        listener.entering(Phase.PREPARING)
        assert stream.getvalue() == ""
        for number, phase in enumerate([Phase.FITTING, Phase.INTERVALS, Phase.SCORING]):
            clock[0] = 100.51 + number / 1000
            listener.entering(phase)
            assert f"0.5 s · {phase}" in stream.getvalue()


def shown_in(columns, monkeypatch, tell):
    """The last line that a listener shows in a window of so many columns."""
    monkeypatch.setenv("COLUMNS", str(columns))
    stream = Terminal()
    with progress(note_console(stream), enabled=True) as listener:
        tell(listener)
    return stream.getvalue().partition("\n")[0].rpartition("\x1b[2K")[2]


def test_a_narrow_window_keeps_the_time_left_whole(clock, monkeypatch):
    def tell(listener):
        listener.entering(Phase.FITTING)
        listener.planning(1_000_000)
        clock[0] += 100.0
        listener.reached(100_000, 0.00098213)

    assert shown_in(60, monkeypatch, tell) == "100 s · fitting: epoch 100,000 of 1,000,000 · 15 min left"
    assert shown_in(80, monkeypatch, tell).endswith(" · 15 min left · loss 0.0009821")


def test_a_gap_is_shown_whole_or_not_at_all(clock, monkeypatch):
    def tell(listener):
        listener.entering(Phase.FITTING)
        for number in range(100):
            listener.passing(number)
        clock[0] += 10.0
        listener.reached(3, 1.2345)
        clock[0] += 10.0
        listener.proved(3.6e-12)

    assert shown_in(60, monkeypatch, tell) == "20 s · fitting: pass 100 · loss 1.234 · gap 0.00000000036%"
    assert shown_in(50, monkeypatch, tell) == "20 s · fitting: pass 100 · loss 1.234"
