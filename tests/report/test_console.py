"""Escape codes go to terminals only; nothing is cut, wrapped or refused on the way."""

import io

import pytest
from rich.console import Group
from rich.text import Text

from mae_cli.report.console import Room, note_console, result_console, room_on, show, show_note, show_report


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self):
        return True


def bytes_stream(encoding):
    return io.TextIOWrapper(io.BytesIO(), encoding=encoding, write_through=True)


@pytest.fixture(autouse=True)
def environment(monkeypatch):
    for name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "TTY_COMPATIBLE", "TTY_INTERACTIVE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")


@pytest.mark.parametrize("console_on", [result_console, note_console])
@pytest.mark.parametrize("variable", ["FORCE_COLOR", "TTY_COMPATIBLE", "CLICOLOR_FORCE"])
def test_a_pipe_gets_no_escape_codes_whatever_the_environment_forces(monkeypatch, console_on, variable):
    monkeypatch.setenv(variable, "1")
    stream = io.StringIO()
    show(console_on(stream), [Text("bold", "bold red")])
    assert stream.getvalue() == "bold\n"


def test_a_terminal_gets_colour():
    stream = Terminal()
    show(result_console(stream), [Text("red", "red")])
    assert stream.getvalue() == "\x1b[31mred\x1b[0m\n"


def test_no_color_is_honoured(monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    stream = Terminal()
    show(result_console(stream), [Text("red", "bold red")])
    assert "31" not in stream.getvalue()


def test_a_dumb_terminal_gets_no_escape_codes(monkeypatch):
    monkeypatch.setenv("TERM", "dumb")
    stream = Terminal()
    show(result_console(stream), [Text("red", "red")])
    assert stream.getvalue() == "red\n"


def test_piped_lines_are_neither_wrapped_nor_cut_in_a_narrow_window(monkeypatch):
    monkeypatch.setenv("COLUMNS", "20")
    stream = io.StringIO()
    show(result_console(stream), [Text("word " * 50 + "end")])
    assert stream.getvalue() == "word " * 50 + "end\n"


def test_sentences_wrap_on_a_terminal(monkeypatch):
    monkeypatch.setenv("COLUMNS", "20")
    stream = Terminal()
    show(result_console(stream), [Text("one two three four five six")])
    assert stream.getvalue() == "one two three four\nfive six\n"


@pytest.mark.parametrize(("columns", "width"), [("0", 80), ("1", 20), ("19", 20), ("21", 21)])
def test_a_window_too_narrow_for_numbers_is_left_to_the_terminal(monkeypatch, columns, width):
    monkeypatch.setenv("COLUMNS", columns)
    stream = Terminal()
    show(result_console(stream), [Text("12345.678901 " * 9)])
    assert max(map(len, stream.getvalue().splitlines())) == 13 * ((width + 1) // 13) - 1
    assert stream.getvalue().count("12345.678901") == 9


def test_sentences_among_tables_wrap_too(monkeypatch):
    monkeypatch.setenv("COLUMNS", "20")
    stream = Terminal()
    show(result_console(stream), [Group(Text("a time of almost 95 ms of it"), Text("end"))])
    assert stream.getvalue() == "a time of almost\n95 ms of it\nend\n"


def test_a_note_wraps_on_a_terminal_only(monkeypatch):
    monkeypatch.setenv("COLUMNS", "20")
    terminal, pipe = Terminal(), io.StringIO()
    for stream in (terminal, pipe):
        show_note(note_console(stream), "Note: 45 of 10,000 rows dropped")
    assert terminal.getvalue() == "Note: 45 of 10,000\nrows dropped\n"
    assert pipe.getvalue() == "Note: 45 of 10,000 rows dropped\n"


def test_a_plain_string_is_printed_as_it_is():
    stream = io.StringIO()
    result_console(stream).print("[b]x[/b] :smile:")
    assert stream.getvalue() == "[b]x[/b] :smile:\n"


def test_blocks_are_set_apart_by_an_empty_line():
    stream = io.StringIO()
    show(result_console(stream), [Text("a"), Text("b")])
    assert stream.getvalue() == "a\n\nb\n"


@pytest.mark.parametrize(
    ("encoding", "written"),
    [
        ("utf-8", "R² – × … é 大"),
        ("latin-1", "R² - × ... é \\u5927"),
        ("ascii", "R2 - x ... \\xe9 \\u5927"),
    ],
)
def test_a_character_the_stream_lacks_is_replaced(encoding, written):
    stream = bytes_stream(encoding)
    show(result_console(stream), [Text("R² – × … é 大")])
    assert stream.buffer.getvalue().decode(encoding).splitlines() == [written]


def test_a_pipe_has_room_for_everything_and_a_terminal_for_the_most_important(monkeypatch):
    assert room_on(result_console(io.StringIO())) == Room(name=None, terms=None)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("LINES", "56")
    assert room_on(result_console(Terminal())) == Room(name=36, terms=30)
    monkeypatch.setenv("COLUMNS", "20")
    monkeypatch.setenv("LINES", "55")
    assert room_on(result_console(Terminal())) == Room(name=16, terms=30, short=True)


@pytest.mark.parametrize(
    ("height", "other", "terms"), [(24, 4, 14), (24, 13, 6), (24, 40, 6), (40, 13, 21), (80, 13, 30)]
)
def test_a_report_has_as_many_terms_as_leave_all_of_it_on_the_screen(monkeypatch, height, other, terms):
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("LINES", str(height))

    def report(room):
        return [Text("x\n" * (other - 1) + "x"), Text("\n".join(["term"] * (room.terms or 99))), Text("last word " * 9)]

    terminal, pipe = Terminal(), io.StringIO()
    for stream in (terminal, pipe):
        show_report(result_console(stream), report)
    lines = terminal.getvalue().splitlines()
    assert lines.count("term") == terms
    assert len(lines) <= height - 2 or terms == 6
    assert pipe.getvalue().count("term") == 99


def test_the_consoles_are_standard_output_and_standard_error(capsys):
    show(result_console(), [Text("result")])
    show(note_console(), [Text("note")])
    assert capsys.readouterr() == ("result\n", "note\n")
