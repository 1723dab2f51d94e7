"""`aftercare timeline`, as a script calls it."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from icalendar import Calendar

from scheduler.cli import main
from tests.support.aftercare import aftercare

WORDS = ("timeline", "microsclerotherapy", "--treated", "2026-11-20T15:00", "--tz", "Europe/London")
PLAN = (*WORDS, "--answer", "area=small", "--value", "no_flying=14d")


Run = Callable[..., str]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """In this process, which is quick; that one of its own does the same is shown below."""

    def call(*words: str) -> str:
        with pytest.raises(SystemExit) as ended:
            main(words)
        said = capsys.readouterr()
        assert (ended.value.code, said.err) == (0, "")
        return said.out

    return call


def test_json_has_the_words_that_scripts_rely_on(run: Run) -> None:
    told = json.loads(run(*PLAN, "--format", "json"))
    assert told["protocol"] == "microsclerotherapy"
    assert told["treated_at"] == "2026-11-20T15:00:00+00:00"
    assert (told["timezone"], told["answers"]) == ("Europe/London", {"area": "small"})
    first = told["phases"][0]
    assert (first["id"], first["kind"]) == ("compression-continuous", "do")
    assert (first["starts_at"], first["ends_at"]) == ("2026-11-20T15:00:00Z", "2026-11-23T15:00:00Z")
    assert (first["first_day"], first["last_day"]) == (0, 3)
    assert "L12" in first["statements"]
    day_1 = next(r for r in told["reminders"] if r["key"] == "day-1")
    assert (day_1["day"], day_1["critical"], day_1["segments"]) == (1, False, 2)
    assert (day_1["due_at"], day_1["local"]) == ("2026-11-21T09:00:00Z", "2026-11-21T09:00")
    assert day_1["send_by"] == "2026-11-21T20:30:00Z"
    assert "L04" in day_1["statements"]


def test_it_needs_no_database_and_leaves_nothing_behind(tmp_path: Path) -> None:
    done = aftercare(tmp_path, *PLAN, DATABASE_URL="postgres://nobody@127.0.0.1:1/none", SECRET_KEY="x" * 50)
    assert (done.returncode, done.stderr) == (0, "")
    assert "Signs of a clot" in done.stdout
    assert list(tmp_path.iterdir()) == []


def test_the_table_says_what_is_not_sent(run: Run) -> None:
    shown = run(*PLAN, "--enrolled", "2026-11-22T12:00")
    assert "Not sent" in shown
    assert "catchup-2026-11-22 says what holds now" in shown


def test_texts_can_say_less_and_be_fewer(run: Run) -> None:
    told = json.loads(run(*PLAN, "--detail=minimal", "--fewer-texts", "--format", "json"))
    assert {"day-5", "day-6"} <= {one["key"] for one in told["unsent"] if one["reason"] == "fewer-texts"}
    assert all("reminder" in one["sms"] for one in told["reminders"])


def test_the_calendar_opens_and_is_the_same_twice(tmp_path: Path) -> None:
    first, second = (aftercare(tmp_path, *PLAN, "--format", "ics").stdout for _ in range(2))
    assert first == second
    entries = Calendar.from_ical(first).walk("VEVENT")
    titles = {str(entry["SUMMARY"]) for entry in entries}
    assert {"No waxing", "Stockings day and night", "Aftercare reminder"} <= titles
    assert len({str(entry["UID"]) for entry in entries}) == len(entries)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ((*WORDS, "--answer", "area=small"), "--value no_flying is not given (No flying)"),
        ((*WORDS, "--value", "no_flying=omit"), "--answer area: Choose one of: small, large."),
        ((*PLAN, "--answer", "legs=2"), "--answer legs: There is no such question."),
        ((*PLAN, "--answer", "area=large"), "--answer area=large: write NAME=VALUE, each name once"),
        ((*WORDS, "--answer", "small"), "--answer small: write NAME=VALUE"),
        ((*PLAN, "--value", "no_heat=warm"), "--value no_heat: 'warm' is not a length"),
        ((*PLAN, "--value", "heat=1d"), "--value heat: there is no such value"),
        ((*PLAN, "--enrolled", "2026-11-19T15:00"), "--enrolled: this is before the end of the treatment"),
        (("timeline", "moon", *PLAN[2:]), "There is no protocol 'moon'"),
        (("timeline", "nowhere.yaml", *PLAN[2:]), "nowhere.yaml: No such file or directory"),
        ((*PLAN, "--treated", "2026-02-30T15:00"), "--treated: There is no such date and time"),
        ((*PLAN, "--treated", "yesterday"), "--treated: Write date and time like this"),
        ((*PLAN, "--tz", "Europe/Lundon"), "--tz: 'Europe/Lundon' is not a time zone"),
        ((*PLAN, "--treated", "2026-03-29T01:30"), "--treated: The clocks went forward"),
        ((*PLAN, "--treated", "2026-10-25T01:30"), "Say --fold first or --fold second."),
        ((*PLAN, "--format", "pdf"), "invalid choice: 'pdf'"),
        (WORDS[:2], "the following arguments are required"),
    ],
)
def test_wrong_input_is_one_clear_line(
    capsys: pytest.CaptureFixture[str], words: tuple[str, ...], sentence: str
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(words)
    said = capsys.readouterr()
    assert (ended.value.code, said.out) == (2, "")
    assert sentence in said.err
    assert len(said.err.splitlines()) == 1


def test_every_fault_has_its_line(tmp_path: Path) -> None:
    done = aftercare(tmp_path, *WORDS)
    assert len(done.stderr.splitlines()) == 2


@pytest.mark.parametrize(
    ("fold", "instant"), [("first", "2026-10-25T00:30:00Z"), ("second", "2026-10-25T01:30:00Z")]
)
def test_a_time_that_came_twice_is_asked_about(run: Run, fold: str, instant: str) -> None:
    told = run(*PLAN, "--treated", "2026-10-25T01:30", "--fold", fold, "--format", "json")
    assert json.loads(told)["phases"][0]["starts_at"] == instant
