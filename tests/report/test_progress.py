"""Progress is shown to people who wait, and to nobody else."""

import io
import threading

import pytest

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
        listener.preparing()
        clock[0] = 102.0
        listener.passing(3)
        clock[0] = 103.0
        listener.reached(1200, 9.8213)
        clock[0] = 104.0
        listener.proved(3.04e-5)
        clock[0] = 105.0
        listener.proved(1.4e-21)
    assert "1.0 s · reading: 1,234,567 rows · 42%\r" in stream.getvalue()
    assert "1.5 s · preparing\r" in stream.getvalue()
    assert "2.0 s · fitting: pass 3\r" in stream.getvalue()
    assert "4.0 s · fitting: pass 3 · step 1,200, loss 9.821 · at most 0.0031% above the optimum\r" in stream.getvalue()
    assert "5.0 s · fitting: pass 3 · step 1,200, loss 9.821 · proved\n" in stream.getvalue()
    assert stream.getvalue().endswith("\x1b[?25h\r\x1b[1A\x1b[2K")


def test_many_calls_draw_ten_times_a_second_at_most(clock):
    stream = Terminal()
    with progress(note_console(stream), enabled=True) as listener:
        for step in range(3001):
            clock[0] = 100.0 + step / 1000
            listener.reached(step, 1.0)
    assert 20 <= stream.getvalue().count("fitting") <= 27


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
    assert "fitting: step 1" in stream.getvalue()
    assert "\x1b[?25h" in stream.getvalue()
    assert threading.active_count() == threads


def test_a_descent_shows_how_long_it_will_take(clock):
    stream = Terminal()
    with progress(note_console(stream), enabled=True) as listener:
        listener.planning(3000)
        clock[0] = 105.0
        listener.passing(29)
        clock[0] = 106.0
        listener.reached(30, 9.8213)
    assert "6.0 s · fitting: epoch 30 of 3,000, loss 9.821, 594 s left" in stream.getvalue()


def test_refits_show_how_many_are_done_and_how_far_a_pass_is(clock):
    stream = Terminal()
    with progress(note_console(stream), enabled=True) as listener:
        for second, told in enumerate([(0, 1_500, 0.25), (0, 1_500, 1.0), (1_200, 1_500, 0.0)], start=1):
            clock[0] = 100.0 + second
            listener.refitting(*told)
    shown = stream.getvalue()
    assert "1.0 s · refitting: 0 of 1,500 · pass 25%\r" in shown
    assert "2.0 s · refitting: 0 of 1,500\r" in shown
    assert "3.0 s · refitting: 1,200 of 1,500\r" in shown
