"""`aftercare edition diff` and `publish --to all`: what a draft does to everybody enrolled."""

import os
import socket
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any

from django.utils import timezone
from rich.console import Console
from rich.progress import Progress

from scheduler import editions
from scheduler.management.base import Failure, WrongInput
from scheduler.management.counted import counted
from scheduler.management.edition_output import show
from scheduler.models import Clinic, Draft
from scheduler.plans.cases import load_cases
from scheduler.plans.everybody import Effect, Reach, effect_on_everybody
from scheduler.plans.publication import Seen, publish_to_everybody, seen_now
from scheduler.plans.rollout import carry_out, differences, running
from scheduler.plans.wording import Wording

#: what is counted: where it is one, and where it is not
WORDS = {
    "patients": ("patient with something to come", "patients with something to come"),
    "changed": ("of them with a change", "of them with a change"),
    "corrected": ("of them told another date: a text corrects it",) * 2,
    "left": (
        "episode that keeps its edition: it asks what nobody answered",
        "episodes that keep their edition: it asks what nobody answered",
    ),
    "unreadable": (
        "patient whose rows cannot be read: the plan stays",
        "patients whose rows cannot be read: their plans stay",
    ),
    "appears": ("text appears", "texts appear"),
    "moves": ("text moves", "texts move"),
    "changes": (
        "text says something else, or may go longer or shorter",
        "texts say something else, or may go longer or shorter",
    ),
    "returns": ("text goes after all", "texts go after all"),
    "folded": ("text becomes part of another", "texts become part of another"),
    "superseded": ("text gives way to another treatment", "texts give way to another treatment"),
    "vanishes": ("text vanishes", "texts vanish"),
    "gone": ("text went already and stays as it was", "texts went already and stay as they were"),
}
PATIENT = ("Episode", "What", "Before", "After", "Why")


def look(draft: Draft, patients: int) -> tuple[Seen, Reach, list[tuple[str, ...]]]:
    """The effect, and the steps of the first so many patients. Writes nothing."""
    seen, lines = seen_now(draft), list[tuple[str, ...]]()
    shown: Counter[int] = Counter()

    def each(effect: Effect) -> None:
        if effect.diff and len(shown) < patients:
            shown[effect.patient] += 1
            lines.extend(_lines(effect))

    with _bar("Looking at everybody") as tell:
        reach = effect_on_everybody(
            draft.clinic, editions.check(draft).protocol, timezone.now(), tell=tell, each=each
        )
    return seen, reach, lines


def _lines(effect: Effect) -> Iterator[tuple[str, ...]]:
    before = load_cases([effect.patient])[effect.patient].courses
    wording = Wording({**before, **effect.case.courses}, effect.timeline, before=before)
    episodes = ", ".join(map(str, effect.case.courses))
    for line in wording.lines(effect.diff.steps):
        yield episodes, line.what, line.before, line.after, line.why


def show_reach(out: IO[str], seen: Seen, reach: Reach, lines: list[tuple[str, ...]]) -> None:
    counts = reach.counts() | {"gone": reach.gone}
    show(out, ("How many", "What"), [(str(counts[n]), _words(n, counts[n])) for n in WORDS if counts.get(n)])
    if lines:
        show(out, PATIENT, lines)
    out.write("What the draft itself changes, in words and values: `aftercare edition compare`.\n")
    out.write(f"Nothing is published. To publish this to everybody: publish --to all --seen {seen}\n")


def _words(name: str, number: int) -> str:
    one, many = WORDS.get(name, (name, name))
    return one if number == 1 else many


def refuse_under_way(clinic: Clinic, protocol: str) -> None:
    """Raises Failure while an edition is on its way to everybody: what is seen then changes by itself."""
    job = running(clinic, protocol)
    if job is None:
        return
    done, of = job.done.get("patients", 0), job.expected.get("patients", 0)
    first = "" if editions.find_draft(clinic, protocol) else "There is no draft: "
    number = f"{'e' if first else 'E'}dition {job.edition.number}"
    raise Failure(
        f"{first}{number} is still on its way to everybody, published by {job.started_by}; "
        f"{done} of {counted(of, 'patient')} done. A worker carries it on (`aftercare worker`)."
    )


def reach_json(seen: Seen, reach: Reach, lines: list[tuple[str, ...]]) -> dict[str, Any]:
    names = ("episodes", "what", "before", "after", "why")
    return {
        "seen": str(seen),
        "counts": reach.counts() | {"gone": reach.gone},
        "left": reach.left,
        "steps": [dict(zip(names, line, strict=True)) for line in lines],
    }


def publish(clinic: Clinic, protocol: str, options: dict[str, Any], actor: str, out: IO[str]) -> None:
    """Publish what was looked at, and bring it to everybody. A worker goes on where this is killed."""
    try:
        seen = Seen.read(options["seen"] or "")
    except ValueError:
        raise WrongInput("--seen: look at the effect first; `aftercare edition diff` ends with it") from None
    refuse_under_way(clinic, protocol)
    expected = look(editions.get_draft(clinic, protocol), 0)[1].counts()
    rollout = publish_to_everybody(
        clinic, protocol, seen=seen, expected=expected, reason=options["reason"],
        approved_by=options["approved_by"], actor=actor, now=timezone.now(),
    )  # fmt: skip
    out.write(f"Published as edition {rollout.edition.number}.\n")
    patients = expected["patients"]
    with _bar("Bringing it to everybody") as tell:
        finished = carry_out(
            rollout, timezone.now, by=f"command {socket.gethostname()}-{os.getpid()}",
            tell=lambda patient: tell(patient, patients),
        )  # fmt: skip
    done = finished.done
    plans, corrections = (done.get(name, 0) for name in ("changed", "corrected"))
    out.write(f"{counted(plans, 'plan')} changed, {counted(corrections, 'correction')} planned.\n")
    for name, (before, after) in differences(finished).items():
        out.write(f"Expected {before}, done {after}: {_words(name, after)}\n")


@contextmanager
def _bar(title: str) -> Iterator[Any]:
    """A bar on stderr, for people."""
    console = Console(file=sys.stderr)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task(title)
        yield lambda done, of: progress.update(task, completed=done, total=of)
