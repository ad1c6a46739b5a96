"""This package on workers: versions that would not give the same results are refused."""

import numpy as np
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
    ("differing", "code", "remedy"),
    [
        ({"numpy": None}, "dask-package-missing", f"install numpy {np.__version__} there"),
        ({"pandas": "2.2.3"}, "dask-version-mismatch", "use one version"),
        ({"python": "3.9"}, "dask-version-mismatch", "use one version"),
    ],
)
def test_workers_with_other_versions_are_refused_and_sent_nothing(differing, code, remedy):
    workers = Workers(**differing, mae_cli=None)
    fault = ship(workers)
    assert (fault.code, fault.place, fault.remedy) == (code, None, remedy)
    assert workers.sent == []


def test_workers_that_have_this_very_package_are_sent_nothing():
    workers = Workers()
    assert ship(workers) is None
    assert workers.sent == []


def test_workers_that_keep_another_version_of_this_package_are_told_of():
    workers = Workers(mae_cli="0123456789abcdef")
    fault = ship(workers)
    assert (fault.code, fault.place, fault.remedy) == ("dask-version-mismatch", None, "restart it")
    assert len(workers.sent) == 1
