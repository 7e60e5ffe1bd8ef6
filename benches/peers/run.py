#!/usr/bin/env python3
"""Runs `portolan --check` beside ripgrep and beside the linters of each format, on files that are made up for it.

    cargo build --release
    benches/peers/run.py --work /tmp/peers --tool portolan=target/release/portolan > table.md

Ripgrep is the practical limit: it does the least that can be done with the same files. `rg -c '[0-9]+'` reads them and looks at
each byte, `rg --files` walks. The programs run by turns, so that whatever else the machine does slows all of them; a figure is
the median of its runs, and processor time is the one to trust. A peer that is not installed is left out, one that takes too
long is said to.

The work set takes some 700 MB, and is kept for the next run.
"""

import argparse
import os
import platform
import sys
from pathlib import Path

import workset
from measure import Command, run, side_by_side
from table import Table, ratio
from tools import LINTERS, PEERS, Tools

LANGUAGES = list(workset.NAMES)


def main():
    """Measures what is asked for, and writes the tables."""
    arguments = parsed()
    tools = Tools(dict(tool.split("=", 1) for tool in arguments.tool))
    if not tools.has("portolan") or not tools.has("rg"):
        sys.exit("portolan and rg have to be there: name them with --tool NAME=PATH, or put them on the search path")
    arguments.work.mkdir(parents=True, exist_ok=True)
    os.environ["PEERS_OUTPUT"] = str(arguments.work / ".output")
    print(machine(tools))
    race = Race(tools, arguments)
    for name in arguments.only or RACES:
        print(RACES[name](race), flush=True)


def parsed():
    """The arguments."""
    summary, _, more = __doc__.partition("\n\n")
    parser = argparse.ArgumentParser(description=summary, epilog=more, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, required=True, metavar="FOLDER", help="where the files are made")
    parser.add_argument("--tool", action="append", default=[], metavar="NAME=PATH",
                        help=f"where a program is: portolan, {', '.join(PEERS)}")
    parser.add_argument("--only", action="append", choices=RACES, help="measure this alone; may be repeated")
    parser.add_argument("--pairs", type=int, default=9, help="how often each program runs (default: %(default)s)")
    parser.add_argument("--seconds", type=float, default=40, help="how long a peer may take (default: %(default)s)")
    arguments = parser.parse_args()
    arguments.work = arguments.work.resolve()
    return arguments


def machine(tools):
    """What all of this ran on."""
    with open("/proc/cpuinfo") as file:
        model = next((line.split(":", 1)[1].strip() for line in file if line.startswith("model name")), platform.machine())
    versions = ", ".join(f"{name} {version}" for name, version in tools.versions())
    missing = f" Not installed: {', '.join(tools.missing())}." if tools.missing() else ""
    return f"{model}, {os.cpu_count()} cores, {platform.system()} {platform.release()}; {versions}.{missing}\n"


class Race:
    """What the races have in common."""

    def __init__(self, tools, arguments):
        self.tools, self.work, self.pairs, self.seconds = tools, arguments.work, arguments.pairs, arguments.seconds
        true = Command("true", ("/bin/true",), "/")
        self.floor = run(true, 10).memory

    def beside(self, *commands, pairs=None):
        """The costs of the commands."""
        print("  " + ", ".join(f"{command.name} in {Path(command.folder).relative_to(self.work)}" for command in commands), file=sys.stderr)
        return side_by_side(commands, pairs or self.pairs, self.seconds)

    def table(self, title, base):
        """A table without rows."""
        return Table(title, base, self.floor)


def start(race):
    """One tiny file: what it takes to begin."""
    table, folder = race.table("One tiny file", "rg"), workset.tiny(race.work / "tiny")
    table.add("1 file", race.beside(race.tools.check(folder), race.tools.numbers(folder), pairs=5 * race.pairs), "≤ 1.0×")
    return table


def many(race):
    """How the cost grows with the number of files."""
    table = race.table("Many small files", "rg")
    for files, aim in {100: "", 1_000: "", 10_000: "", 12_000: "≤ 1.5×, ≤ 32 MiB", 100_000: ""}.items():
        for is_clean in [False, True]:
            folder = workset.projects(race.work / f"{'clean' if is_clean else 'demo'}-{files}", files, is_clean)
            alone = race.tools.check(folder, "--no-project", label="portolan --no-project")
            costs = race.beside(race.tools.check(folder), race.tools.numbers(folder), alone)
            table.add(f"{files:,} files, {'nothing found' if is_clean else 'with findings'}", costs, aim)
    return table


def hidden(race):
    """Few wanted files among many others."""
    table, folder = race.table("120 wanted files among 20,000", "rg --files"), workset.hidden(race.work / "hidden", 120, 20_000)
    table.add("half ignored by git", race.beside(race.tools.check(folder), race.tools.names(folder)), "≤ 1.2×")
    return table


def large(race):
    """How the cost grows with the size of one file."""
    table = race.table("One large file", "rg")
    for language in LANGUAGES:
        for is_clean in [True, False]:
            cpu = {}
            for size, length in workset.SIZES.items():
                name = f"{language}-{'clean' if is_clean else 'demo'}-{length}"
                folder = workset.large(race.work / name, language, length, is_clean)
                costs = race.beside(race.tools.check(folder), race.tools.numbers(folder))
                work = f"{language}, {size}, {'nothing' if is_clean else 'much'} found"
                table.add(work, costs, "≤ 10×" if size == "10 MB" else "")
                cpu[size] = costs["portolan"].cpu
            table.rows.append([f"{language}, {'nothing' if is_clean else 'much'} found", "10 MB ÷ 1 MB", "", "", "",
                               ratio(cpu["10 MB"] / cpu["1 MB"]), "≤ 12"])
    return table


def formats(race):
    """What it takes to write 25,000 findings."""
    table, folder = race.table("25,000 findings, 50 to a file", "text"), workset.findings(race.work / "findings", 500, 50)
    names = ["json", "sarif", "text", "concise", "github", "gitlab", "junit", "rdjson", "markdown"]
    costs = race.beside(*(race.tools.check(folder, "--output-format", name, label=name) for name in names))
    table.add("500 files", costs, "≤ 2×")
    return table


def linters(race):
    """The linters of each format, on the files that each reads."""
    table = race.table("Beside the linters of each format", "portolan")
    for language, names in LINTERS.items():
        works = [(f"{files} files", workset.alike(race.work / f"{language}-{files}", language, files)) for files in [1, 100, 1_000]]
        works += [(f"1 file of {size}", workset.large(race.work / f"{language}-clean-{length}", language, length, True))
                  for size, length in workset.SIZES.items()]
        names = [name for name in names if race.tools.has(name)]
        for work, folder in works:
            commands = [race.tools.check(folder), *(race.tools.linter(name, folder, language) for name in names)]
            table.add(f"{language}, {work}", race.beside(*commands, pairs=3))
    return table


RACES = {"start": start, "many": many, "hidden": hidden, "large": large, "formats": formats, "linters": linters}


if __name__ == "__main__":
    main()
