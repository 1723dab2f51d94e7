"""The course of a round: everybody is enrolled, the storm passes, all settles, and then it is judged."""

import json
import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import django

django.setup()
logging.getLogger("mail.log").setLevel(logging.ERROR)

from django.core.management import call_command  # noqa: E402

from tests.chaos import enrolled, people  # noqa: E402
from tests.chaos.judge import Fault, faults, hidden_firsts  # noqa: E402
from tests.chaos.mail import Faulty  # noqa: E402
from tests.chaos.plan import Person, Plan  # noqa: E402
from tests.chaos.storm import TICK, House, pass_over  # noqa: E402
from tests.chaos.story import story  # noqa: E402
from tests.chaos.truth import Deed, Evidence, gather  # noqa: E402
from tests.support.provider import Provider  # noqa: E402

#: seconds after the storm in which everything has to find its end
PATIENCE = 45.0
#: what a worker writes where something went wrong that it had not reckoned with
UNFORESEEN = ("Traceback", "turn failed", "outcome not recorded", "sending broke")
#: what the pages cannot help while the database is away
FORESEEN = ("OperationalError", "InterfaceError")


class Course:
    def __init__(self, plan: Plan, folder: Path, twilio: Provider, mail: Faulty, port: int) -> None:
        self._plan, self._folder, self._twilio, self._mail, self._port = plan, folder, twilio, mail, port
        self._deeds: list[Deed] = []

    def run(self, take_away: Callable[[float], None]) -> int:
        """0 if nothing was wrong."""
        call_command("migrate", verbosity=0)
        self._enrolled = enrolled.enrol_all(self._plan.people, datetime.now(UTC))
        for rule in self._plan.rules:
            others = {name: value for name, value in rule.items() if name != "words"}
            self._twilio.behave(*rule.get("words", ()), **others)
        house = House(self._plan, self._folder, self._port)
        try:
            _until_heard(self._port)
            self._begins, self._beginning = datetime.now(UTC), time.monotonic()
            enrolled.begin(self._enrolled, self._begins)
            self._storm(house, take_away)
            return self._told(house, self._settled(house))
        finally:
            house.end()

    def _storm(self, house: House, take_away: Callable[[float], None]) -> None:
        living = threading.Thread(target=people.live, args=(self._enrolled, self._beginning, self._deeds))
        living.start()
        pass_over(self._plan, house, take_away, self._beginning)
        while living.is_alive():
            house.look_after()
            time.sleep(TICK)
        self._twilio.forget()
        self._twilio.behave("deliver")
        self._mail.storm = False
        house.calm()

    def _settled(self, house: House) -> tuple[Evidence, list[Fault]]:
        """When nothing is wrong, or something that no waiting mends, or for too long."""
        until = time.monotonic() + PATIENCE
        while True:
            house.look_after()
            people.patiently(people.release_senders)
            seen = people.patiently(self._gather)
            found = faults(seen)
            if not found or any(one.for_good for one in found) or time.monotonic() > until:
                return seen, found
            time.sleep(0.5)

    def _gather(self) -> Evidence:
        episodes: dict[int, Person] = self._enrolled
        return gather(self._begins, episodes, self._deeds, self._twilio.accepted, self._mail.taken)

    def _told(self, house: House, ended: tuple[Evidence, list[Fault]]) -> int:
        seen, found = ended
        odd = [*self._twilio.faults, *_unforeseen(self._folder)]
        print(f"seed {self._plan.seed} on {self._plan.engine}: {'WRONG' if found or odd else 'well'}")
        for line in self._figures(house, seen):
            print(f"  {line}")
        if found or odd:
            self._accuse(house, seen, found, odd)
        return int(bool(found or odd))

    def _figures(self, house: House, seen: Evidence) -> Iterator[str]:
        standing = Counter(
            f"{row['status']} {row['status_reason']}".strip()
            for row in seen.reminders.values()
            if row["status"] != "scheduled"
        )
        ends = Counter(str(worker.exitcode) for worker in house.lives)
        lasted = time.monotonic() - self._beginning
        yield f"{len(seen.taken)} taken for {sum(standing.values())} reminders, in {lasted:.0f} s"
        yield f"a second time, after one that the provider hid: {hidden_firsts(seen)}"
        yield f"reminders: {dict(standing.most_common())}"
        yield f"answers: {dict(Counter(answer[2] for answer in self._twilio.answers).most_common())}"
        yield f"{len(house.lives)} workers, which ended so (None: at work): {dict(ends)}"
        yield f"people: {dict(Counter(f'{one.person.deed}: {one.came}' for one in self._deeds))}"

    def _accuse(self, house: House, seen: Evidence, found: list[Fault], odd: list[str]) -> None:
        print(f"  plan: {json.dumps(self._plan.told())}")
        for line in (*house.deaths, *odd[:20]):
            print(f"  {line}")
        answers = self._twilio.answers
        # While something is wrong for good nobody waited for the rest.
        for fault in ([one for one in found if one.for_good] or found)[:8]:
            print(f"WRONG: reminder {fault.reminder} {fault.why}")
            for line in story(seen, fault.reminder, answers, self._beginning):
                print(line)
        print(f"{len(found)} wrong")


def _unforeseen(folder: Path) -> list[str]:
    return [
        f"{log.name}: {line[-3000:]}"
        for log in sorted(folder.glob("*.log"))
        for line in log.read_text(errors="replace").splitlines()
        if any(words in line for words in UNFORESEEN) and not any(words in line for words in FORESEEN)
    ]


def _until_heard(port: int) -> None:
    until = time.monotonic() + 20
    while time.monotonic() < until:
        try:
            with urlopen(f"http://127.0.0.1:{port}/health/live", timeout=5):
                return
        except URLError as refused:
            if hasattr(refused, "code"):
                return
            time.sleep(0.05)
    raise TimeoutError("the pages did not start")
