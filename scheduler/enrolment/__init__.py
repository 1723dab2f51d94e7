"""Enrolling a patient: what is asked, what is refused, and what is planned and written."""

from scheduler.enrolment.bulk import enrol_many
from scheduler.enrolment.contact import contact_of, page_link, unsubscribe_link
from scheduler.enrolment.enrol import Enrolled, enrol
from scheduler.enrolment.preview import Preview, preview
from scheduler.enrolment.request import Conflict, Enrolment, Refused
from scheduler.enrolment.running import already_running, offered

__all__ = [
    "Conflict",
    "Enrolled",
    "Enrolment",
    "Preview",
    "Refused",
    "already_running",
    "contact_of",
    "enrol",
    "enrol_many",
    "offered",
    "page_link",
    "preview",
    "unsubscribe_link",
]
