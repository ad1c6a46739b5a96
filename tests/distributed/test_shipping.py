"""This package on workers: versions that would not give the same results are refused."""

import re

import pytest

from mae_cli.distributed import probe
from mae_cli.distributed.shipping import ship

pytest.importorskip("distributed")


class Workers:
    """A client whose only worker answers with this environment, and says what it was sent."""

    def __init__(self, **differing):
        self.environment = probe.environment() | differing
        self.sent = []

    def run(self, function):
        return {"tcp://far:1": self.environment} if function is probe.environment else {}

    def upload_file(self, path):
        self.sent.append(path)


@pytest.mark.parametrize(
    ("differing", "fault"),
    [
        ({"numpy": None}, r"the Dask worker tcp://far:1 has no numpy; install numpy [\d.]+ there"),
        ({"pandas": "2.2.3"}, r"the Dask worker tcp://far:1 has pandas 2.2.3, but [\d.]+ is here; use the same"),
        ({"python": "3.9"}, r"the Dask worker tcp://far:1 has python 3.9, but [\d.]+ is here; use the same"),
    ],
)
def test_workers_with_other_versions_are_refused_and_sent_nothing(differing, fault):
    workers = Workers(**differing, mae_cli=None)
    assert re.fullmatch(fault, ship(workers))
    assert workers.sent == []


def test_workers_that_have_this_very_package_are_sent_nothing():
    workers = Workers()
    assert ship(workers) is None
    assert workers.sent == []


def test_workers_that_keep_another_version_of_this_package_are_told_of():
    workers = Workers(mae_cli="0123456789abcdef")
    assert ship(workers) == "the Dask worker tcp://far:1 keeps another version of mae-cli; restart it"
    assert len(workers.sent) == 1
