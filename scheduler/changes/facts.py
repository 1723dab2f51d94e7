"""What a change changes: the values before and after, as its event keeps them and as people read them."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from scheduler.changes.loaded import Loaded
from scheduler.changes.wanted import Wanted
from scheduler.dates import moment
from scheduler.domain.protocol import Protocol
from scheduler.plans.wording import Line

#: the value before and the one after, as JSON has them
Facts = Mapping[str, tuple[Any, Any]]
LABELS = {
    "treated_at": gettext_lazy("End of the treatment"),
    "timezone": gettext_lazy("Time zone"),
    "site": gettext_lazy("Leg"),
    "state": gettext_lazy("Plan"),
    "channels": gettext_lazy("Ways to reach the patient"),
    "mobile": gettext_lazy("Mobile number"),
    "email": gettext_lazy("Email address"),
    "page_link": gettext_lazy("Link to the patient's page"),
    "detail": gettext_lazy("What texts say"),
    "fewer_texts": gettext_lazy("Fewer texts"),
}
WORDS = {
    "sms": gettext_lazy("texts"),
    "email": gettext_lazy("emails"),
    "active": gettext_lazy("running"),
    "paused": gettext_lazy("paused"),
    "cancelled": gettext_lazy("cancelled"),
    "left": gettext_lazy("left"),
    "right": gettext_lazy("right"),
    "both": gettext_lazy("both"),
    "scheduled": gettext_lazy("planned"),
    "skipped": gettext_lazy("not sent"),
    "link-as-sent": gettext_lazy("the one that was sent"),
    "link-renewed": gettext_lazy("a new one"),
}
#: the words of a field whose values mean something else elsewhere
WORDS_OF: Mapping[str, Mapping[Any, Any]] = {
    "detail": {
        "": gettext_lazy("as the clinic has it"),
        "full": gettext_lazy("everything"),
        "minimal": gettext_lazy("only that there is a reminder"),
    },
    "fewer_texts": {False: gettext_lazy("no"), True: gettext_lazy("yes")},
}


def facts_of(loaded: Loaded, wanted: Wanted) -> Facts:
    """The values that differ; none where the change would do nothing."""
    found: dict[str, tuple[Any, Any]] = {}
    for holder, fields in ((loaded.episode, wanted.episode), (loaded.patient, wanted.patient)):
        for name, value in fields.items():
            found |= _of_field(name, getattr(holder, name), value)
    if wanted.row:
        for name, value in wanted.reminder.items():
            # A person's time takes the place of the one that it has, whoever gave it that.
            before = wanted.row.due_at if name == "moved_to" else getattr(wanted.row, name)
            found |= _of_field("due_at" if name == "moved_to" else name, before, value)
        found.pop("reason", None)
    differ = {name: pair for name, pair in found.items() if pair[0] != pair[1]}
    # Never the links themselves: whoever reads the history shall not be able to open the page.
    return differ | ({"page_link": ("link-as-sent", "link-renewed")} if differ and wanted.new_link else {})


def _of_field(name: str, before: Any, after: Any) -> dict[str, tuple[Any, Any]]:
    if name == "answers":
        return {f"answers.{one}": (before.get(one, ""), answer) for one, answer in after.items()}
    # It says the same as the instant and the zone.
    return {} if name == "treated_local" else {name: (_plain(before), _plain(after))}


def _plain(value: Any) -> Any:
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value


def in_words(facts: Facts, protocol: Protocol, zone: str, label: str = "") -> list[Line]:
    """`label` is the reminder's, for facts about one; `zone` is the one whose clock is read."""
    return [_line(name, before, after, protocol, zone, label) for name, (before, after) in facts.items()]


def _line(name: str, before: Any, after: Any, protocol: Protocol, zone: str, label: str) -> Line:
    if name.startswith("answers."):
        question = protocol.questions.get(name.removeprefix("answers."))
        if question is None:
            return Line(name, str(before), str(after))
        options = question.options
        return Line(question.label, options.get(before, before), options.get(after, after))
    if name.endswith("_at"):
        return Line(str(LABELS.get(name, label)), _moment(zone, before), _moment(zone, after))
    words = WORDS_OF.get(name, WORDS)
    return Line(str(LABELS.get(name, label)), _word(before, words), _word(after, words))


def _word(value: Any, words: Mapping[Any, Any]) -> str:
    if isinstance(value, list | tuple):
        return _(", then ").join(str(words.get(one, one)) for one in value)
    return str(words.get(value, value))


def _moment(zone: str, instant: str) -> str:
    return moment(zone, datetime.fromisoformat(instant))
