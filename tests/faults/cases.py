"""What a case of the fault suite is: a file, a command on it, and the only outcome that is right."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from support.faults import Refusal

# Twelve rows of a target, a number and a level; no optimum is degenerate, so that every answer is unique.
ROWS = (
    ("3.1", "1", "a"),
    ("4.9", "2.5", "b"),
    ("2.25", "0.5", "a"),
    ("8.75", "6", "b"),
    ("-1.5", "-2", "a"),
    ("100", "7.25", "b"),
    ("5.5", "3.75", "a"),
    ("0.125", "-3.5", "b"),
    ("6.25", "4.125", "b"),
    ("7.5", "5", "a"),
    ("2.875", "1.75", "b"),
    ("-4", "-6.5", "b"),
)


def table(rows: Sequence[Sequence[str]] = ROWS, header: str = "y,x,k", delimiter: str = ",", end: str = "\n") -> str:
    """A CSV text of rows whose cells need no quotes, or have them."""
    return "".join(delimiter.join(row) + end for row in [header.split(","), *rows])


def changed(cells: Mapping[tuple[int, int], str], rows: Sequence[Sequence[str]] = ROWS) -> list[list[str]]:
    """The rows with other cells at (row, column)."""
    return [[cells.get((i, j), cell) for j, cell in enumerate(row)] for i, row in enumerate(rows)]


def column(place: int, cells: Sequence[str]) -> list[list[str]]:
    """The rows with these cells in the column, again and again."""
    return changed({(row, place): cells[row % len(cells)] for row in range(len(ROWS))})


def without(*gone: int) -> list[Sequence[str]]:
    """The rows but for some."""
    return [row for place, row in enumerate(ROWS) if place not in gone]


CLEAN = table()


EMPTY, NO_ROWS = Refusal("empty-file"), Refusal("no-data-rows")


def too_few(line: int) -> Refusal:
    """A line has fewer fields than the header."""
    return Refusal("wrong-field-count", line=line, remedy="complete the line, or remove it")


def too_many(line: int) -> Refusal:
    """A line has more fields than the header."""
    return Refusal("wrong-field-count", line=line, remedy="put cells that contain ',' in quotes")


def unclosed(line: int) -> Refusal:
    """A quote is opened and never closed."""
    return Refusal("unclosed-quote", line=line, remedy="close it")


def not_utf8(line: int, column: str | None = None) -> Refusal:
    """A byte is no UTF-8."""
    remedy = "name the encoding with --encoding (latin-1 or cp1252, most often), or save the file as UTF-8"
    return Refusal("not-utf8", line=line, column=column, remedy=remedy)


def nul_byte(line: int, column: str | None, cell: str) -> Refusal:
    """A cell has a NUL byte."""
    remedy = "use --encoding utf-16-le or utf-16-be, if the file is UTF-16"
    return Refusal("nul-byte", line=line, column=column, cell=cell, remedy=remedy)


def not_a_number(line: int, cell: str, remedy: str, column: str = "y") -> Refusal:
    """A cell is no number, where it must be one."""
    return Refusal("not-a-number", line=line, column=column, cell=cell, remedy=remedy)


@dataclass(frozen=True)
class Case:
    """A file and what must come of it.

    Attributes:
        name: of the test.
        content: of `data.csv`, or of each file by its name.
        options: of the command, beside the data and the target.
        twin: a clean text that must get the same answer.
        values: keys of the JSON report, as `data.rows_used`, and what must be there; beside or instead of a twin.
        notes: what the user is told, exactly; None where that is another test's matter.
        refusal: the fault that is told, when there must be no answer.
        status: the exit status of a refusal.
        command: train, eval or predict; the last two use a model of the clean table.
    """

    name: str
    content: str | bytes | Mapping[str, str | bytes]
    options: tuple[str, ...] = ()
    twin: str | None = None
    values: Mapping[str, object] = field(default_factory=dict)
    notes: tuple[str, ...] | None = ()
    refusal: Refusal | None = None
    status: int = 1
    command: str = "train"

    @property
    def files(self) -> dict[str, bytes]:
        """The bytes of every file by its name."""
        contents = self.content if isinstance(self.content, Mapping) else {"data.csv": self.content}
        return {name: text if isinstance(text, bytes) else text.encode() for name, text in contents.items()}


def same(name: str, content: str | bytes | Mapping[str, str | bytes], *options: str, **expected: object) -> Case:
    """A file that says what a clean one says, by default the clean table."""
    return Case(name, content, options, **{"twin": CLEAN} | expected)


def tells(name: str, content: str | bytes | Mapping[str, str | bytes], *options: str, **expected: object) -> Case:
    """A file whose answer is known."""
    return Case(name, content, options, **expected)


def refused(
    name: str, content: str | bytes | Mapping[str, str | bytes], refusal: Refusal, *options: str, **expected: object
) -> Case:
    """A file that is refused for this fault."""
    return Case(name, content, options, refusal=refusal, **expected)


def on_model(case: Case, command: str = "eval") -> Case:
    """The case for another command."""
    return Case(**vars(case) | {"command": command})


def named(case: Case) -> Case:
    """The case of a user who names the features, which are used or refused then."""
    refusal = case.refusal
    if refusal is not None and refusal.remedy is not None:
        remedy = refusal.remedy.replace(" or --exclude x", ", or do not name it")
        refusal = replace(refusal, remedy=remedy.replace("use --exclude x", "do not name it"))
    return Case(**vars(case) | {"options": (*case.options, "--features", "x,k"), "refusal": refusal})


def left_out(case: Case) -> Case:
    """The case of a user who does not name what is refused otherwise: the column is left out."""
    expected = {"refusal": None, "values": {"columns_left_out.0.column": "x"}, "notes": None}
    return Case(**vars(case) | expected | {"name": f"{case.name}, not named"})
