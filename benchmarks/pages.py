"""How long pages take, and how many queries, at a clinic with a hundred thousand patients.

Django's own test client asks for them, in this process: what is measured is a page without its way over a
network. Every page is asked for in turn, for other patients, names and places in the list each time. A page
that needs more queries among all the patients than among a thousand fails the measure.
"""

import argparse
import logging
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from time import perf_counter, process_time
from urllib.parse import urlencode

from benchmarks import year  # its first import sets Django up

# isort: split
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from benchmarks.results import engine, report
from scheduler.models import Clinic, Episode, Heartbeat, Membership, User

PATIENTS, ROUNDS = 100_000, 100
SLUG = "bench"
Paths = Sequence[str]


def main() -> int:
    words = argparse.ArgumentParser(prog="python -m benchmarks.pages", description=__doc__)
    words.add_argument("patients", type=int, nargs="?", default=PATIENTS)
    words.add_argument("--rounds", type=int, default=ROUNDS)
    given = words.parse_args()
    logging.disable(logging.INFO)
    call_command("migrate", verbosity=0)
    clinic, now = year.begin(SLUG), datetime.now(UTC)
    year.fill(clinic, year.PATTERNS, now)
    client = _signed_in(clinic)
    few = {name: _queries(client, paths()) for name, paths in PAGES.items()}
    year.fill(clinic, given.patients, now)
    many = {name: _queries(client, paths()) for name, paths in PAGES.items()}
    for name, took in _times(client, given.rounds).items():
        walls, cpus = (sorted(one) for one in zip(*took, strict=True))
        most = len(took) * 95 // 100
        figures = {"p50_ms": walls[len(took) // 2], "p95_ms": walls[most], "p95_cpu_ms": cpus[most]}
        print(f"  {name}: {many[name]} queries, {figures}", flush=True)
        report("pages", engine(), case=name, queries=many[name], patients=given.patients, **figures)
    grown = [f"{name}: {few[name]} queries became {many[name]}" for name in PAGES if many[name] > few[name]]
    print("\n".join(grown), end="", file=sys.stderr)
    return int(bool(grown))


def _signed_in(clinic: Clinic) -> Client:
    user = User.objects.create_user("nurse@example.com")
    Membership.objects.create(clinic=clinic, user=user, role=Membership.Role.ADMIN)
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(user)
    return client


def _get(client: Client, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 200, (path, answer.status_code)


def _queries(client: Client, paths: Paths) -> int:
    """The most that any of them needs, when what a process keeps is there already."""
    counts = []
    for path in paths:
        _seen()
        _get(client, path)
        with CaptureQueriesContext(connection) as captured:
            _get(client, path)
        counts.append(len(captured))
    return max(counts)


def _times(client: Client, rounds: int) -> dict[str, list[tuple[float, float]]]:
    """Milliseconds of each page, and those in which this process worked: others keep a busy machine too."""
    places = {name: paths() for name, paths in PAGES.items()}
    took: dict[str, list[tuple[float, float]]] = {name: [] for name in PAGES}
    for number in range(-2, rounds):
        _seen()
        for name, paths in places.items():
            began, busy = perf_counter(), process_time()
            _get(client, paths[number % len(paths)])
            if number >= 0:
                took[name].append(((perf_counter() - began) * 1000, (process_time() - busy) * 1000))
    return took


def _seen() -> None:
    """A worker runs."""
    Heartbeat.objects.update(seen_at=datetime.now(UTC))


def _list() -> Paths:
    """The first page, the last ones, and some in the middle, with each filter."""
    marks = Episode.objects.across_clinics().order_by("treated_at").values_list("treated_at", "pk")
    places = [marks[index] for index in (60, len(marks) // 3, len(marks) // 2, len(marks) - 60)]
    older = [f"&older={int(at.timestamp()) * 1_000_000}-{pk}" for at, pk in places]
    shows = ("", "running", "paused", "ended")
    return [f"/c/{SLUG}/?show={show}{mark}" for show in shows for mark in ("", *older, "&newer=1-1")]


def _search() -> Paths:
    """What is found everywhere, here and there, and nowhere; by name and by number."""
    terms = ("a", "frost", "ada", "Ada FROSTHolm", "kei dale", "07700 900123", "+44 7700 9001", "0123")
    more = ("zzzz", "Élise", "liam glenwebb", "99999")
    asked = [urlencode({"q": term, "show": show}) for term in terms + more for show in ("", "running")]
    return [f"/c/{SLUG}/?{query}" for query in asked]


def _patient() -> Paths:
    """Of those treated lately, in each state: a paused plan is asked who paused it."""
    newest = Episode.objects.across_clinics().order_by("-treated_at")
    states = (newest.filter(state=state).values_list("pk", flat=True) for state in Episode.State)
    return [f"/c/{SLUG}/episodes/{pk}" for found in states for pk in found[:600:100]]


#: a page -> where it is asked for
PAGES: dict[str, Callable[[], Paths]] = {
    "list": _list,
    "search": _search,
    "one patient": _patient,
    "today": lambda: [f"/c/{SLUG}/today"],
    "attention": lambda: [f"/c/{SLUG}/attention", f"/c/{SLUG}/attention?page=3"],
}


if __name__ == "__main__":
    sys.exit(main())
