from collections.abc import Iterator

import pytest
from blockbuster import blockbuster_ctx

pytest.register_assert_rewrite("tests.carriers.contract", "tests.carriers.ears")


@pytest.fixture(autouse=True)
def _nothing_blocks_the_loop() -> Iterator[None]:
    with blockbuster_ctx():
        yield
