import pytest

from dialer.carriers.asterisk.sorting import sort_answer
from dialer.carriers.base import NotPlaced, Placed, Uncertain
from dialer.domain.call import Failure
from dialer.domain.ids import AttemptId

_ID = AttemptId("call_01a20b0c9bba84a4562b314f")


@pytest.mark.parametrize("status", [200, 409])
def test_a_channel_that_is_there_is_a_call_whoever_asked_for_it(status: int) -> None:
    assert sort_answer(_ID, status, b'{"message": "whatever"}') == Placed(_ID)


@pytest.mark.parametrize(
    ("status", "body", "failure", "word"),
    [
        (401, b'{"error": "Unauthorized"}', Failure.ACCOUNT, "password"),
        (403, b"", Failure.ACCOUNT, "read_only"),
        (404, b'{"message":"Resource not found"}', Failure.ACCOUNT, "res_ari_channels.so"),
        (400, b'{"message":"Endpoint must be specified"}', Failure.OTHER, "Endpoint must be specified"),
        (400, b"<html>", Failure.OTHER, "400"),
        (500, b'{"error":"Allocation failed"}', Failure.TEMPORARY, "endpoint"),
    ],
)
def test_a_refusal_proves_that_nobody_rings(status: int, body: bytes, failure: Failure, word: str) -> None:
    result = sort_answer(_ID, status, body)

    assert isinstance(result, NotPlaced)
    assert result.failure is failure
    assert word in result.detail


@pytest.mark.parametrize(("status", "body"), [(500, b""), (500, b'{"error":"Oh"}'), (503, b"{}"), (302, b"")])
def test_any_other_answer_proves_nothing(status: int, body: bytes) -> None:
    assert isinstance(sort_answer(_ID, status, body), Uncertain)
