from pathlib import Path

import pytest

from dialer.store import cases
from dialer.store.file import prepare


@pytest.mark.parametrize(("sql", "values"), [(cases._CANDIDATE, 3), (cases._OF_ATTEMPT, 1)])
def test_what_is_read_for_each_call_walks_no_table(sql: str, values: int, tmp_path: Path) -> None:
    """A partial index counts only where the query repeats its condition to the letter."""
    connection = prepare(tmp_path / "dialer.db")

    plan = [row["detail"] for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}", (0,) * values)]
    connection.close()

    assert [step for step in plan if step.startswith("SCAN")] == []
    assert any("attempt" in step for step in plan)
