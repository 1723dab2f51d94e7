"""Editions, drafts and what is wrong with them: as JSON (its words are stable) and for the terminal."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import IO, Any

from rich.console import Console
from rich.table import Table

from scheduler.domain.edits.findings import Finding
from scheduler.domain.edits.samples import LONGEST_CONTACT, LONGEST_LINK, Sample, samples
from scheduler.editions import Checked, Comparison
from scheduler.models import Edition

FINDINGS = ("", "Setting", "What")
CHANGES = ("Setting", "Label", "Before", "After", "Changed by")
EDITIONS = ("Edition", "Published", "By", "Approved by", "Episodes", "Reason")
SAMPLE = "Sample, not a patient: treated just now, with the longest name, number and link that there can be."
TEXTS = ("Answers", "Message", "When", "Segments", "Text")


def show(out: IO[str], headings: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """A table in a terminal; elsewhere a line for each row, its cells between tabs."""
    console = Console(file=out, markup=False, highlight=False, emoji=False)
    if not console.is_terminal:
        for row in rows:
            out.write("\t".join(cell for cell in row) + "\n")
        return
    table = Table(*headings, show_lines=True)
    for row in rows:
        table.add_row(*row)
    console.print(table)


def finding_rows(checked: Checked) -> Iterator[tuple[str, ...]]:
    for one in checked.findings:
        yield "fault" if one.is_fault else "warning", one.name or "the draft", one.sentence


def change_rows(comparison: Comparison) -> Iterator[tuple[str, ...]]:
    for one in comparison.changes:
        yield one.name, one.label, one.before, one.after, one.source


def edition_rows(editions: Iterable[Edition]) -> Iterator[tuple[str, ...]]:
    for one in editions:
        yield (
            str(one.number),
            f"{one.published_at:%Y-%m-%d %H:%M} UTC",
            one.published_by,
            one.approved_by,
            str(_episodes(one)),
            one.reason,
        )


def sample_rows(checked: Checked, treated_at: datetime) -> Iterator[tuple[str, ...]]:
    for sample in _samples(checked, treated_at):
        answers = ", ".join(f"{name}={answer}" for name, answer in sample.answers.items())
        for one in sample.texts:
            when = f"{one.reminder.due_local:%a %d %b %H:%M}"
            yield answers, one.reminder.key, when, f"{one.text.segments} of {one.most}", one.text.sms


def check_json(checked: Checked, treated_at: datetime) -> dict[str, Any]:
    draft = checked.draft
    return {
        "protocol": draft.protocol_id,
        "revision": draft.revision,
        "base": draft.base.number if draft.base else None,
        "settings": draft.settings,
        "faults": [_finding(one) for one in checked.faults],
        "warnings": [_finding(one) for one in checked.warnings],
        "samples": [_sample(one) for one in _samples(checked, treated_at)],
    }


def history_json(editions: Iterable[Edition]) -> list[dict[str, Any]]:
    return [
        {
            "number": one.number,
            "published_at": f"{one.published_at:%Y-%m-%dT%H:%M:%SZ}",
            "published_by": one.published_by,
            "approved_by": one.approved_by,
            "reason": one.reason,
            "episodes": _episodes(one),
            "settings": one.settings,
            "reasons": one.reasons,
        }
        for one in editions
    ]


def compare_json(comparison: Comparison) -> dict[str, Any]:
    return {
        "before": comparison.before,
        "after": comparison.after,
        "changes": [
            {
                "name": one.name,
                "label": one.label,
                "before": one.before,
                "after": one.after,
                "source": one.source,
            }
            for one in comparison.changes
        ],
    }


def _episodes(edition: Edition) -> int:
    """The count that `history` comes with."""
    return int(getattr(edition, "episodes_count", 0))


def _samples(checked: Checked, treated_at: datetime) -> tuple[Sample, ...]:
    """With every name, number and link at its limit; none while a text could not be rendered."""
    if any(one.name.endswith(".subject") for one in checked.faults):
        return ()
    zone = checked.draft.clinic.timezone
    return samples(checked.protocol, LONGEST_CONTACT, LONGEST_LINK, zone=zone, treated_at=treated_at)


def _finding(one: Finding) -> dict[str, Any]:
    return {
        "name": one.name,
        "code": one.code,
        "sentence": one.sentence,
        "statements": list(one.statements),
    }


def _sample(sample: Sample) -> dict[str, Any]:
    return {
        "answers": dict(sample.answers),
        "reminders": [
            {
                "key": one.reminder.key,
                "local": f"{one.reminder.due_local:%Y-%m-%dT%H:%M}",
                "segments": one.text.segments,
                "most": one.most,
                "sms": one.text.sms,
            }
            for one in sample.texts
        ],
    }
