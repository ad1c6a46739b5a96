"""The two consoles of a command, results and notes; what each has room for, and how sentences break into its lines.

Colour and escape codes go to a real terminal only, whatever the environment forces; what is piped is plain, unwrapped
and whole. A character that the stream cannot encode is replaced, never an error.
"""

import codecs
import os
import re
import sys
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, TextIO, cast

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.text import Text

_PIPED_WIDTH = 80  # of the chart; tables and sentences take what they need
_NARROWEST = 20  # what no number is wider than; a window below it wraps the lines itself
_WIDEST_HEADING = 18
_FEWEST_TERMS, _MOST_TERMS = 6, 30  # lines on a terminal
_PROMPT = 2  # lines of a screen that follow a report
_TALL_SCREEN = 56  # rows: a report of ten columns and the tall chart fit in so many
_REPLACEMENTS = str.maketrans(dict(zip("–×·²─│┊┤└┬", "-x-2-|:+++", strict=True)) | {"…": "..."})
_REPLACE = "mae_cli.replace"


@dataclass(frozen=True)
class Room:
    """How much a reader can take in at once.

    Attributes:
        name: terminal cells for a name from the user's data; None for no limit.
        terms: lines of coefficients; None for all.
        short: whether the screen has fewer than 56 rows.
    """

    name: int | None
    terms: int | None
    short: bool = False

    @property
    def heading(self) -> int | None:
        """Terminal cells for a name above a column of numbers; None for no limit."""
        return None if self.name is None else min(self.name, _WIDEST_HEADING)


def result_console(stream: TextIO | None = None) -> Console:
    """The console for results, on standard output unless another stream is given."""
    return _console(sys.stdout if stream is None else stream)


def note_console(stream: TextIO | None = None) -> Console:
    """The console for notes, warnings and progress, on standard error unless another stream is given."""
    return _console(sys.stderr if stream is None else stream)


def room_on(console: Console) -> Room:
    """Everything when piped; on a terminal names of half a line, and no more terms than a reader can take in."""
    if not console.is_terminal:
        return Room(name=None, terms=None)
    name = max(16, min(40, console.width // 2 - 4))
    return Room(name=name, terms=_MOST_TERMS, short=console.height < _TALL_SCREEN)


def show_report(console: Console, blocks: Callable[[Room], Sequence[RenderableType]]) -> None:
    """Print the blocks of a report, on a terminal with as many terms as leave all of it on the screen, few at least."""
    room = room_on(console)
    if room.terms is not None:
        rooms = [replace(room, terms=terms) for terms in range(_FEWEST_TERMS, room.terms + 1)]
        fitting = bisect_right(rooms, console.height - _PROMPT, key=lambda each: _lines(console, blocks(each)))
        room = rooms[max(fitting - 1, 0)]
    show(console, blocks(room))


def _lines(console: Console, blocks: Sequence[RenderableType]) -> int:
    """How many the blocks take on a terminal."""
    return len(console.render_lines(_wrapped(_spaced(blocks)), pad=False))


def show(console: Console, blocks: Sequence[RenderableType]) -> None:
    """Print the blocks with an empty line between them; sentences wrap on a terminal only, tables never."""
    _print(console, _spaced(blocks))


def _spaced(blocks: Sequence[RenderableType]) -> Group:
    spaced: list[RenderableType] = []
    for block in blocks:
        spaced += [block] if not spaced else [Text(), block]
    return Group(*spaced)


def show_note(console: Console, note: str) -> None:
    """Print a note; it wraps on a terminal only."""
    _print(console, Text(note))


def _print(console: Console, block: RenderableType) -> None:
    if console.is_terminal:
        console.print(_wrapped(block))
    else:
        console.print(block, soft_wrap=True)


def _wrapped(block: RenderableType) -> RenderableType:
    """The block with its sentences as paragraphs."""
    if isinstance(block, Group):
        return Group(*map(_wrapped, block.renderables))
    return Paragraph(block) if isinstance(block, Text) else block


def _console(stream: TextIO) -> Console:
    is_terminal = stream.isatty()
    console = _PlainConsole(
        file=cast("TextIO", _EncodableStream(stream)),
        force_terminal=is_terminal,
        force_jupyter=False,
        no_color=bool(os.environ.get("NO_COLOR")),
        width=None if is_terminal else _PIPED_WIDTH,
        markup=False,
        emoji=False,
        highlight=False,
    )
    if console.width < _NARROWEST:
        console.width = _NARROWEST if console.width else _PIPED_WIDTH  # COLUMNS=0 means that it is not known
    return console


class _PlainConsole(Console):
    """A console that leaves a closed pipe to the command; rich would exit with 1."""

    def on_broken_pipe(self) -> None:
        """Pass on the BrokenPipeError that is being handled."""
        raise  # noqa: PLE0704  (rich calls this while it handles the error)


class _EncodableStream:
    """A text stream that writes `x` for `×` and an escape for any other character its encoding lacks."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        encoding = self._stream.encoding or "utf-8"
        return self._stream.write(text.encode(encoding, _REPLACE).decode(encoding))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def _replace(error: UnicodeError) -> tuple[str | bytes, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    text = error.object[error.start : error.end].translate(_REPLACEMENTS)
    return text.encode("ascii", "backslashreplace").decode("ascii"), error.end


codecs.register_error(_REPLACE, _replace)


# Up to the next blank that a line may end at: `12 ms,` and `"Order ID"` are one word each.
_WORD = re.compile(r'\s*(?:[^\s"]*"[^"]*"\S*|\S+)(?:(?<=\d) (?:ms|s|min)(?!\w)\S*)?\s*')


_HANGING = " " * 4


@dataclass(frozen=True)
class Paragraph:
    """Text in lines as wide as the terminal; a word that is wider has lines of its own.

    What an indented line has no room for is indented by four.
    """

    text: Text

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Yield the text line by line."""
        for line in self.text.split("\n", allow_blank=True):
            indent = _HANGING if line.plain.startswith(" ") else ""
            first, *rest = line.divide(_breaks(line.plain, options.max_width, len(indent)))
            for part in (first, *(Text(indent).append_text(each) for each in rest)):
                part.rstrip()
                yield part


def _breaks(line: str, width: int, indent: int) -> Iterator[int]:
    """Where new lines begin, all but the first of which are indented."""
    used = 0
    for word in _WORD.finditer(line):
        if used > indent and used + cell_len(word[0].rstrip()) > width:
            yield word.start()
            used = indent
        used += cell_len(word[0])
