"""What a process costs, as Linux counts it."""

import os
import signal
import subprocess
from collections.abc import Iterable
from pathlib import Path

#: seconds that a worker has to end in
PATIENCE = 15


def cpu_seconds(pids: Iterable[int]) -> float:
    """CPU time of all threads so far, to the nanosecond; those that have ended are not counted."""
    tasks = [task for pid in pids for task in Path(f"/proc/{pid}/task").glob("*/schedstat")]
    return sum(int(task.read_text().split()[0]) for task in tasks) / 1e9


def busy_seconds() -> float:
    """CPU time that everything on this machine has taken so far, on all cores together."""
    user, nice, system, _, _, interrupts, soft, *_ = Path("/proc/stat").read_text().split()[1:11]
    ticks = sum(map(int, (user, nice, system, interrupts, soft)))
    return ticks / os.sysconf("SC_CLK_TCK")


def resident_megabytes(pid: int) -> float:
    """Main memory that it has now."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    (resident,) = (line for line in lines if line.startswith("VmRSS:"))
    return int(resident.split()[1]) / 1024


def end(*processes: "subprocess.Popen[bytes]") -> None:
    """As an operator ends a worker; what does not end so is killed."""
    for process in processes:
        process.send_signal(signal.SIGTERM)
    for process in processes:
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
