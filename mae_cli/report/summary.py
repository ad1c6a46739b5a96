"""The last line of a training report: the losses, how sure they are, where the model is, and how long it all took."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

from mae_cli.report.console import Paragraph
from mae_cli.report.names import model_place
from mae_cli.report.numbers import duration


@dataclass(frozen=True)
class Summary:
    """A sentence of one line.

    Attributes:
        forms: of the sentence, the longest first; a terminal is shown the first that it has room for.
    """

    forms: Sequence[Text]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Yield one of the forms; where none has room, the longest in lines."""
        room = options.max_width if console.is_terminal else self.forms[0].cell_len
        fitting = (form for form in self.forms if form.cell_len <= room)
        yield next(fitting, None) or Paragraph(self.forms[0])


def summary(losses: Sequence[str], verdict: str, model: str | None, seconds: float) -> Summary:
    """`MAE 10.98 · proved optimal · model.json · 0.8 s`; the losses in forms that are shorter and shorter."""
    rest = [verdict, model_place(model)]
    forms = [[form, *rest, duration(seconds)] for form in losses]
    return Summary([Text(" · ".join(parts), "bold") for parts in (*forms, [losses[-1], *rest])])
