"""The discharge sheet: paper that the patient takes home, and that says what the patient's page says."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import translation
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from segno import make_qr

from scheduler.domain.overlap import NEVER
from scheduler.domain.patient_day import PatientDay, Rule
from scheduler.enrolment import page_link
from scheduler.models import Episode
from scheduler.web.access import ClinicRequest, clinic_page
from scheduler.web.patient.link import Link, language_of
from scheduler.web.patient.page import facts_of
from scheduler.web.patient.plans import plans_of


@require_safe
@clinic_page()
def sheet(request: ClinicRequest, episode: int) -> HttpResponse:
    """All the patient's running treatments, in the patient's language; what staff are told is in theirs."""
    own = Episode.objects.for_clinic(request.clinic).select_related("patient__clinic__sender")
    found = get_object_or_404(own, pk=episode)
    patient = found.patient
    facts = facts_of(Link(patient, plans_of(patient), request.now))
    address = page_link(patient)
    context = facts | {
        "episode": found,
        # Its head lists the treatments already.
        "on_paper": True,
        "now": request.now,
        "ends": in_order(facts["day"]),
        "signs": [rule for rule in facts["day"].now if rule.phase.kind == "watch"],
        "address": address,
        "code": qr_code(address) if address else "",
        "staff_language": translation.get_language(),
        "how": _how(address),
        "back": _("Back to the patient"),
    }
    with translation.override(language_of(patient)):
        return render(request, "clinic/sheet.html", context)


def _how(address: str) -> str:
    """What staff are told, above what is printed."""
    if address:
        return _("Print this page with your browser, and hand it to the patient.")
    return _("The link of the patient's page is revoked: this sheet has none until it is renewed.")


def in_order(day: PatientDay) -> list[Rule]:
    """What is not over, in the order in which it ends; what has no end comes last. Signs are apart."""
    ending = [rule for one in day.days for rule in one.ends if not rule.over]
    endless = [rule for rule in day.now if rule.phase.ends_at is None]
    ending.sort(key=lambda rule: rule.phase.ends_at or NEVER)
    return [rule for rule in (*ending, *endless) if rule.phase.kind != "watch"]


def qr_code(address: str) -> SafeString:
    """An SVG of black squares; the address is of our own making."""
    drawn = make_qr(address, error="m").svg_inline(omitsize=True, svgclass="qr", lineclass=None, border=4)
    return mark_safe(drawn)  # noqa: S308 - drawn here, and no text is in it
