"""Where rows live is decided by their size, unless the user decides."""

import numpy as np
import pytest
from support.tables import held, several

from mae_cli.rows.blocks import Block, MemoryRows
from mae_cli.rows.design import Design
from mae_cli.rows.scratch import ScratchRows
from mae_cli.tables import storage
from mae_cli.tables.csv.files import Files
from mae_cli.tables.csv.source import Source
from mae_cli.tables.parquet import ParquetRecords
from mae_cli.tables.storage import needs_scratch, place_for

TEXT = "y,x\n" + "1.25,2.5\n" * 1000  # 1,000 rows of two columns: about 24,000 bytes with what goes with them
EMPTY = Block(Design(np.zeros((0, 1))), np.zeros(0), None, np.arange(0))


@pytest.fixture
def memory(monkeypatch):
    """Let the machine have so many bytes."""

    def of(size):
        monkeypatch.setattr(storage, "memory_bytes", lambda: size)

    return of


@pytest.mark.parametrize(("size", "needed"), [(1_000_000, False), (90_000, True)])
def test_rows_that_would_take_more_than_a_quarter_of_memory_go_to_a_scratch_file(memory, size, needed):
    memory(size)
    assert needs_scratch(held(TEXT), 2, stream=None) == needed


def test_only_the_columns_that_are_used_count(memory):
    memory(120_000)
    assert not needs_scratch(held(TEXT), 1, stream=None)
    assert needs_scratch(held(TEXT), 20, stream=None)


def test_the_rows_of_all_files_count(memory):
    memory(150_000)
    assert not needs_scratch(several(TEXT), 2, stream=None)
    assert needs_scratch(several(TEXT, TEXT, TEXT), 2, stream=None)


@pytest.mark.parametrize("size", [0, 1, 1 << 60])
def test_the_user_may_decide(memory, size):
    memory(size)
    assert needs_scratch(held(TEXT), 2, stream=True)
    assert not needs_scratch(held(TEXT), 2, stream=False)


def test_a_file_is_measured_without_reading_it_all(tmp_path, memory):
    path = tmp_path / "data.csv"
    path.write_text("y,x\n" + "1.25,2.5\n" * 200_000, encoding="ascii")
    files = Files.of([str(path)])
    memory(200_000 * 3 * 8 * 4 + 500_000)
    assert not needs_scratch(files, 2, stream=None)
    memory(200_000 * 3 * 8 * 4 - 500_000)
    assert needs_scratch(files, 2, stream=None)


def test_parquet_says_how_many_rows_it_has(tmp_path, memory):
    pa = pytest.importorskip("pyarrow")
    pq = pytest.importorskip("pyarrow.parquet")
    pq.write_table(pa.table({"y": [1.0] * 1_000, "x": [2.0] * 1_000}), tmp_path / "data.parquet", row_group_size=300)
    held_bytes = Source.of(str(tmp_path / "data.parquet"))
    for records in (ParquetRecords.of([held_bytes]), ParquetRecords.of([held_bytes] * 2)):
        needed = records.rows * 3 * 8
        memory(needed * 4)
        assert not needs_scratch(records, 2, stream=None)
        memory(needed * 4 - 4)
        assert needs_scratch(records, 2, stream=None)
        assert not needs_scratch(records, 2, stream=False)
    assert records.rows == 2_000


@pytest.mark.parametrize(("stream", "kind"), [(True, ScratchRows), (False, MemoryRows)])
def test_rows_are_kept_in_the_place_that_was_chosen(stream, kind):
    with place_for(held(TEXT), 2, stream=stream) as collect:
        assert isinstance(collect([EMPTY]), kind)
