"""Sentences in the lines of a terminal: broken between words, and never between a number and its unit."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

# Up to the next blank that a line may end at: `95 %`, `(12 ms,` and `"flights.csv"` are one word each.
_WORD = re.compile(r"\s*\S+(?:(?<=\d) (?:%|ms|s)(?!\w)\S*)?\s*")


@dataclass(frozen=True)
class Paragraph:
    """Text in lines as wide as the terminal; a word that is wider has lines of its own."""

    text: Text

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Yield the text line by line."""
        for line in self.text.split("\n", allow_blank=True):
            for part in line.divide(_breaks(line.plain, options.max_width)):
                part.rstrip()
                yield part


def _breaks(line: str, width: int) -> Iterator[int]:
    """Where new lines begin."""
    used = 0
    for word in _WORD.finditer(line):
        if used and used + cell_len(word[0].rstrip()) > width:
            yield word.start()
            used = 0
        used += cell_len(word[0])
