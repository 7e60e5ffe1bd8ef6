"""The figures as Markdown."""

from measure import Run

HEAD = ["Work", "Program", "CPU", "Time", "Memory", "CPU beside {}", "Aim"]


class Table:
    """A table whose ratios are those of the first program to the other."""

    def __init__(self, title, base, floor):
        self.title, self.base, self.floor = title, base, floor
        self.rows = []

    def add(self, work, costs, aim=""):
        """The costs of the programs at that work; `aim` is what ours may cost beside the base."""
        base = costs.get(self.base)
        for name, cost in costs.items():
            if isinstance(cost, str):
                self.rows.append([work, name, cost, "", "", "", ""])
                continue
            beside = f"{ratio(cost.cpu / base.cpu)}" if isinstance(base, Run) else ""
            is_ours = name == next(iter(costs))
            self.rows.append([work, name, seconds(cost.cpu), seconds(cost.wall), self.memory(cost), beside, aim if is_ours else ""])

    def memory(self, cost):
        """What was in memory; below what the measuring itself takes nobody can tell."""
        return f"{cost.memory:.0f} MiB" if cost.memory > self.floor + 0.5 else f"< {self.floor + 1:.0f} MiB"

    def __str__(self):
        rows = [[cell.format(self.base) for cell in HEAD], *self.rows]
        columns = [index for index in range(len(HEAD)) if any(row[index] for row in rows[1:])]
        widths = {index: max(len(row[index]) for row in rows) for index in columns}
        lines = ["| " + " | ".join(row[index].ljust(widths[index]) for index in columns) + " |" for row in rows]
        rule = "|" + "|".join("-" * (widths[index] + 2) if index < 2 else "-" * (widths[index] + 1) + ":" for index in columns) + "|"
        return "\n".join([f"### {self.title}", "", lines[0], rule, *lines[1:], ""])


def ratio(number):
    """A ratio with as many digits as mean something."""
    return f"{number:.2f}×" if number < 10 else f"{number:.0f}×"


def seconds(number):
    """A time as people say it."""
    return f"{number * 1000:.1f} ms" if number < 0.1 else f"{number * 1000:.0f} ms" if number < 1 else f"{number:.1f} s"
