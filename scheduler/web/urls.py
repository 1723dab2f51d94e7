"""The addresses of the pages. Each has its line in tests/web/test_access.py."""

from django.urls import include, path, re_path, register_converter

from scheduler.web import (
    attention,
    call,
    change,
    clinic_settings,
    editions,
    editions_effect,
    editions_publish,
    enrol,
    enrol_held,
    enrolled,
    episode,
    home,
    invitation,
    outbox,
    page_link,
    patient_calendar,
    patient_link,
    patient_messages,
    patient_page,
    patients,
    rehearse,
    sheet,
    team,
    timings,
    timings_setup,
)

register_converter(patient_link.Token, "token")

CLINIC = [
    path("", patients.patients, name="patients"),
    path("enrol", enrol.enrol, name="enrol"),
    path("enrol/preview", enrol.enrol_preview, name="enrol-preview"),
    path("episodes/<int:episode>", episode.episode, name="episode"),
    path("episodes/<int:episode>/enrolled", enrolled.enrolled, name="enrolled"),
    path("episodes/<int:episode>/arrival", enrolled.arrival, name="arrival"),
    path("episodes/<int:episode>/sheet", sheet.sheet, name="sheet"),
    path("held/<int:number>/discard", enrol_held.discard_held, name="discard-held"),
    path("episodes/<int:episode>/change/<slug:kind>", change.change, name="change"),
    path("episodes/<int:episode>/call", call.call, name="call"),
    path("episodes/<int:episode>/page-link/<slug:act>", page_link.page_link, name="page-link"),
    path("attention", attention.attention, name="attention"),
    path("attention/sender", attention.release_sender, name="release-sender"),
    path("outbox", outbox.outbox, name="outbox"),
    path("team", team.people, name="team"),
    path("team/<int:member>", team.person, name="team-member"),
    path("settings", clinic_settings.settings, name="clinic-settings"),
    path("settings/live", clinic_settings.live, name="clinic-live"),
    path("timings", timings.timings, name="timings"),
    path("timings/<slug:protocol>", timings.draft, name="timings-draft"),
    path("timings/<slug:protocol>/check", timings.check, name="timings-check"),
    path("timings/<slug:protocol>/set-up", timings_setup.set_up, name="timings-setup"),
]
EDITIONS = [
    path("effect", editions_effect.effect, name="effect"),
    path("effect/patients", editions_effect.effect_patients, name="effect-patients"),
    path("publish", editions_publish.publish, name="publish"),
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
    path("p/<token:token>", patient_page.patient_page, name="patient-page"),
    path("p/<token:token>/calendar.ics", patient_calendar.patient_calendar, name="patient-calendar"),
    path("p/<token:token>/messages", patient_messages.patient_messages, name="patient-messages"),
    path("p/<token:token>/unsubscribe", patient_messages.patient_unsubscribe, name="patient-unsubscribe"),
    re_path(r"^p/", patient_link.unknown_link, name="unknown-link"),
    path("webhooks/", include("scheduler.web.webhooks")),
]
