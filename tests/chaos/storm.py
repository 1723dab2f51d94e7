"""What is done to the processes while a round lasts, at the times that its plan gives."""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterable
from multiprocessing.process import BaseProcess
from pathlib import Path

from tests.chaos import processes
from tests.chaos.plan import STORM, WORKERS, Act, Plan

#: a dead worker is noticed after so long, as by whoever supervises it
NOTICED = 0.3
TICK = 0.02


class House:
    """The workers and the pages, each started again when it is gone."""

    def __init__(self, plan: Plan, folder: Path, port: int) -> None:
        self._plan, self._folder, self._port = plan, folder, port
        self.lives: list[BaseProcess] = []
        self.deaths: list[str] = []
        self._workers = [self._worker() for _ in range(WORKERS)]
        self._gone = [0.0] * WORKERS
        self._web = self._pages()
        self._frozen: dict[int, tuple[int, float]] = {}

    def _worker(self) -> BaseProcess:
        number = len(self.lives)
        fault = self._plan.faults[number] if number < len(self._plan.faults) else None
        self.lives.append(processes.start_worker(self._folder / f"worker-{number}.log", fault))
        return self.lives[-1]

    def _pages(self) -> BaseProcess:
        return processes.start_web(self._folder / "web.log", self._port)

    def look_after(self) -> None:
        """Wake who slept long enough, and start again who is gone."""
        now = time.monotonic()
        for place, (pid, until) in list(self._frozen.items()):
            if now >= until:
                os.kill(pid, signal.SIGCONT)
                del self._frozen[place]
        for place, worker in enumerate(self._workers):
            if worker.is_alive():
                self._gone[place] = now
            elif now - self._gone[place] >= NOTICED:
                self.deaths.append(f"{now:.2f} {worker.name} pid {worker.pid} ended with {worker.exitcode}")
                self._frozen.pop(place, None)
                self._workers[place] = self._worker()

    def do(self, act: Act) -> None:
        worker = self._workers[act.which]
        if act.what == "web":
            self._web.kill()
            self._web.join()
            time.sleep(act.seconds)
            self._web = self._pages()
        elif worker.pid and worker.is_alive() and act.which not in self._frozen:
            if act.what == "freeze":
                os.kill(worker.pid, signal.SIGSTOP)
                self._frozen[act.which] = worker.pid, time.monotonic() + act.seconds
            else:
                os.kill(worker.pid, signal.SIGTERM if act.what == "ask" else signal.SIGKILL)

    def calm(self) -> None:
        """Nobody stands still any more, and no worker that is started now has a fault."""
        for pid, _ in self._frozen.values():
            os.kill(pid, signal.SIGCONT)
        self._frozen.clear()
        for place, worker in enumerate(self._workers):
            number = self.lives.index(worker)
            if number < len(self._plan.faults) and worker.is_alive():
                worker.kill()
                worker.join()
                self._gone[place] = 0.0
        self._plan = Plan(self._plan.seed, self._plan.engine, (), (), ())
        self.look_after()

    def end(self) -> None:
        for process in (*self._workers, self._web):
            process.kill()
            process.join()


def pass_over(plan: Plan, house: House, database: Callable[[float], None], began: float) -> None:
    """Until all of it has happened."""
    away = [act for act in plan.acts if act.what == "database"]
    beside = threading.Thread(target=lambda: _each(away, began, lambda act: database(act.seconds)))
    beside.start()
    rest = [act for act in plan.acts if act.what != "database"]
    while rest or beside.is_alive() or time.monotonic() < began + STORM:
        house.look_after()
        while rest and time.monotonic() >= began + rest[0].at:
            house.do(rest.pop(0))
        time.sleep(TICK)


def _each(acts: Iterable[Act], began: float, do: Callable[[Act], None]) -> None:
    for act in acts:
        time.sleep(max(0.0, began + act.at - time.monotonic()))
        do(act)
