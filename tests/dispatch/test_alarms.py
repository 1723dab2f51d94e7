from datetime import timedelta

import pytest

from scheduler.alarms import Kind, alarm, alarms_for, clear, open_alarms, says
from scheduler.models import Alarm, Clinic
from tests.dispatch.plans import DAY_2, MINUTE, live_clinic

pytestmark = pytest.mark.django_db


def test_what_is_found_again_and_again_is_one_alarm(clinic: Clinic) -> None:
    news = [alarm(Kind.LATE, now=DAY_2 + n * MINUTE, clinic=clinic, detail=f"{n} late") for n in range(3)]
    assert news == [True, False, False]
    (found,) = open_alarms()
    assert (found.opened_at, found.seen_at, found.detail) == (DAY_2, DAY_2 + 2 * MINUTE, "2 late")


def test_what_is_over_is_closed_and_may_come_again(clinic: Clinic) -> None:
    alarm(Kind.LATE, now=DAY_2, clinic=clinic)
    assert clear(Kind.LATE, now=DAY_2 + MINUTE, clinic=clinic)
    assert not clear(Kind.LATE, now=DAY_2 + MINUTE, clinic=clinic)
    assert alarm(Kind.LATE, now=DAY_2 + timedelta(hours=1), clinic=clinic)
    assert Alarm.objects.count() == 2


def test_a_clinic_hears_of_itself_of_its_sender_and_of_the_installation(clinic: Clinic) -> None:
    other = live_clinic(slug="other")
    for kind, about in [
        (Kind.LATE, {"clinic": clinic}),
        (Kind.SENDER_HELD, {"sender": clinic.sender}),
        (Kind.NO_WORKER, {}),
        (Kind.LATE, {"clinic": other}),
        (Kind.SENDER_HELD, {"sender": other.sender}),
    ]:
        alarm(kind, now=DAY_2, **about)
    assert [one.kind for one in alarms_for([clinic])] == ["late", "sender-held", "no-worker"]


def test_an_alarm_says_what_it_is_about(clinic: Clinic) -> None:
    alarm(Kind.LATE, now=DAY_2, clinic=clinic, detail="3 of 40 in a day.")
    assert says(open_alarms()[0]) == f"{clinic}: Messages that should have gone have not. 3 of 40 in a day."
