from dialer.domain.errors import Fault, Incomplete, InvalidInput, NotChangeable, NotFound

NAME = Fault(("name",), "is missing", "missing")
PHONE = Fault(("contacts", 3, "phone"), "is no number", "phone")
WHOLE = Fault((), "The body is empty.", "empty")


def test_the_sentence_of_a_bad_input_names_the_first_fault_and_counts_the_others() -> None:
    assert str(InvalidInput([NAME])) == "name: is missing"
    assert str(InvalidInput([PHONE, NAME, WHOLE])) == "contacts.3.phone: is no number (2 more)"
    assert str(InvalidInput([WHOLE, NAME])) == "The body is empty. (1 more)"


def test_no_fault_is_lost() -> None:
    assert InvalidInput([PHONE, NAME]).faults == (PHONE, NAME)
    assert Incomplete([PHONE, NAME]).faults == (PHONE, NAME)


def test_a_refused_launch_gives_every_reason() -> None:
    assert str(Incomplete([WHOLE, Fault((), "And more.", "x")])) == "The body is empty. And more."


def test_a_refused_change_names_every_field() -> None:
    refused = NotChangeable(["contacts", "agent_id"], "running")

    assert refused.fields == ("contacts", "agent_id")
    assert (
        str(refused) == "The campaign is running; contacts, agent_id can be changed only while it is a draft."
    )


def test_what_is_not_there_is_quoted() -> None:
    assert str(NotFound("campaign", "camp_1\n")) == "There is no campaign 'camp_1\\n'."
