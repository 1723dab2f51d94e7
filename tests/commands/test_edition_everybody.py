"""`aftercare edition diff` and `publish --to all`."""

import json
import re
from collections import Counter
from datetime import timedelta
from io import StringIO

import pytest
import time_machine

from scheduler.changes import SkipReminder, change_plan, effect_of
from scheduler.domain.diff import Effect
from scheduler.editions import current_edition
from scheduler.management.base import Failure, WrongInput
from scheduler.management.counted import counted
from scheduler.management.edition_everybody import WORDS, show_reach
from scheduler.models import Clinic, Episode, Reminder, Rollout
from scheduler.plans.everybody import Reach
from scheduler.plans.publication import Seen
from tests.commands.test_edition import SIGNED, edition
from tests.enrolment.clinics import PROTOCOL, ready_clinic
from tests.rollout.everybody import LATER, due, enrol_some, let_go, publish

pytestmark = pytest.mark.django_db


@pytest.fixture
def clinic(db: None) -> Clinic:
    clinic = ready_clinic()
    enrol_some(clinic, 2)
    let_go(LATER)
    edition("draft")
    edition("set", "evening=17:00")
    return clinic


@pytest.fixture(autouse=True)
def on_day_two():  # type: ignore[no-untyped-def]
    with time_machine.travel(LATER + timedelta(minutes=1), tick=False):
        yield


def seen() -> str:
    return str(json.loads(edition("diff", "--format", "json"))["seen"])


def test_diff_counts_and_then_says_it_patient_by_patient(clinic: Clinic) -> None:
    told = edition("diff")
    assert "2\tpatients with something to come" in told
    assert re.search(r"The end of the period without waxing\t.*18 Dec.*18:00\t.*18 Dec.*17:00", told)
    assert f"publish --to all --seen {seen()}" in told
    assert "What the draft itself changes, in words and values: `aftercare edition compare`." in told
    assert current_edition(clinic, PROTOCOL).number == 1  # type: ignore[union-attr]


def test_as_json_it_has_counts_steps_and_what_to_show_for_publishing(clinic: Clinic) -> None:
    said = json.loads(edition("diff", "--format", "json", "--patients", "1"))
    assert (said["counts"]["patients"], said["counts"]["changed"]) == (2, 2)
    assert len({step["episodes"] for step in said["steps"]}) == 1


def test_publishing_to_all_does_what_was_looked_at(clinic: Clinic) -> None:
    token = seen()
    told = edition("publish", *SIGNED, "--to", "all", "--seen", token)
    assert told.splitlines() == ["Published as edition 2.", "2 plans changed, 0 corrections planned."]
    for episode in {row.episode for row in Reminder.objects.for_clinic(clinic)}:
        assert due(episode)["day-28"].endswith("17:00")
    assert Rollout.objects.for_clinic(clinic).get().finished_at


def test_nothing_is_looked_at_while_an_edition_is_on_its_way(clinic: Clinic) -> None:
    publish(clinic)
    edition("draft")
    with pytest.raises(Failure, match=r"^Edition 2 is still on its way to everybody"):
        edition("diff")


def test_an_edition_for_new_patients_is_brought_to_the_others_later(clinic: Clinic) -> None:
    edition("publish", *SIGNED)
    edition("draft")
    edition("publish", *SIGNED, "--to", "all", "--seen", seen())
    assert set(Episode.objects.for_clinic(clinic).values_list("edition__number", flat=True)) == {3}
    edition("draft")
    with pytest.raises(Failure, match="Nothing differs from edition 3"):
        edition("publish", *SIGNED, "--to", "all", "--seen", seen())


@pytest.mark.parametrize("token", [[], ["--seen", "x"], ["--seen", "1"]])
def test_nobody_publishes_to_all_without_having_looked(clinic: Clinic, token: list[str]) -> None:
    with pytest.raises(WrongInput, match="--seen: look at the effect first"):
        edition("publish", *SIGNED, "--to", "all", *token)
    assert not Rollout.objects.for_clinic(clinic).exists()


def test_what_changed_since_is_told_and_nothing_is_published(clinic: Clinic) -> None:
    token, plan = seen(), Reminder.objects.for_clinic(clinic).first()
    assert plan is not None
    revision = effect_of(clinic, plan.episode_id, SkipReminder("day-6"), LATER).revision
    change_plan(
        clinic, plan.episode_id, SkipReminder("day-6"), LATER, actor="nurse@example.com", why="asked",
        seen_revision=revision,
    )  # fmt: skip
    with pytest.raises(Failure, match=r"Plans were changed meanwhile by nurse@example\.com"):
        edition("publish", *SIGNED, "--to", "all", "--seen", token)
    assert not Rollout.objects.for_clinic(clinic).exists()


def test_without_a_draft_there_is_nothing_to_look_at(clinic: Clinic) -> None:
    edition("draft", "--discard")
    with pytest.raises(Failure, match="There is no draft; begin one first"):
        edition("diff")


def test_the_effect_of_a_draft_that_cannot_be_published_is_not_shown(clinic: Clinic) -> None:
    edition("set", "lines.waxing.sms=No {nonsense}.")
    with pytest.raises(Failure, match="no placeholder"):
        edition("diff")


def test_after_a_killed_publication_it_says_how_far_that_is_and_who_carries_it_on(clinic: Clinic) -> None:
    job = publish(clinic, expected={"patients": 2})
    Rollout.objects.for_clinic(clinic).update(done={"patients": 1})
    for action in (("diff",), ("publish", *SIGNED, "--to", "all", "--seen", "1.0")):
        with pytest.raises(
            Failure, match=rf"edition {job.edition.number} is still on its way .* 1 of 2 patients"
        ):
            edition(*action)
    with pytest.raises(Failure, match="A worker carries it on"):
        edition("diff")


@pytest.mark.parametrize(
    ("number", "words"), [(1, ("text appears", "plan changed")), (2, ("texts appear", "plans changed"))]
)
def test_one_is_said_otherwise_than_several(number: int, words: tuple[str, str]) -> None:
    out = StringIO()
    reach = Reach(patients=number, changed=number, effects=Counter({"appears": number}), gone=number)
    show_reach(out, Seen(1, 0), reach, [])
    assert f"{number}\t{words[0]}\n" in out.getvalue()
    assert counted(number, "plan") + " changed" == f"{number} {words[1]}"


def test_every_count_has_words_for_one_and_for_several() -> None:
    assert {str(effect) for effect in Effect} | Reach().counts().keys() | {"gone"} == WORDS.keys()
