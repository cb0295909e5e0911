import pytest

pytest.register_assert_rewrite("tests.carriers.contract", "tests.carriers.ears")
