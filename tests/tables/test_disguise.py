"""Text that means a number; what commands say of it is tested among the faults of values."""

import pytest

from mae_cli.tables import disguise
from mae_cli.tables.disguise import common_disguise


def test_text_without_digits_is_known_for_none_without_the_patterns(monkeypatch):
    monkeypatch.setattr(disguise, "_patterns", None)
    assert common_disguise({"AA": 3, "n/a": 1, "km": 2}) is None


@pytest.mark.parametrize(
    ("text", "name"), [("½", "a fraction"), ("٣", "a number in digits other than 0-9"), ("5 %", "a percentage")]
)
def test_digits_of_all_kinds_are_looked_at(text, name):
    found, kind = common_disguise({"none": 1, text: 3})
    assert (found, kind.name) == (text, name)
