"""A rehearsal: what a draft would send over past or made-up treatments, beside today's edition."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from scheduler import editions
from scheduler.domain import localtime
from scheduler.domain.clinic_values import apply
from scheduler.domain.protocol import Protocol
from scheduler.domain.rehearsal.clocks import next_changes
from scheduler.models import Clinic
from scheduler.rehearsal import Part, Run, Stage, around_change, look_on, stage_of
from scheduler.web.access import ClinicRequest, clinic_page
from scheduler.web.timings import rehearse_figures
from scheduler.web.timings.asked import file_or_404
from scheduler.web.timings.sealing import SLICE, sealed, unsealed

PAST, MADE, CLOCKS = "past", "made", "clocks"
USUAL, MOST, DRAFT = timedelta(days=90), 20_000, "draft"
EARLIEST, LATEST = date(1970, 1, 1), date(2500, 1, 1)


class RehearseForm(forms.Form):
    use_required_attribute = False
    over = forms.ChoiceField(
        label=gettext_lazy("Over"), widget=forms.RadioSelect,
        choices=[
            (PAST, gettext_lazy("Treatments enrolled here, of a period")),
            (MADE, gettext_lazy("Made-up treatments of a normal week")),
            (CLOCKS, gettext_lazy("Made-up treatments around the weekends on which the clocks change")),
        ],
        error_messages={
            "required": gettext_lazy("Choose over what."),
            "invalid_choice": gettext_lazy("Choose over what."),
        },
    )  # fmt: skip
    first = forms.DateField(
        label=gettext_lazy("From"), required=False, widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"),
        error_messages={"invalid": gettext_lazy("This is not a date.")},
    )  # fmt: skip
    last = forms.DateField(
        label=gettext_lazy("Until"), required=False, widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"),
        error_messages={"invalid": gettext_lazy("This is not a date.")},
    )  # fmt: skip
    made = forms.IntegerField(
        label=gettext_lazy("How many made-up ones"), required=False, min_value=1, max_value=MOST,
        error_messages={
            "invalid": gettext_lazy("Give a whole number."),
            "min_value": gettext_lazy("Give a number from 1 on."),
            "max_value": gettext_lazy("%(limit_value)s are the most."),
        },
    )  # fmt: skip
    edition = forms.ChoiceField(
        label=gettext_lazy("What is rehearsed"), required=False,
        error_messages={"invalid_choice": gettext_lazy("There is no such edition.")},
    )  # fmt: skip

    def __init__(self, clinic: Clinic, protocol: str, given: Any, today: date) -> None:
        start = {"over": PAST, "first": today - USUAL, "last": today, "made": 200}
        super().__init__(given if "over" in given else None, initial=start)
        numbers = editions.history(clinic, protocol).values_list("number", flat=True)
        draft = [(DRAFT, _("The draft"))] if editions.find_draft(clinic, protocol) else []
        own = [(str(number), _("Edition %(number)s") % {"number": number}) for number in numbers]
        field = self.fields["edition"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [*draft, *own]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("over") == PAST:
            self._period(given.get("first"), given.get("last"))
        if given.get("over") == MADE and not given.get("made") and "made" not in self.errors:
            self.add_error("made", _("Give a whole number."))
        return given

    def _period(self, first: date | None, last: date | None) -> None:
        for name, day in (("first", first), ("last", last)):
            if name not in self.errors and (day is None or not EARLIEST <= day <= LATEST):
                self.add_error(name, _("Give a date."))
        if first and last and last < first:
            self.add_error("last", _("This is before the first date of the period."))


@dataclass(frozen=True)
class Compared:
    """Today's edition and the one to rehearse, each with what it is called."""

    stage: Stage
    today: str
    rehearsed: str


class NotNow(Exception):
    """There is nothing to compare; the sentence says why."""


@require_http_methods(["GET", "HEAD", "POST"])
@clinic_page()
def rehearse(request: ClinicRequest, protocol: str) -> HttpResponse:
    """Asked by GET, so that it can be looked at again; what takes longer is gone on with by POST."""
    file = file_or_404(protocol)
    today = localtime.local_date(request.clinic.timezone, request.now)
    form = RehearseForm(request.clinic, protocol, request.GET, today)
    context: dict[str, Any] = {"protocol": file, "section": "rehearse", "form": form}
    if form.is_bound and form.is_valid():
        try:
            context |= _rehearsed(request, protocol, form.cleaned_data)
        except NotNow as sentence:
            context["not_now"] = str(sentence)
    name = "clinic/rehearse_result.html" if request.htmx else "clinic/rehearse.html"
    return render(request, name, context, status=422 if form.is_bound and form.errors else 200)


def _rehearsed(request: ClinicRequest, protocol: str, asked: dict[str, Any]) -> dict[str, Any]:
    compared = _compared(request.clinic, protocol, asked["edition"])
    if asked["over"] == CLOCKS:
        return {"compared": compared} | _around(request, compared)
    carried = unsealed(request, protocol, "run", request.POST.get("run", "")) or {}
    marks = [_mark(compared), [str(asked[name]) for name in ("over", "first", "last", "made")]]
    if carried and carried["marks"] != marks:
        raise NotNow(_("The editions have changed meanwhile. Rehearse again."))
    now = datetime.fromisoformat(carried["now"]) if carried else request.now
    part = Part(asked["first"], asked["last"]) if asked["over"] == PAST else Part(made=asked["made"], now=now)
    run = Run.read(carried["run"]) if carried else None
    run = look_on(request.clinic, protocol, compared.stage, part, run, SLICE)
    if not run.of:
        raise NotNow(_("Nobody's treatment of that period is enrolled here. Take another, or made-up ones."))
    content = {"run": run.plain(), "now": now.isoformat(), "marks": marks}
    context: dict[str, Any] = {"compared": compared, "run": run, "asked": asked}
    if not run.finished:
        return context | {"sealed": sealed(request, protocol, "run", content)}
    return context | _figures(request.clinic, run.today, run.rehearsed)


def _mark(compared: Compared) -> list[str]:
    return [compared.today, compared.rehearsed]


def _figures(clinic: Clinic, today: Any, rehearsed: Any) -> dict[str, Any]:
    return {
        "sums": rehearse_figures.sums(today, rehearsed, clinic.segment_price, clinic.currency),
        "chart": rehearse_figures.chart(today, rehearsed),
        "hours": rehearse_figures.hours(today, rehearsed),
        "tables": rehearse_figures.tables(today, rehearsed),
        "by_message": rehearse_figures.by_message(today, rehearsed),
    }


def _around(request: ClinicRequest, compared: Compared) -> dict[str, Any]:
    """One of the next two changes in a request."""
    changes = next_changes(request.clinic.timezone, request.now)
    if not changes:
        raise NotNow(_("The clocks do not change in the clinic's time zone."))
    number = 1 if request.GET.get("change") == "1" and len(changes) > 1 else 0
    found = around_change(compared.stage, changes[number])
    return {
        "around": found, "changes": list(enumerate(changes)), "number": number,
        "moved": rehearse_figures.moved(found.today, found.rehearsed),
        "ends": rehearse_figures.ends(found.today, found.rehearsed),
        **_figures(request.clinic, found.today.totals, found.rehearsed.totals),
    }  # fmt: skip


def _compared(clinic: Clinic, protocol: str, wanted: str) -> Compared:
    """Today's edition beside the draft or an edition. Raises NotNow."""
    current = editions.current_edition(clinic, protocol)
    if current is None:
        raise NotNow(
            _("There is no edition yet to compare with. %(where)s") % {"where": editions.where_to_set(clinic)}
        )
    today = editions.protocol_of(current)
    draft = editions.find_draft(clinic, protocol)
    if wanted == DRAFT and draft:
        rehearsed, faults = apply(editions.file_of(draft), draft.settings)
        if faults:
            raise NotNow(_("The draft has faults. Mend them first."))
        name = _("draft, revision %(revision)s") % {"revision": draft.revision}
    else:
        other = editions.find_edition(clinic, protocol, int(wanted)) if wanted.isdecimal() else current
        rehearsed, name = editions.protocol_of(other), _("edition %(number)s") % {"number": other.number}
    _refuse_unset(today)
    _refuse_unset(rehearsed)
    said = _("edition %(number)s") % {"number": current.number}
    return Compared(stage_of(clinic, today, rehearsed), said, name)


def _refuse_unset(protocol: Protocol) -> None:
    for name in protocol.missing_settings():
        raise NotNow(_("This is not set yet: %(label)s.") % {"label": protocol.values[name].label})
