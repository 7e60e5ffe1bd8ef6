"""Running a program, and what it cost: processor time, time on the clock and memory, as the system counted them."""

import os
import signal
import statistics
import time
from dataclasses import dataclass


@dataclass(frozen=True)
class Run:
    """What one run of a program cost, or the medians of several."""

    cpu: float
    """Seconds of processor time, the program's own and the system's for it."""
    wall: float
    """Seconds on the clock."""
    memory: float
    """The most that was in memory at a time, in MiB."""


class DidNotFinish(Exception):
    """The program took longer than it was given."""


class Failed(Exception):
    """The program says that it could not do it."""


@dataclass(frozen=True)
class Command:
    """A program with its arguments, started in a folder."""

    name: str
    arguments: tuple
    folder: str
    good: tuple = (0, 1)
    """The exit codes of a run that did what was asked; most have 1 for one that found something."""


def run(command, seconds):
    """One run of the command, which is ended where it takes longer."""
    started = time.monotonic()
    child = os.fork()
    if child == 0:
        start(command)
    timer = signal.signal(signal.SIGALRM, lambda *_: os.killpg(child, signal.SIGKILL))
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        _, status, usage = os.wait4(child, 0)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, timer)
    wall = time.monotonic() - started
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL and wall >= seconds:
        raise DidNotFinish
    if os.waitstatus_to_exitcode(status) not in command.good:
        raise Failed(f"{command.name} ended with {os.waitstatus_to_exitcode(status)}: {' '.join(command.arguments)[:200]}")
    return Run(usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss / 1024)


def start(command):
    """Becomes the program. Its output goes to a file: to a device that forgets everything, some write less."""
    try:
        os.setpgid(0, 0)
        os.chdir(command.folder)
        out = os.open(os.path.join(os.environ["PEERS_OUTPUT"]), os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(out, 1)
        os.dup2(out, 2)
        os.execv(command.arguments[0], command.arguments)
    finally:
        os._exit(127)


def side_by_side(commands, pairs, seconds):
    """The medians of as many runs of each command, by turns; what does not finish is left out from then on.

    What a program did not do has its reason in place of figures.
    """
    runs = {command.name: [] for command in commands}
    reasons = {}
    # The first round fills the caches and is not counted.
    for round_ in range(pairs + 1):
        for command in commands[:: -1 if round_ % 2 else 1]:
            if command.name in reasons:
                continue
            try:
                runs[command.name].append(run(command, seconds))
            except DidNotFinish:
                reasons[command.name] = f"did not finish in {seconds:.0f} s"
            except Failed as failed:
                reasons[command.name] = str(failed)
    return {name: reasons.get(name) or medians(of[1:] or of) for name, of in runs.items()}


def medians(runs):
    """The medians of their costs."""
    return Run(*(statistics.median(getattr(run, name) for run in runs) for name in ["cpu", "wall", "memory"]))
