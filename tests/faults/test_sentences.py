"""The sentences of all errors stand in one file, to be read from top to bottom."""

import re

import pytest
from faults.codes import codes_in_the_source

pytest.importorskip("distributed")
pytest.importorskip("pyarrow")

from faults.sentences import FILE, faults, listing

# With what a remedy may begin; a question is one, too.
IMPERATIVES = """
    add begin bring check choose close compare complete convert decide decompress do double download evaluate exclude
    export fetch fill fit fix give install join leave make move name predict put raise remove rename replace rescale
    restart run save send set skip start take train try turn unpack upgrade use write
""".split()  # noqa: SIM905  (a list of so many words would be a page)


pytestmark = pytest.mark.xdist_group("sentences")  # they share what takes a while


@pytest.fixture(scope="module")
def found():
    """The faults of all cases and examples."""
    return list(faults())


def test_the_file_holds_what_is_said_now(found):
    assert listing(found) == FILE.read_text(encoding="utf-8"), (
        "the sentences have changed: run `python -m faults` in tests, and read the difference"
    )


def test_every_code_has_a_sentence():
    listed = re.findall(r"^([a-z0-9-]+)$", FILE.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(listed) == len(set(listed))
    assert set(listed) == codes_in_the_source()


def test_a_remedy_says_what_to_do_or_asks(found):
    remedies = {fault.remedy for fault in found if fault.remedy is not None}
    others = {remedy for remedy in remedies if remedy.split()[0] not in IMPERATIVES and "?" not in remedy}
    assert others == set()


def test_no_sentence_ends_with_a_full_stop():
    sentences = [line for line in FILE.read_text(encoding="utf-8").splitlines() if line.startswith("    ")]
    assert [sentence for sentence in sentences if sentence.endswith(".")] == []
