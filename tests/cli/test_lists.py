"""Lists of people into a campaign and out of it."""

import csv
from pathlib import Path

from tests.cli.conftest import Dialer
from tests.cli.lists import draft, value


def test_a_file_is_appended_and_exported_again(served: Dialer) -> None:
    campaign = draft(served)
    Path("more.csv").write_text("phone,Plan\n+12025550102,gold\n+12025559900,\n", "utf-8")
    Path("lines.jsonl").write_text('"+12025550103"\n', "utf-8")

    ran = served("campaign", "append", campaign, "more.csv")
    assert (ran.code, ran.out, ran.err) == (0, "1 contacts were added, 1 were there already.\n", "")
    assert value(served("campaign", "append", campaign, "lines.jsonl", "--json"))["accepted"] == 1
    assert served("campaign", "export", campaign, "--output", "out.csv").code == 0

    with Path("out.csv").open(newline="", encoding="utf-8") as opened:
        rows = [(row["phone"], row["Plan"], row["status"]) for row in csv.DictReader(opened)]
    assert rows == [
        ("+12025559900", "gold", "pending"),
        ("+12025550102", "gold", "pending"),
        ("+12025550103", "", "pending"),
    ]


def test_lines_that_are_not_taken_are_told_and_saved(served: Dialer) -> None:
    campaign = draft(served)
    Path("more.csv").write_text("phone\n+12025550102\n12\n", "utf-8")

    ran = served("campaign", "append", campaign, "more.csv", "--rejects", "bad.csv")

    assert (ran.code, ran.out) == (1, "1 contacts were added, 0 were there already.\n")
    assert ran.err.splitlines() == [
        'more.csv line 3: phone: must be + and 7 to 15 digits such as +12025550100, not "12"',
        "1 lines were not taken; they are in bad.csv. Mend them and append them again.",
    ]
    saved = Path("bad.csv").read_text("utf-8")
    Path("bad.csv").write_text(saved.replace(",12\n", ",+12025550104\n"), "utf-8")
    assert served("campaign", "append", campaign, "bad.csv").code == 0


def test_what_cannot_be_appended_or_exported_is_told(served: Dialer) -> None:
    assert served("campaign", "append", "1", "people.xml").code == 2
    assert served("campaign", "append", "1", "none.csv").err == (
        "none.csv cannot be read: No such file or directory.\n"
    )
    Path("more.csv").write_text("number\n1\n", "utf-8")
    ran = served("campaign", "append", draft(served), "more.csv")
    assert (ran.code, ran.err[:44]) == (2, "header: the header has no column `phone`; it")
    gone = served("campaign", "export", "camp_00000000", "--output", "out.csv")
    assert (gone.code, gone.err) == (1, "There is no campaign 'camp_00000000'.\n")
    assert list(Path().glob("out*")) == []
