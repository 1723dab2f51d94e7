"""What is wrong with the words that a clinic typed, and what is lost with the words they replace."""

from collections.abc import Iterator, Mapping

from scheduler.domain.edits.finding import Finding, fault
from scheduler.domain.edits.samples import Sample
from scheduler.domain.placeholders import OF_CONTACT, OF_SOME, names_in
from scheduler.domain.protocol import Line, Protocol
from scheduler.domain.sentences import gettext as _
from scheduler.domain.text_faults import faults_of_sms, faults_of_text, relative_days

#: filled for every clinic that can enrol
ALWAYS = frozenset(OF_CONTACT) - OF_SOME


def typed(file: Protocol, settings: Mapping[str, str]) -> Iterator[tuple[str, str, Line | None]]:
    """The texts among the settings: name, text, and the line or None for a subject; none that are emptied."""
    for name, text in settings.items():
        section, _, rest = name.partition(".")
        key, _, field = rest.partition(".")
        if section == "lines" and key in file.lines and field in ("sms", "email") and text.strip():
            yield name, text, file.lines[key]
        elif section == "messages" and key in file.messages and field == "subject" and text.strip():
            yield name, text, None


def faults_of_words(
    file: Protocol, settings: Mapping[str, str], samples: tuple[Sample, ...]
) -> Iterator[Finding]:
    """Everything that would make a text unsayable, costly, or untrue on another day."""
    endless = {name for name, phase in file.phases.items() if phase.ends is None}
    for name, text, line in typed(file, settings):
        sms = name.endswith(".sms")
        for code, sentence in (
            *faults_of_text(text, file.phases, endless),
            *(faults_of_sms(text) if sms else ()),
            *relative_days(text),
        ):
            yield fault(name, code, sentence)
        if sms and line and not line.statements:
            sentence = _("only the email of this line rests on statements; it has no text")
            yield fault(name, "no-statement", sentence)
        yield from _not_filled(name, text, line, samples)


def _not_filled(name: str, text: str, line: Line | None, samples: tuple[Sample, ...]) -> Iterator[Finding]:
    """A text speaks of what is not there for every patient: the whole line would then be left unsaid."""
    known = {*names_in(line.sms or ""), *names_in(line.email or "")} if line else set()
    guarded = line.when.during if line else ()
    for placeholder in dict.fromkeys(names_in(text)):
        phase, braced = placeholder.partition(".")[0], {"placeholder": f"{{{placeholder}}}"}
        if placeholder in known or phase in guarded or placeholder in ALWAYS:
            continue
        if placeholder in OF_SOME:
            sentence = _("a clinic may have no %(placeholder)s: then this is not said")
            yield fault(name, "not-always-filled", sentence % braced)
        elif any(_absent(sample, phase) for sample in samples):
            sentence = _("%(placeholder)s is not there for all: it is then not said")
            yield fault(name, "not-always-filled", sentence % braced)


def _absent(sample: Sample, phase: str) -> bool:
    """Whether a phase of the protocol is not there, or has no end, with these answers and settings."""
    course = sample.timeline.course
    known = phase in course.protocol.phases and course.protocol.phases[phase].ends is not None
    return known and (phase not in course.phases or course.phases[phase].ends_at is None)


def warnings_of_words(file: Protocol, settings: Mapping[str, str]) -> Iterator[Finding]:
    """What the file's own words say and the clinic's do not, as far as a program can tell."""
    critical = {name for message in file.messages.values() if message.critical for name in message.lines}
    for name, text, line in typed(file, settings):
        key, channel = name.split(".")[1:]
        if line is None:
            continue
        original = (line.sms if channel == "sms" or line.email is None else line.email) or ""
        gone = [f"{{{one}}}" for one in dict.fromkeys(names_in(original)) if one not in names_in(text)]
        if gone:
            sentence = _("The protocol's words give %(placeholders)s; these do not.")
            yield Finding(name, "date-gone", sentence % {"placeholders": ", ".join(gone)})
        if key in critical:
            says = "; ".join(file.statements[one].says for one in line.all_statements)
            sentence = _("Check that it still says all of this: %(statements)s.")
            yield Finding(name, "critical-reworded", sentence % {"statements": says})
