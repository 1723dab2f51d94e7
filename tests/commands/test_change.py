"""`aftercare change`: the effect first; done only with --yes; one clear line for what is wrong."""

import json
import re
from datetime import datetime
from typing import Any

import pytest
from django.core.management import call_command
from time_machine import travel

from scheduler.management.base import Failure, WrongInput
from scheduler.models import Clinic, Episode
from tests.dispatch.plans import Recording, live_clinic, patient_of
from tests.dispatch.treatments import run as dispatch
from tests.enrolment.clinics import NOW
from tests.plans.changing import at, events, rows_written, standing

DAY_5 = at(25, 12)


@pytest.fixture
def sam(db: None) -> Episode:
    """Somebody who was told until when the stockings are worn."""
    episode = patient_of(live_clinic())
    dispatch(Recording(), NOW, DAY_5)
    return episode


def run(capsys: pytest.CaptureFixture[str], sam: Episode, *words: str, now: datetime = DAY_5) -> str:
    with travel(now, tick=False):
        call_command("change", str(sam.pk), "--clinic=leafy", *words)
    printed = capsys.readouterr()
    assert printed.err == ""
    return printed.out


def told(capsys: pytest.CaptureFixture[str], sam: Episode, *words: str) -> Any:
    return json.loads(run(capsys, sam, "--format=json", *words))


def test_it_shows_the_effect_and_changes_nothing(sam: Episode, capsys: pytest.CaptureFixture[str]) -> None:
    before = rows_written(sam)
    shown = run(capsys, sam, "--answer=area=large")
    for words in (
        "Which veins were treated?\tSmall veins\tLarger areas",
        "8 days after treatment\t\tSat 28 Nov, 09:00",
        "Your corrected dates: Stockings in the daytime to Mon 30 Nov.",
        "7 texts have gone already and cannot be changed.",
        "Nothing is changed yet; say --yes to do it.",
    ):
        assert words in shown
    assert rows_written(sam) == before


def test_each_text_says_which_it_is_when_it_goes_and_whether_it_is_new(
    sam: Episode, capsys: pytest.CaptureFixture[str]
) -> None:
    shown = run(capsys, sam, "--answer=area=large")
    assert re.search(
        r"Dates that changed \(correction-1, new\), Wed 25 Nov, 12:00, \d segments: Leafy Clinic: ", shown
    )
    run(capsys, sam, "--answer=area=large", "--yes", "--reason=typed wrong")
    assert "(correction-1, planned before), " in run(capsys, sam, "--skip=day-7")


def test_it_does_it_and_prints_the_same(sam: Episode, capsys: pytest.CaptureFixture[str]) -> None:
    shown = run(capsys, sam, "--answer=area=large")
    done = run(capsys, sam, "--answer=area=large", "--yes", "--reason=typed wrong")
    assert done.splitlines()[:-1] == shown.splitlines()[:-1]
    assert done.splitlines()[-1] == "Done."
    (event,) = events(sam)
    assert (event.actor, event.details["why"]) == ("command line", "typed wrong")


def test_json_has_the_words_that_scripts_rely_on(sam: Episode, capsys: pytest.CaptureFixture[str]) -> None:
    found = told(capsys, sam, "--answer=area=large")
    assert found["episode"] == sam.pk
    assert (found["done"], found["revision"], found["gone"]) == (False, 1, 7)
    assert found["changes"] == [
        {"what": "Which veins were treated?", "before": "Small veins", "after": "Larger areas"}
    ]
    assert found["steps"][0] | {"due": ""} == {
        "episode": sam.pk,
        "key": "correction-1",
        "effect": "appears",
        "before": None,
        "after": "2026-11-25T12:00:00Z",
        "reason": "",
        "into": "",
        "decided_by": 0,
        "due": "",
    }
    (correction,) = found["texts"]
    assert (correction["key"], correction["kind"]) == ("correction-1", "correction")
    assert correction["segments"] <= 3
    assert correction["new"] is True
    assert [one["key"] for one in found["reworded"]] == ["day-6", "day-7"]
    assert {"key", "due_at", "episode"} == found["reminders"][0].keys()
    assert told(capsys, sam, "--answer=area=large", "--yes", "--reason=x")["done"] is True


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        (["--treated=2026-11-20T14:00", "--site=left", "--zone=Europe/Dublin"], "treatment-changed"),
        (["--move=day-6=2026-11-25T15:00"], "reminder-moved"),
        (["--skip=day-6"], "reminder-skipped"),
        (["--send-now=day-6"], "reminder-sent-now"),
        (["--pause"], "plan-paused"),
        (["--cancel"], "plan-cancelled"),
        (["--mobile=07700 900777", "--email=", "--channel=sms"], "address-changed"),
        (["--detail=minimal", "--fewer-texts=yes"], "texts-changed"),
    ],
)
def test_it_makes_every_change(
    sam: Episode, capsys: pytest.CaptureFixture[str], words: list[str], kind: str
) -> None:
    run(capsys, sam, *words, "--yes", "--reason=because")
    assert [event.kind for event in events(sam)] == [kind]


def test_it_resumes(sam: Episode, capsys: pytest.CaptureFixture[str]) -> None:
    run(capsys, sam, "--pause", "--yes", "--reason=abroad")
    run(capsys, sam, "--resume", "--yes", "--reason=back")
    assert standing(sam, "day-6")[0] == "scheduled"
    assert [event.kind for event in events(sam)] == ["plan-paused", "plan-resumed"]


@pytest.mark.parametrize(
    ("words", "line"),
    [
        ([], "say what to change, for instance --treated"),
        (["--pause", "--skip=day-6"], "--skip and --pause: one change at a time"),
        (["--site=left", "--mobile=07700 900777"], "--site and --mobile: one change at a time"),
        (["--answer=area"], "--answer area: write NAME=VALUE"),
        (["--answer=area=huge"], "--answer area: Choose one of: small, large."),
        ([f"--zone={'x' * 10_000}"], f"--zone: '{'x' * 40}...' is not a time zone"),
        (["--treated=soon"], "--treated: Write date and time like this"),
        (["--treated=2026-10-25T01:30"], "--fold: The clocks went back"),
        (
            ["--treated=2026-11-19T12:00"],
            "--confirm-late: The treatment would have ended on Thu 19 Nov, 12:00",
        ),
        (["--skip=day-6", "--skip=day-7"], "--skip: one message at a time; say --skip once"),
        (["--move=day-6"], "--move day-6: write NAME=VALUE"),
        (["--move=day-6=2026-11-25T22:00"], "--move: Texts are sent between 08:00 and 20:30 only."),
        (["--skip=day-99"], "--skip: There is no reminder 'day-99'; still to come: day-6, day-7"),
        (["--mobile=1"], "--mobile: This is not"),
        (["--channel="], "--channel: Choose at least one"),
        (["--site=left", "--yes"], "--reason: Say why this is done."),
    ],
)
def test_it_says_what_is_wrong_in_a_line(
    sam: Episode, capsys: pytest.CaptureFixture[str], words: list[str], line: str
) -> None:
    before = rows_written(sam)
    with pytest.raises(WrongInput) as wrong:
        run(capsys, sam, *words)
    assert wrong.value.returncode == 2
    (said,) = str(wrong.value).splitlines()
    assert said.startswith(line)
    assert rows_written(sam) == before


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["--send-now=day-1"], "--send-now: It has gone already."),
        (["--skip=clot-signs"], "--skip: "),
        (["--resume"], "This would change nothing"),
        (["--site=left", "--yes", "--reason=x", "--revision=7"], "Since you looked at it"),
        (["--site=left", "--revision=7"], "Since you looked at it"),
    ],
)
def test_it_fails_where_things_stand_otherwise(
    sam: Episode, capsys: pytest.CaptureFixture[str], words: list[str], line: str
) -> None:
    before = rows_written(sam)
    with pytest.raises(Failure) as failure:
        run(capsys, sam, *words)
    assert failure.value.returncode == 1
    assert str(failure.value).startswith(line)
    assert rows_written(sam) == before


def test_a_cancelled_plan_fails(sam: Episode, capsys: pytest.CaptureFixture[str]) -> None:
    run(capsys, sam, "--cancel", "--yes", "--reason=moved away")
    with pytest.raises(Failure, match="This plan is cancelled"):
        run(capsys, sam, "--pause")


def test_at_night_sending_at_once_fails(sam: Episode, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(Failure, match="Texts are sent between"):
        run(capsys, sam, "--send-now=day-6", now=at(25, 23))


def test_it_knows_this_clinics_plans_only(sam: Episode, capsys: pytest.CaptureFixture[str]) -> None:
    other: Clinic = live_clinic(slug="other")
    with pytest.raises(WrongInput, match=f"There is no episode {sam.pk} at this clinic"):
        call_command("change", str(sam.pk), f"--clinic={other.slug}", "--pause")
    with pytest.raises(WrongInput, match="there is no clinic 'nowhere'"):
        call_command("change", str(sam.pk), "--clinic=nowhere", "--pause")
