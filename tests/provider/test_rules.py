"""Whom a behaviour is for, and for how long."""

from collections.abc import Callable

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

from tests.provider.conftest import OTHER, PATIENT, TEXT, client_of
from tests.support.provider import Provider, provider


def outcome(client: Client, to: str = PATIENT) -> int:
    try:
        client.messages.create(to=to, **TEXT)
    except TwilioRestException as refusal:
        return int(refusal.code)
    return 201


def test_one_number(client: Client, twilio: Provider) -> None:
    twilio.behave(21610, to=OTHER)
    assert [outcome(client, to) for to in (PATIENT, OTHER, OTHER)] == [201, 21610, 21610]


def test_the_next_requests(client: Client, twilio: Provider) -> None:
    twilio.behave(20429, times=2)
    assert [outcome(client) for _ in range(3)] == [20429, 20429, 201]


def test_a_later_rule_overrules_an_earlier_one(client: Client, twilio: Provider) -> None:
    twilio.behave(20429)
    twilio.behave("accept", to=PATIENT)
    assert [outcome(client, to) for to in (PATIENT, OTHER)] == [201, 20429]


def test_all_is_forgotten(client: Client, twilio: Provider) -> None:
    twilio.behave(20429)
    twilio.forget()
    assert outcome(client) == 201


def _draws(seed: int, order: Callable[[list[str]], list[str]]) -> dict[str, list[int]]:
    with provider(seed=seed) as twilio:
        twilio.behave(20503, chance=0.5)
        client, seen = client_of(twilio.url), {PATIENT: [], OTHER: []}
        for to in order([PATIENT, OTHER] * 10):
            seen[to].append(outcome(client, to))
        return seen


def test_chance_depends_on_the_seed_and_not_on_the_order_of_numbers() -> None:
    one = _draws(7, list)
    assert one == _draws(7, sorted) != _draws(8, list)
    assert {code for codes in one.values() for code in codes} == {201, 20503}


@pytest.mark.parametrize(
    "wrong", [{"words": ["sulk"]}, {"words": [], "mood": "bad"}, {"words": [], "on": "Tuesdays"}]
)
def test_a_rule_that_means_nothing_is_refused(twilio: Provider, wrong: dict[str, object]) -> None:
    words = wrong.pop("words")
    with pytest.raises(ValueError, match=r"no such|not on"):
        twilio.behave(*words, **wrong)
