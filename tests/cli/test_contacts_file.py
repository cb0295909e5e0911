from pathlib import Path

import pytest

from dialer.cli.contacts_file import ContactsFile, read
from dialer.cli.failure import Failed


def given(tmp_path: Path, content: str | bytes) -> Path:
    file = tmp_path / "people.csv"
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return file


def contacts(tmp_path: Path, content: str | bytes) -> list[dict[str, object]]:
    return list(read(given(tmp_path, content)).contacts)


def faults(tmp_path: Path, content: str | bytes) -> list[str]:
    file = given(tmp_path, content)
    with pytest.raises(Failed) as refused:
        read(file)
    return [sentence.replace(str(file), "FILE") for sentence in refused.value.sentences]


def test_known_columns_are_fields_and_others_are_variables(tmp_path: Path) -> None:
    header = "phone,first_name,last_name,name,email,timezone,Plan"
    text = f"{header}\n+12025550100,Zoë,Noël,Z,z@x.org,Asia/Tokyo,gold\n"

    assert contacts(tmp_path, text) == [
        {
            "phone": "+12025550100",
            "first_name": "Zoë",
            "last_name": "Noël",
            "name": "Z",
            "email": "z@x.org",
            "timezone": "Asia/Tokyo",
            "variables": {"Plan": "gold"},
        }
    ]


def test_a_spreadsheets_header_is_understood(tmp_path: Path) -> None:
    assert contacts(tmp_path, "First Name, Phone\nZoë,+12025550100\n") == [
        {"first_name": "Zoë", "phone": "+12025550100"}
    ]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_commas_semicolons_and_tabs_separate(tmp_path: Path, separator: str) -> None:
    text = f'phone{separator}name\n+12025550100{separator}"a, b; c"\n'

    assert contacts(tmp_path, text) == [{"phone": "+12025550100", "name": "a, b; c"}]


def test_a_byte_order_mark_and_windows_lines_are_fine(tmp_path: Path) -> None:
    assert contacts(tmp_path, b"\xef\xbb\xbfphone,name\r\n+12025550100,Z\r\n") == [
        {"phone": "+12025550100", "name": "Z"}
    ]


def test_blank_values_lines_and_columns_are_left_out(tmp_path: Path) -> None:
    text = "phone,name,,plan\n\n+12025550100, ,x,\n , , ,\n+12025550101\n"

    assert contacts(tmp_path, text) == [{"phone": "+12025550100"}, {"phone": "+12025550101"}]


def test_faults_are_told_by_the_line_they_stand_on(tmp_path: Path) -> None:
    text = 'phone,name\n+12025550100,"two\nlines"\n,nobody\n1.2E+10,excel\n+12025550101,a,b\n'

    assert faults(tmp_path, text) == [
        "FILE line 4: phone is empty",
        "FILE line 5: '1.2E+10' is no telephone number: + and 7 to 15 digits, such as +12025550100",
        "FILE line 6: 3 values for 2 columns",
    ]


def test_many_faults_are_cut_and_counted(tmp_path: Path) -> None:
    said = faults(tmp_path, "phone\n" + "x\n" * 30)

    assert len(said) == 21
    assert said[-1] == "… and 10 more faults."


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (
            "number\n+12025550100\n",
            "FILE line 1: the header has no column `phone`; it has number; rename number to phone.",
        ),
        ("", "FILE line 1: the header has no column `phone`; it has nothing."),
        ("phone,plan,plan\n", "FILE line 1: more than one column is called plan."),
        ("phone\n", "FILE names nobody: it has a header and no line below it."),
        (b"phone,name\n+12025550100,Zo\xeb\n", "FILE is not UTF-8 (byte 26); save it as UTF-8."),
        ('phone\n"+12025550100\n', "FILE line 2: unexpected end of data"),
    ],
)
def test_a_file_that_is_no_list_is_told_in_one_sentence(
    tmp_path: Path, content: str | bytes, sentence: str
) -> None:
    assert faults(tmp_path, content) == [sentence]


def test_a_file_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(Failed, match=r"none.csv cannot be read: No such file or directory\."):
        read(tmp_path / "none.csv")


@pytest.mark.parametrize(
    ("sentence", "shown"),
    [
        ("contacts.1.timezone: is no zone", "people.csv line 5: timezone: is no zone"),
        ("contacts.0: is odd", "people.csv line 3: is odd"),
        ("contacts: is empty", "contacts: is empty"),
        ("agent_id: is required", "agent_id: is required"),
        ("No such thing.", "No such thing."),
    ],
)
def test_a_fault_of_the_api_gets_its_line(sentence: str, shown: str) -> None:
    assert ContactsFile(Path("people.csv"), [{}, {}], [3, 5]).name_lines(sentence) == shown
