"""Texts that nobody may get twice, or never, keep their keys from edition to edition."""

import pytest

from scheduler import editions
from scheduler.domain.protocol import Message
from scheduler.editions import Refused, check, find_draft, history
from scheduler.models import Clinic
from tests.editions.drafts import begin, change, publish
from tests.enrolment.clinics import PROTOCOL, edition_of

pytestmark = pytest.mark.django_db
KEPT = ("clot-signs", "welcome", "catchup", "correction")


def today_is(monkeypatch: pytest.MonkeyPatch, messages: dict[str, Message]) -> None:
    file = editions.find_protocol(PROTOCOL).model_copy(update={"messages": messages})
    monkeypatch.setitem(editions.available_protocols(), PROTOCOL, file)


def file_messages() -> dict[str, Message]:
    return dict(editions.find_protocol(PROTOCOL).messages)


def renamed(key: str) -> dict[str, Message]:
    return {f"new-{name}" if name == key else name: message for name, message in file_messages().items()}


def lost(clinic: Clinic) -> list[str]:
    draft = find_draft(clinic, PROTOCOL)
    assert draft
    return [one.name for one in check(draft).faults if one.code == "message-lost"]


@pytest.mark.parametrize("key", KEPT)
def test_a_draft_with_another_key_for_it_is_not_published(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    today_is(monkeypatch, renamed(key))
    begin(clinic)
    change(clinic, 1, morning="10:00")
    assert lost(clinic) == [f"messages.{key}"]
    with pytest.raises(Refused, match="cannot be published"):
        publish(clinic, 2)
    assert history(clinic, PROTOCOL).count() == 1


def test_nor_is_it_published_without_a_draft(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    today_is(monkeypatch, renamed("clot-signs"))
    with pytest.raises(Refused, match=r"messages\.clot-signs: 'Signs of a clot', the critical text"):
        edition_of(clinic, {"no_flying": "21d"})
    assert history(clinic, PROTOCOL).count() == 1


def test_one_that_is_critical_no_longer_is_lost_too(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    messages = file_messages()
    messages["clot-signs"] = messages["clot-signs"].model_copy(update={"kind": "daily"})
    today_is(monkeypatch, messages)
    begin(clinic)
    assert lost(clinic) == ["messages.clot-signs"]


def test_one_that_is_repeated_day_by_day_would_have_other_keys(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    messages = file_messages()
    repeated = messages["stocking-day"].at
    messages["clot-signs"] = messages["clot-signs"].model_copy(update={"at": repeated})
    today_is(monkeypatch, messages)
    begin(clinic)
    assert lost(clinic) == ["messages.clot-signs"]


def test_other_texts_may_come_and_go(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    today_is(monkeypatch, {key: one for key, one in file_messages().items() if key != "day-10"})
    begin(clinic)
    change(clinic, 1, morning="10:00")
    assert publish(clinic, 2).number == 2
