"""The sentences of all errors: those of the cases, and of the examples of what no case makes happen.

`python -m faults`, run in the directory `tests`, writes them into `sentences.txt`.
"""

import io
import re
import shlex
import tempfile
import textwrap
from collections.abc import Callable, Iterable, Iterator
from contextlib import chdir, redirect_stderr
from dataclasses import replace
from functools import partial
from pathlib import Path
from unittest.mock import patch

from faults import test_new_data, test_structure, test_values
from faults.examples import CALLS, COMMANDS, lay_out
from faults.outages import OUTAGES
from faults.parties import PARTIES
from faults.running import PROGRAMS, invoke, prepare, refusal_of
from support.faults import told
from support.tables import close_sources

from mae_cli.errors import Fault, MaeCliError

FILE = Path(__file__).with_name("sentences.txt")
# What differs between sentences that say the same of other data: quoted text, numbers, files, and values of options.
_NAMES = re.compile(
    r"""'[^']*' | "[^"]*" | [\w.:/*-]+\.(csv|json|parquet)
    | (?<=--)[a-z-]+[ =]("[^"]*"|\S+) | 0x[\da-f]+ | \d[\d.,]*""",
    re.VERBOSE,
)
_COMMANDS = {program: command for command, program in PROGRAMS.items()}


def faults() -> Iterator[Fault]:
    """Of every case that is refused, and of every example."""
    for module in (test_structure, test_values, test_new_data):
        for case in module.CASES:
            if case.refusal is not None:
                with tempfile.TemporaryDirectory() as folder, chdir(folder):
                    yield refusal_of(case.command, *prepare(case))[0]
    with tempfile.TemporaryDirectory() as folder, chdir(folder), patch("tempfile.tempdir", "/tmp"):
        lay_out()
        for example in (*map(_command, COMMANDS), *CALLS, *OUTAGES):
            fault = _fault_of(example)
            yield replace(fault, what=fault.what.replace(str(Path.cwd()), "/home/me"))
    close_sources()


def _command(line: str) -> Callable[[], object]:
    program, *arguments = shlex.split(line)
    return partial(invoke, _COMMANDS[program], *arguments)


def _fault_of(example: Callable[[], object]) -> Fault:
    with told() as found, redirect_stderr(io.StringIO()):
        try:
            example()
        except MaeCliError as error:
            found.append(error.fault)
        except SystemExit:
            pass
    (fault,) = found
    return fault


def listing(found: Iterable[Fault]) -> str:
    """The text of `sentences.txt`: parties, below each its codes, below each what is said, once for all names."""
    sentences: dict[str, dict[str, str]] = {}
    for fault in found:
        sentences.setdefault(fault.code, {}).setdefault(_NAMES.sub("·", str(fault)), str(fault))
    parts = []
    for party, codes in PARTIES.items():
        parts.append(f"# {party}\n")
        parts += [f"{code}\n" + "".join(map(_entry, sentences.pop(code).values())) for code in codes]
    assert not sentences, f"codes of no party: {', '.join(sentences)}"
    return "\n".join(parts)


def _entry(sentence: str) -> str:
    return textwrap.indent(sentence, "    ") + "\n"
