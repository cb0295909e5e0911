import pytest

from dialer.carriers.asterisk.outcome import Ending, unanswered
from dialer.domain.call import AttemptState, Failure

_S, _F = AttemptState, Failure


@pytest.mark.parametrize(
    ("cause", "sip_code", "rang", "result"),
    [
        (17, 486, True, (_S.BUSY, None)),
        (17, None, True, (_S.BUSY, None)),
        (21, 603, False, (_S.DECLINED, None)),
        (21, None, True, (_S.DECLINED, None)),
        (21, None, False, (_S.FAILED, _F.ACCOUNT)),
        (21, 403, True, (_S.FAILED, _F.ACCOUNT)),
        (21, 407, False, (_S.FAILED, _F.ACCOUNT)),
        (1, 404, False, (_S.FAILED, _F.NUMBER)),
        (1, None, False, (_S.FAILED, _F.NUMBER)),
        (28, 484, False, (_S.FAILED, _F.NUMBER)),
        (19, 480, True, (_S.NO_ANSWER, None)),
        (34, 503, False, (_S.FAILED, _F.TEMPORARY)),
        (38, 500, False, (_S.FAILED, _F.TEMPORARY)),
        (38, None, False, (_S.FAILED, _F.TEMPORARY)),
        (16, None, True, (_S.NO_ANSWER, None)),
        (0, None, False, (_S.FAILED, _F.TEMPORARY)),
        (None, None, False, (_S.FAILED, _F.TEMPORARY)),
    ],
)
def test_what_the_other_end_said_has_its_word(
    cause: int | None, sip_code: int | None, *, rang: bool, result: tuple[AttemptState, Failure | None]
) -> None:
    assert unanswered(Ending(cause, sip_code, rang, told_by_the_other_end=True, timed_out=True)) == result


@pytest.mark.parametrize(("cause", "sip_code"), [(0, None), (19, 480), (16, None), (127, None)])
def test_asterisks_own_time_out_is_no_answer_whatever_its_cause(cause: int, sip_code: int | None) -> None:
    ending = Ending(cause, sip_code, rang=False, told_by_the_other_end=False, timed_out=True)

    assert unanswered(ending) == (_S.NO_ANSWER, None)


def test_a_call_that_ended_before_its_time_out_is_not_called_unanswered() -> None:
    ending = Ending(0, None, rang=False, told_by_the_other_end=False, timed_out=False)

    assert unanswered(ending) == (_S.FAILED, _F.TEMPORARY)
