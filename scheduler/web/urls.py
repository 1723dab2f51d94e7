"""The addresses of the pages. Each has its line in tests/web/test_access.py."""

from django.urls import include, path, re_path, register_converter

from scheduler.web import home, invitation
from scheduler.web.clinic import attention, outbox, settings, team, today
from scheduler.web.enrolling import enrol, enrolled, held, sheet
from scheduler.web.episodes import call, change, episode, page_link, patients
from scheduler.web.patient import calendar, link, messages, page
from scheduler.web.timings import draft, editions, effect, publish, rehearse, setup

register_converter(link.Token, "token")

CLINIC = [
    path("", patients.patients, name="patients"),
    path("enrol", enrol.enrol, name="enrol"),
    path("enrol/preview", enrol.enrol_preview, name="enrol-preview"),
    path("episodes/<int:episode>", episode.episode, name="episode"),
    path("episodes/<int:episode>/enrolled", enrolled.enrolled, name="enrolled"),
    path("episodes/<int:episode>/arrival", enrolled.arrival, name="arrival"),
    path("episodes/<int:episode>/sheet", sheet.sheet, name="sheet"),
    path("held/<int:number>/discard", held.discard_held, name="discard-held"),
    path("episodes/<int:episode>/change/<slug:kind>", change.change, name="change"),
    path("episodes/<int:episode>/call", call.call, name="call"),
    path("episodes/<int:episode>/page-link/<slug:act>", page_link.page_link, name="page-link"),
    path("today", today.today, name="today"),
    path("attention", attention.attention, name="attention"),
    path("attention/alarm", attention.acknowledge_alarm, name="acknowledge-alarm"),
    path("attention/reply", attention.handle_reply, name="handle-reply"),
    path("attention/sender", attention.release_sender, name="release-sender"),
    path("outbox", outbox.outbox, name="outbox"),
    path("team", team.people, name="team"),
    path("team/<int:member>", team.person, name="team-member"),
    path("settings", settings.settings, name="clinic-settings"),
    path("settings/live", settings.live, name="clinic-live"),
    path("timings", draft.timings, name="timings"),
    path("timings/<slug:protocol>", draft.draft, name="timings-draft"),
    path("timings/<slug:protocol>/check", draft.check, name="timings-check"),
    path("timings/<slug:protocol>/set-up", setup.set_up, name="timings-setup"),
]
EDITIONS = [
    path("effect", effect.effect, name="effect"),
    path("effect/patients", effect.effect_patients, name="effect-patients"),
    path("publish", publish.publish, name="publish"),
    path("rehearse", rehearse.rehearse, name="rehearse"),
    path("editions", editions.history, name="editions"),
    path("editions/compare", editions.compare, name="edition-compare"),
    path("editions/<int:number>", editions.edition, name="edition"),
    path("editions/<int:number>/restore", editions.restore, name="edition-restore"),
    path("editions/<int:number>/copy", editions.copy, name="edition-copy"),
]

urlpatterns = [
    path("", home.home, name="home"),
    path("invitation/<str:token>", invitation.invitation, name="invitation"),
    path("c/<slug:slug>/", include(CLINIC)),
    path("c/<slug:slug>/timings/<slug:protocol>/", include(EDITIONS)),
    path("p/<token:token>", page.patient_page, name="patient-page"),
    path("p/<token:token>/calendar.ics", calendar.patient_calendar, name="patient-calendar"),
    path("p/<token:token>/messages", messages.patient_messages, name="patient-messages"),
    path("p/<token:token>/unsubscribe", messages.patient_unsubscribe, name="patient-unsubscribe"),
    re_path(r"^p/", link.unknown_link, name="unknown-link"),
    path("webhooks/", include("scheduler.web.webhooks")),
]
