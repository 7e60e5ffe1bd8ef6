"""The programs that are run beside each other, and how each is told what to read."""

import re
import shutil
import subprocess
from pathlib import Path

from measure import Command

# What the linters read; ripgrep reads everything.
LINTERS = {"dockerfile": ["hadolint", "tally"], "compose": ["dclint", "yamllint"], "nginx": ["gixy"]}
PEERS = ["rg", *(name for names in LINTERS.values() for name in names)]


class Tools:
    """The programs that can be had."""

    def __init__(self, named):
        """Those that are named with their paths, and of the others what lies on the search path."""
        self.paths = {name: shutil.which(named.get(name, name)) for name in ["portolan", *PEERS]}

    def missing(self):
        """The names of those that cannot be had."""
        return [name for name, path in self.paths.items() if not path]

    def has(self, name):
        """Whether that one can be had."""
        return bool(self.paths[name])

    def versions(self):
        """What each says of itself."""
        for name, path in self.paths.items():
            if path:
                flag = "version" if name == "tally" else "--version"
                said = subprocess.run([path, flag], capture_output=True, text=True, timeout=60)
                version = re.search(r"\d+\.\d+[\w.+-]*", said.stdout + said.stderr)
                yield name, version[0] if version else "of unknown version"

    def command(self, name, folder, *arguments, label=None, good=(0, 1)):
        """The program, started in that folder."""
        return Command(label or name, (self.paths[name], *arguments), str(folder), good)

    def check(self, folder, *arguments, label="portolan"):
        """Our own check of the folder."""
        return self.command("portolan", folder, "--check", *arguments, label=label)

    def numbers(self, folder):
        """Ripgrep, counting the lines with numbers: what it takes to read the files and look at each byte."""
        return self.command("rg", folder, "-c", "[0-9]+")

    def names(self, folder):
        """Ripgrep, listing the files: what it takes to walk."""
        return self.command("rg", folder, "--files", label="rg --files")

    def linter(self, name, folder, language):
        """A linter on the files of the language in the folder."""
        files = sorted(str(path.relative_to(folder)) for path in Path(folder).rglob("*") if path.is_file())
        arguments = {
            "hadolint": ["--no-fail", *files],
            "tally": ["lint", *files],
            "dclint": ["-r", "."],
            "yamllint": ["."],
            "gixy": files,
        }[name]
        return self.command(name, folder, *arguments, good=range(0, 128))
