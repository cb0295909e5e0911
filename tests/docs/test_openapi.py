from tests.docs.openapi_dump import FILE, described


def test_the_description_that_is_checked_in_is_the_one_that_is_served() -> None:
    assert FILE.read_text("utf-8") == described(), "run: python -m tests.docs.openapi_dump"
