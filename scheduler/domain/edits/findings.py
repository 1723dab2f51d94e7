"""All that is wrong with a clinic's settings of a protocol, and all that somebody should know of them."""

from collections.abc import Iterator, Mapping

from scheduler.domain.clinic_values import apply
from scheduler.domain.edits.finding import Finding, fault, of_setting
from scheduler.domain.edits.samples import Sample, longest_samples
from scheduler.domain.edits.sizes import too_long
from scheduler.domain.edits.texts import faults_of_words, warnings_of_words
from scheduler.domain.edits.timing import (
    below_leaflet,
    faults_of_messages,
    warnings_of_lengths,
    warnings_of_messages,
    warnings_of_times,
    without_effect,
)
from scheduler.domain.protocol import Protocol
from scheduler.domain.sentences import gettext as _
from scheduler.domain.text_faults import BRACE, PLACEHOLDER

__all__ = ["Finding", "below_leaflet", "findings"]


def findings(
    file: Protocol, settings: Mapping[str, str], *, reasons: Mapping[str, str], zone: str
) -> tuple[Finding, ...]:
    """Faults first, then warnings. `file` is the protocol without settings; `reasons` are by setting.

    Texts are measured with the clinic's name, number and link at their limits, on time and after a catch-up.
    """
    changed, wrong = apply(file, settings)
    faults = [of_setting(one) for one in wrong] + list(_not_set(changed))
    refused = {one.name for one in wrong}
    settings = {name: text for name, text in settings.items() if name not in refused}
    samples = longest_samples(_sayable(file, settings), zone)
    faults += faults_of_words(file, settings, samples)
    faults += faults_of_messages(settings, samples)
    long = list(too_long(changed, settings, samples))
    faults += [one for one in long if one.is_fault]
    warnings = [one for one in long if not one.is_fault]
    return (*faults, *warnings, *_warnings(file, changed, settings, reasons, samples, zone))


def _warnings(
    file: Protocol,
    changed: Protocol,
    settings: Mapping[str, str],
    reasons: Mapping[str, str],
    samples: tuple[Sample, ...],
    zone: str,
) -> Iterator[Finding]:
    yield from warnings_of_lengths(file, settings, reasons)
    yield from warnings_of_times(changed)
    yield from warnings_of_words(file, settings)
    if any(name.startswith("messages.") for name in settings):
        stay = {name: text for name, text in settings.items() if not name.startswith("messages.")}
        before = longest_samples(_sayable(file, stay), zone)
        yield from warnings_of_messages(file, settings, _on_time(samples), _on_time(before))
    yield from without_effect(file, settings)


def _not_set(changed: Protocol) -> Iterator[Finding]:
    for name in changed.missing_settings():
        sentence = _("%(value)s has no default: say 14d, in-person or omit")
        yield fault(name, "not-set", sentence % {"value": changed.values[name].label})


def _sayable(file: Protocol, settings: Mapping[str, str]) -> Protocol:
    """The protocol as it can be rendered: a subject that could not be is the file's own."""
    named = {name for name in settings if name.endswith(".subject")}
    broken = {
        one.name for one in faults_of_words(file, settings, ()) if one.code in (BRACE, PLACEHOLDER)
    } & named
    return apply(file, {name: text for name, text in settings.items() if name not in broken})[0]


def _on_time(samples: tuple[Sample, ...]) -> tuple[Sample, ...]:
    treatments = ((sample, sample.timeline.treatment) for sample in samples)
    return tuple(sample for sample, one in treatments if one.enrolled_at == one.treated_at)
