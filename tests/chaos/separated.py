"""The course of what happens to hosts that lose each other."""

import os
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from subprocess import Popen

from django.core.management import call_command
from django.utils import timezone

from scheduler.domain.status import Status
from scheduler.models import Reminder
from tests.chaos import enrolled
from tests.chaos.judge import faults
from tests.chaos.network import Network
from tests.chaos.plan import Person, mobile
from tests.chaos.truth import Evidence, gather
from tests.support.provider import Provider

PEOPLE = 60
#: seconds in which texts become due; how long a host is away, which is longer than a lease; and until when
#: all has to have found its end
DUE, AWAY, PATIENCE = 5.0, 8.0, 45.0
#: so many texts under way are cut off
CUT_OFF = 3


class Separated:
    def __init__(self, net: Network, twilio: Provider, folder: Path) -> None:
        self._net, self._twilio, self._folder = net, twilio, folder

    def run(self, database: str) -> int:
        """0 if every text went once, and some were cut off; `database` is its address for the hosts."""
        call_command("migrate", verbosity=0)
        self._people = enrolled.enrol_all([_person(number) for number in range(PEOPLE)], timezone.now())
        self._twilio.behave("slow", delay=0.8)
        os.environ["DATABASE_URL"] = database
        workers = [self._net.start(n, "-m", "tests.chaos.host", str(self._log(n))) for n in range(3)]
        try:
            _wait(lambda: all(_has_started(self._log(number)) for number in range(3)), PATIENCE)
            return self._separate(workers)
        finally:
            for worker in workers:
                worker.kill()
                worker.wait()

    def _log(self, number: int) -> Path:
        return self._folder / f"host-{number}.log"

    def _separate(self, workers: "list[Popen[bytes]]") -> int:
        self._begins = datetime.now(UTC)
        enrolled.begin(self._people, self._begins)
        _wait(lambda: _busiest(workers)[0] >= CUT_OFF, PATIENCE)
        _, host = _busiest(workers)
        self._net.cut(host)
        lost = _under_way(workers[host].pid)
        time.sleep(AWAY)
        self._net.heal(host)
        _wait(lambda: not faults(self._seen()), PATIENCE)
        return self._told(lost)

    def _seen(self) -> Evidence:
        return gather(self._begins, self._people, (), self._twilio.accepted, ())

    def _told(self, lost: list[int]) -> int:
        seen = self._seen()
        found = faults(seen)
        words = f"{len(lost)} texts under way were cut off, {len(seen.taken)} taken for {PEOPLE}"
        well = not found and len(lost) >= CUT_OFF and len(seen.taken) == PEOPLE
        print(f"{words}: {'well' if well else 'WRONG'}")
        for fault in found:
            print(f"  {fault}")
        return int(not well)


def _person(number: int) -> Person:
    return Person(number, "east", ("sms",), mobile(number), due=DUE * number / PEOPLE)


def _has_started(log: Path) -> bool:
    return log.exists() and "worker started" in log.read_text()


def _busiest(workers: "list[Popen[bytes]]") -> tuple[int, int]:
    """How much the host has under way that has most, and which it is."""
    return max((len(_under_way(worker.pid)), number) for number, worker in enumerate(workers))


def _under_way(pid: int) -> list[int]:
    """What that worker has claimed."""
    claimed = Reminder.objects.across_clinics().filter(status=Status.CLAIMED)
    return list(claimed.filter(lease_owner__endswith=f"-{pid}").values_list("pk", flat=True))


def _wait(condition: Callable[[], bool], seconds: float) -> None:
    until = time.monotonic() + seconds
    while not condition() and time.monotonic() < until:
        time.sleep(0.05)
