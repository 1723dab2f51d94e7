"""While the link to a patient's page is revoked, texts have none; everything else they say stays."""

from dataclasses import replace
from datetime import timedelta

import pytest

from scheduler.domain.alike import sms_alone
from scheduler.domain.message import Contact, Part, render_email, render_sms
from scheduler.domain.pattern import course_of
from scheduler.domain.timeline import timeline_of
from tests.domain.plans import CONTACT, LINK, protocol, treatment

TREATED = treatment("2026-11-20T15:00")
PLAN = timeline_of(protocol(), TREATED)
TEXTS = [(one.content, one.due_at + timedelta(minutes=1)) for one in PLAN.reminders]
ONE_WAY = replace(CONTACT, replies=False)


@pytest.mark.parametrize("contact", [CONTACT, ONE_WAY])
def test_an_sms_keeps_its_emergency_fragment_and_has_no_link(contact: Contact) -> None:
    for content, when in TEXTS:
        part = Part(course_of(protocol(), TREATED), content)
        sms = render_sms([part], contact, "", when)
        assert sms == sms_alone(protocol(), TREATED, content, contact, "", when)
        with_link = render_sms([part], contact, LINK, when).text
        emergency = with_link.removesuffix(f" {LINK}")[-40:]
        assert sms.text.endswith(emergency)
        assert "http" not in sms.text
        assert "  " not in sms.text


@pytest.mark.parametrize("contact", [CONTACT, ONE_WAY])
def test_no_text_offers_to_stop_by_a_link_that_it_has_not(contact: Contact) -> None:
    for content, when in TEXTS:
        part = Part(course_of(protocol(), TREATED), content)
        email = render_email([part], contact, "", when)
        for said in (render_sms([part], contact, "", when).text, email.text):
            assert "the link" not in said
            assert "your page" not in said
        assert email.emergency in email.paragraphs


def test_a_text_that_can_be_answered_still_says_how_to_stop() -> None:
    content, when = TEXTS[0]
    part = Part(course_of(protocol(), TREATED), content)
    assert "Reply STOP" in render_sms([part], CONTACT, "", when).text
    assert "use the link" in render_sms([part], ONE_WAY, LINK, when).text
