"""Changing a running plan: what is now, what would follow, and then, with a reason, doing it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from scheduler.changes import ChangeTreatment, PlanEffect, Refused, Stale, change_plan, effect_of
from scheduler.changes.said import about
from scheduler.changes.stale import changes_since
from scheduler.domain.diff import Effect
from scheduler.domain.row_number import row_number
from scheduler.enrolment import contact_of
from scheduler.models import Episode, Reminder
from scheduler.plans.courses import course_of_episode
from scheduler.web.access import ClinicRequest, clinic_page
from scheduler.web.episodes.change_forms import ChangeForm
from scheduler.web.episodes.change_kinds import KINDS, Kind


@dataclass(frozen=True)
class Look:
    """What stands beside the form: what would follow, or why nothing can.

    `since` says what changed while the form was open; `asks` are questions that have arisen, by field.
    """

    effect: PlanEffect | None = None
    refused: Refused | None = None
    since: str = ""
    asks_fold: str = ""
    asks_late: str = ""

    @property
    def counts(self) -> list[str]:
        """How many messages go otherwise, in words."""
        return list(_counts(self.effect)) if self.effect else []


@require_http_methods(["GET", "HEAD", "POST"])
@clinic_page()
def change(request: ClinicRequest, episode: int, kind: str) -> HttpResponse:
    """One view for every kind; with `step=effect` it only shows what would follow."""
    chosen = KINDS.get(kind)
    if chosen is None:
        raise Http404
    mine = Episode.objects.for_clinic(request.clinic).select_related("patient", "edition", "clinic__sender")
    found = get_object_or_404(mine, pk=episode)
    reminder = _reminder(request, found) if chosen.of_reminder else None
    typed = request.POST if request.method == "POST" else None
    form = chosen.form(found, reminder, typed)
    if typed is None:
        return _page(request, chosen, form, _beside(request, form))
    if typed.get("step") == "effect":
        return _effect(request, chosen, form)
    if not typed.get("seen") or typed.get("shown") != form.fingerprint:
        return _not_yet(request, chosen, form)
    return _do(request, chosen, form)


def _reminder(request: ClinicRequest, episode: Episode) -> Reminder:
    key = request.GET.get("message", "")
    return get_object_or_404(Reminder.objects.for_clinic(request.clinic), episode=episode, key=key)


def _do(request: ClinicRequest, kind: Kind, form: ChangeForm) -> HttpResponse:
    typed, found = request.POST, form.episode
    try:
        change_plan(
            request.clinic, found.pk, form.change(), request.now,
            actor=request.user.email, why=typed.get("why", ""),
            seen_revision=row_number(typed.get("revision", "")), seen=typed.get("seen", ""),
        )  # fmt: skip
    except Stale as stale:
        return _page(request, kind, form, replace(_look(request, form), since=str(stale)), status=422)
    except Refused as refused:
        form.explain(refused)
        return _page(request, kind, form, _look(request, form), status=422)
    messages.success(request, str(kind.done))
    return redirect("episode", request.clinic.slug, found.pk)


def _effect(request: ClinicRequest, kind: Kind, form: ChangeForm) -> HttpResponse:
    """Beside the form while it is typed, or on the same page again."""
    if request.htmx:
        return render(request, "clinic/change_effect.html", _context(kind, form, _beside(request, form)))
    look = _look(request, form)
    if look.refused:
        form.explain(look.refused)
    return _page(request, kind, form, look, status=422 if look.refused else 200)


def _not_yet(request: ClinicRequest, kind: Kind, form: ChangeForm) -> HttpResponse:
    """It was confirmed without its effect having been on screen: that comes first."""
    look = _look(request, form)
    if look.refused:
        form.explain(look.refused)
    else:
        look = replace(
            look, since=look.since or _("Nothing is changed yet: look at what would follow first.")
        )
    return _page(request, kind, form, look, status=422)


def _beside(request: ClinicRequest, form: ChangeForm) -> Look:
    """What follows; quiet while nothing is typed. A browser may have kept what was typed before it loaded."""
    look = _look(request, form)
    untouched = look.refused is not None and look.refused.code == "nothing-changes"
    return Look() if form.own_fields and untouched else look


def _look(request: ClinicRequest, form: ChangeForm) -> Look:
    revision = row_number(request.POST.get("revision", ""))
    look = Look(since=changes_since(form.episode, revision) if revision else "")
    if form.is_bound and form.typed("fold"):
        # A question once answered stays on the form, or its answer would be lost.
        look = replace(look, asks_fold=_("The clock showed this time twice."))
    asked: Any = form.change()
    if isinstance(asked, ChangeTreatment):
        # The question whether so early a date is right stands beside the effect, not in its place.
        asked = replace(asked, late_confirmed=False)
    try:
        return replace(look, effect=effect_of(request.clinic, form.episode.pk, asked, request.now))
    except Refused as refused:
        if refused.code == "confirm-late":
            return _late(request, form, asked, replace(look, asks_late=str(refused)))
        return replace(look, refused=refused, asks_fold=refused.faults.get("fold", look.asks_fold))


def _late(request: ClinicRequest, form: ChangeForm, asked: ChangeTreatment, look: Look) -> Look:
    confirmed = replace(asked, late_confirmed=True)
    try:
        return replace(look, effect=effect_of(request.clinic, form.episode.pk, confirmed, request.now))
    except Refused as refused:
        return replace(look, refused=refused)


def _counts(effect: PlanEffect) -> Iterator[str]:
    counted = [step.effect for step in effect.diff.steps]
    comes = counted.count(Effect.APPEARS) + counted.count(Effect.RETURNS)
    if moves := counted.count(Effect.MOVES):
        yield ngettext("%(number)s message moves", "%(number)s messages move", moves) % {"number": moves}
    if comes:
        yield ngettext("%(number)s message is new", "%(number)s messages are new", comes) % {"number": comes}
    if vanish := counted.count(Effect.VANISHES):
        yield ngettext("%(number)s message is not sent", "%(number)s messages are not sent", vanish) % {
            "number": vanish
        }
    if spoken_for := counted.count(Effect.SUPERSEDED) + counted.count(Effect.FOLDED):
        said = ngettext(
            "%(number)s message is said by another", "%(number)s messages are said by others", spoken_for
        )
        yield said % {"number": spoken_for}
    if words := counted.count(Effect.CHANGES) + len(effect.reworded):
        said = ngettext(
            "%(number)s message says something else", "%(number)s messages say something else", words
        )
        yield said % {"number": words}


def _page(
    request: ClinicRequest, kind: Kind, form: ChangeForm, look: Look, status: int = 200
) -> HttpResponse:
    return render(request, "clinic/change.html", _context(kind, form, look), status=status)


def _context(kind: Kind, form: ChangeForm, look: Look) -> dict[str, Any]:
    found, row = form.episode, form.reminder
    course = course_of_episode(found)
    subject = about(course, row.message, row.due_at, contact_of(found.clinic)) if row else ""
    return {
        "kind": kind,
        "form": form,
        "look": look,
        "refused": [form.said(one) for one in look.refused.faults.values()] if look.refused else [],
        "episode": found,
        "course": course,
        "reminder": row,
        "subject": subject,
        "by_email": found.channels[:1] == ["email"],
    }
