from datetime import timedelta
from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st

from scheduler.channels.base import Listed
from scheduler.dispatch.matching import SKEW, Open, settle
from tests.dispatch.plans import DAY_2

SECOND = timedelta(seconds=1)


def tried(text: str = "rest", at: int = 0, sender: str = "+447700900001") -> Open:
    return Open(uuid4(), text, sender, DAY_2 + at * SECOND)


def listed(body: str = "rest", at: int = 1, sender: str = "+447700900001") -> Listed:
    return Listed(f"SM{uuid4().hex}", body, DAY_2 + at * SECOND, "sent", sender=sender)


def bound(tries: list[Open], messages: list[Listed]) -> dict[UUID, Listed]:
    return dict(settle(tries, messages).bound)


def test_a_message_with_its_text_is_it() -> None:
    one, message = tried(), listed()
    assert bound([one], [listed("another text"), message]) == {one.id: message}


def test_a_redacted_text_may_be_it() -> None:
    one, message = tried(), listed("")
    assert bound([one], [message]) == {one.id: message}


def test_what_is_not_in_the_list_is_missing() -> None:
    one = tried()
    assert settle([one], [listed("another text")]).missing == {one.id}


def test_an_older_message_is_not_it() -> None:
    one = tried(at=60)
    assert settle([one], [listed(at=60 - 1 - int(SKEW.total_seconds()))]).missing == {one.id}
    assert bound([one], [listed(at=60 - int(SKEW.total_seconds()))])


def test_a_message_of_another_sender_is_not_it() -> None:
    one = tried()
    assert settle([one], [listed(sender="+447700900002")]).missing == {one.id}
    assert bound([one], [listed(sender="")])


def test_as_many_as_there_are_tries_settle_them_all() -> None:
    tries = [tried("a", at=0), tried("b", at=1), tried("c", at=2)]
    assert len(bound(tries, [listed(""), listed(""), listed("")])) == 3


def test_fewer_settle_none_of_those_that_they_fit() -> None:
    first, second, other = tried("a"), tried("b"), tried("c")
    settled = settle([first, second, other], [listed("", at=1), listed("c", at=1)])
    assert (settled.bound, settled.missing) == ({}, frozenset())


def test_a_try_that_nothing_fits_does_not_unsettle_another() -> None:
    one, later = tried("a"), tried("b", at=600)
    message = listed("a")
    settled = settle([one, later], [message])
    assert settled.bound == {one.id: message}
    assert settled.missing == {later.id}


def test_a_text_that_says_whose_it_is_leaves_the_redacted_one_to_the_other() -> None:
    plain, redacted = listed("a"), listed("")
    first, second = tried("a"), tried("b")
    assert bound([first, second], [redacted, plain]) == {first.id: plain, second.id: redacted}


TEXTS = st.sampled_from(["a", "b"])
TRIES = st.lists(st.builds(tried, TEXTS, st.integers(0, 60)), max_size=5)
MESSAGES = st.lists(st.builds(listed, st.sampled_from(["a", "b", ""]), st.integers(0, 60)), max_size=5)


@given(TRIES, MESSAGES)
def test_nothing_is_bound_twice_and_everything_bound_fits(tries: list[Open], messages: list[Listed]) -> None:
    settled = settle(tries, messages)
    ids = [message.provider_id for message in settled.bound.values()]
    assert len(ids) == len(set(ids))
    assert not settled.missing & settled.bound.keys()
    for one in tries:
        if message := settled.bound.get(one.id):
            assert message.body in ("", one.text)
            assert message.created_at >= one.claimed_at - SKEW


@given(TRIES)
def test_where_all_were_taken_all_are_bound(tries: list[Open]) -> None:
    """Also where their texts cannot be told apart any more."""
    taken = [Listed(f"SM{n}", "", one.claimed_at + SECOND, "sent") for n, one in enumerate(tries)]
    assert settle(tries, taken).bound.keys() == {one.id for one in tries}


@given(TRIES, MESSAGES)
def test_what_is_missing_fits_no_message(tries: list[Open], messages: list[Listed]) -> None:
    for one in tries:
        if one.id in settle(tries, messages).missing:
            assert not any(
                m.body in ("", one.text) and m.created_at >= one.claimed_at - SKEW for m in messages
            )
