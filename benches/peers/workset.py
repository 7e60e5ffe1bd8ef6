"""The files that are read: the demo of the tests, many times over under new names.

Everything is made anew from numbers, so that two work sets are the same to the byte. What is there already is not built again.
"""

import multiprocessing
import re
from pathlib import Path

DEMO = Path(__file__).parents[2] / "tests" / "demo"
NAMES = {"dockerfile": "Dockerfile", "compose": "compose.yaml", "nginx": "nginx.conf"}
SIZES = {"10 KB": 10_000, "100 KB": 100_000, "1 MB": 1_000_000, "10 MB": 10_000_000}

# The places of the demo of which something is said, and what stands there where nothing is to be said.
MENDED = [(":585", ":143"), (" 143 585", " 143"), ('"994:994"', '"995:995"'), ("listen 994 ssl", "listen 995 ssl"),
          ("search:7701", "search:7700")]


def demo(language, is_clean):
    """The demo's file of that language, or the same with nothing wrong in it."""
    text = (DEMO / NAMES[language]).read_text()
    for wrong, right in MENDED if is_clean else []:
        text = text.replace(wrong, right)
    return text


def numbered(text, number):
    """The same file for another project: its services and hosts have the number behind their names."""
    return re.sub(r"\b(webmail|irc|cache|objects|search)\b(?![./])", rf"\g<1>{number}", text)


def once(folder, build):
    """The folder, built unless a whole one is there."""
    mark = folder.parent / f".{folder.name}.built"
    if not mark.exists():
        folder.mkdir(parents=True, exist_ok=True)
        # What this process has in memory would be counted with what it starts, so another one does it.
        child = multiprocessing.get_context("fork").Process(target=build, args=(folder,))
        child.start()
        child.join()
        if child.exitcode:
            raise SystemExit(f"{folder} cannot be built")
        mark.touch()
    return folder


def projects(folder, files, is_clean=False):
    """As many files: small projects of a Dockerfile, a compose file and an nginx configuration each, ten to a folder."""
    texts = {name: demo(language, is_clean) for language, name in NAMES.items()}

    def build(folder):
        for number in range(files):
            project = folder / f"group{number // 30}" / f"project{number // 3}"
            project.mkdir(parents=True, exist_ok=True)
            name = list(NAMES.values())[number % 3]
            (project / name).write_text(numbered(texts[name], number // 3))

    return once(folder, build)


def alike(folder, language, files):
    """As many files of one language, each in a folder of its own."""
    text = demo(language, is_clean=False)

    def build(folder):
        for number in range(files):
            project = folder / f"project{number}"
            project.mkdir()
            (project / NAMES[language]).write_text(numbered(text, number))

    return once(folder, build)


def tiny(folder):
    """One Dockerfile of three lines."""
    return once(folder, lambda folder: (folder / "Dockerfile").write_text("FROM debian:12\nEXPOSE 8080\nCMD [\"run\"]\n"))


def hidden(folder, wanted, others):
    """Some wanted files among many others, half of which git ignores."""

    def build(folder):
        (folder / ".git").mkdir()
        (folder / ".gitignore").write_text("*.o\n/target/\nnode_modules/\n")
        for number in range(others):
            package = folder / "src" / f"package{number // 100}"
            ignored = [package / "node_modules" / f"module{number // 10}" / f"file{number}.js", package / f"file{number}.o"]
            seen = [package / f"module{number // 20 % 5}" / f"file{number}.rs", package / f"page{number}.md"]
            path = [*ignored, *seen][number % 4]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"// This is file {number} of many.\n" * (1 + number % 40))
        for number in range(wanted):
            language = list(NAMES)[number % 3]
            project = folder / "src" / f"package{number * others // wanted // 100}" / f"service{number // 3}"
            project.mkdir(parents=True, exist_ok=True)
            (project / NAMES[language]).write_text(numbered(demo(language, is_clean=False), number))

    return once(folder, build)


def large(folder, language, size, is_clean):
    """One file of at least that many bytes, and at most a block more."""

    def build(folder):
        head, block, foot = blocks(language, is_clean)
        text, length, number = [head], len(head), 0
        while length < size:
            text.append(block(number))
            length += len(text[-1])
            number += 1
        (folder / NAMES[language]).write_text("".join([*text, foot]))

    return once(folder, build)


def blocks(language, is_clean):
    """What stands above and below in a large file, and what makes the block of a number between them."""
    text = demo(language, is_clean)
    if language == "dockerfile":
        return "", lambda number: staged(numbered(text, number), number), ""
    if language == "compose":
        services = text.removeprefix("services:\n")
        return "services:\n", lambda number: serviced(numbered(services, number), number), ""
    http, stream = (re.search(rf"^{name} {{\n(.*?)^}}", text, re.M | re.S)[1] for name in ["http", "stream"])
    # What is shared by all of them is said in the block of none: addresses of their own keep the servers apart.
    stream = re.sub(r"listen (\d+)", r"listen ADDRESS:\1", stream)
    http = re.sub(r"^    server {\n        listen 80;.*?^    }\n\n", "", http, count=1, flags=re.M | re.S)

    def block(number):
        address = f"10.{number // 62_500}.{number // 250 % 250}.{1 + number % 250}"
        parts = f"http {{\n{http}}}\n\nstream {{\n{stream}}}\n"
        return numbered(parts, number).replace("ADDRESS", address).replace("mail.", f"mail{number}.") + "\n"

    return "events {\n    worker_connections 1024;\n}\n\n", block, ""


def staged(text, number):
    """The demo's Dockerfile as a stage with a name."""
    return text.replace("FROM debian:bookworm-slim", f"FROM debian:bookworm-slim AS stage{number}") + "\n"


def serviced(text, number):
    """The demo's services with names of their own, published at addresses of their own."""
    text = re.sub(r"^  (proxy|db):$", rf"  \g<1>{number}:", text, flags=re.M)
    return re.sub(r'"(?=\d+:)', f'"{address(number)}:', text.replace("127.0.0.1", address(number)))


def address(number):
    """An address of this machine for each number."""
    return f"127.{number // 62_500}.{number // 250 % 250}.{1 + number % 250}"


def findings(folder, files, each):
    """Dockerfiles with so many findings each."""

    def build(folder):
        for number in range(files):
            project = folder / f"project{number}"
            project.mkdir()
            lines = [f"FROM debian:12 AS stage{stage}\nRUN make stage{stage}\nEXPOSE 585\n" for stage in range(each)]
            (project / "Dockerfile").write_text("".join(lines))

    return once(folder, build)
