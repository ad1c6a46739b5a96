"""Valid files of every style, damaged at random, and what the program makes of them."""

import csv
import io
import random
from collections import Counter
from pathlib import Path

import numpy as np
from faults.strict_reader import Unclear, strict_table
from support.tables import columns

from mae_cli.errors import MaeCliError
from mae_cli.messages import BLOCK
from mae_cli.rows.blocks import MemoryRows, whole
from mae_cli.tables.columns import ColumnChoice, resolve
from mae_cli.tables.csv.files import Files
from mae_cli.tables.load import load_training
from mae_cli.tables.read import ReadOptions

# Bytes that mean something in a CSV text are put in more often than others.
_TELLING = b',;"\r\n\t .-+eE019aN\xef\xbb\xbf\xe9\x00#%'


def valid_file(random: random.Random) -> bytes:
    """Twenty to sixty rows of a target, numbers and levels in one of the styles in which people write them."""
    text = io.StringIO()
    writer = csv.writer(
        text,
        delimiter=random.choice(",,,;"),
        lineterminator=random.choice(["\n", "\n", "\r\n", "\r"]),
        quoting=random.choice([csv.QUOTE_MINIMAL, csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC]),
    )
    writer.writerow(["y", "x", "k", "z"])
    levels = random.choice([["a", "b"], ["é", "b, c", 'd"e'], ["one\ntwo", "b", "NA"]])
    for row in range(random.randint(20, 60)):
        target = random.choice([round(random.gauss(0, 9), 3), random.gauss(0, 9), row])
        number = random.choice([row % 7, round(random.uniform(-5, 5), 2), "" if row % 9 == 4 else 3])
        writer.writerow([target, number, random.choice(levels), random.randint(-99, 10**9)])
    mark = random.choice([b"", b"", b"", b"\xef\xbb\xbf"])
    return mark + text.getvalue().encode()


def mutated(content: bytes, random: random.Random) -> bytes:
    """The content with one to three faults."""
    for _ in range(random.choice([1, 1, 1, 2, 3])):
        if not content:
            break
        place = random.randrange(len(content))
        end = min(len(content), place + random.choice([1, 1, 2, 8, 40]))
        some = bytes(random.choice(_TELLING) for _ in range(random.choice([1, 1, 1, 2])))
        flipped = bytes([content[place] ^ (1 << random.randrange(8))])
        content = random.choice(
            [
                content[:place] + flipped + content[place + 1 :],
                content[:place] + some + content[place + 1 :],
                content[:place] + some + content[place:],
                content[:place] + content[end:],
                content[:end] + content[place:],
                content[: max(place, 1)],
            ]
        )
    return content


def accepted(content: bytes, path: Path, excluded: frozenset[str]) -> tuple[int, list[float], dict, set[str]] | None:
    """What the program reads: rows, the target and features of the complete ones, what is left out; None if refused."""
    path.write_bytes(content)
    try:
        files = Files.of([str(path)])
        used = resolve(ColumnChoice("y", exclude=excluded), files.header, files.name)
        loaded = load_training(files, used, ReadOptions(MemoryRows.collect))
    except MaeCliError as error:
        _require_one_line(str(error), path)
        return None
    left_out = {column.column for column in loaded.left_out}
    return loaded.rows_read, whole(loaded.rows).target.tolist(), columns(loaded), left_out


def _require_one_line(message: str, path: Path) -> None:
    assert "\n" not in message.replace(BLOCK, "")
    assert message.startswith((str(path), "column ", "the "))


def judged(content: bytes, path: Path, excluded: frozenset[str]) -> str:
    """What became of a file: refused, accepted as it reads, or how the two readings differ."""
    found = accepted(content, path, excluded)
    try:
        expected = strict_table(content, excluded=excluded)
    except Unclear as doubt:
        return "refused" if found is None else f"accepted in doubt: {doubt}"
    if found is None:
        return "refused, though clear"
    same = found == (expected.read, expected.target, expected.features, expected.left_out)
    return "accepted" if same and np.isfinite(found[1]).all() else "read differently"


def outcomes(seed: int, count: int, path: Path) -> tuple[Counter, dict[str, list[bytes]]]:
    """How often each outcome was met, and the first files of those that are neither agreement nor refusal."""
    chance, counts, examples = random.Random(seed), Counter(), {}
    for _ in range(count):
        content = mutated(valid_file(chance), chance)
        excluded = frozenset(chance.choice(["", "", "z", "k", "xz"]))
        outcome = judged(content, path, excluded)
        counts[outcome] += 1
        if outcome not in {"accepted", "refused"} and len(examples.setdefault(outcome, [])) < 5:
            examples[outcome].append(content)
    return counts, examples
