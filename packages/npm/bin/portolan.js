#!/usr/bin/env node
// Starts the program of this platform's package, and is otherwise not there: the arguments, the three streams, signals and the
// exit code are the program's own.
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { constants } from "node:os";
import { dirname, join } from "node:path";

/** The exit code of "something could not be done", as the program has it. */
const COULD_NOT = 2;

const require = createRequire(import.meta.url);

/** Where the C library is musl, a program for glibc does not start. */
function isMusl() {
  // Without it a report looks up the names of open connections, where Node is new enough to be asked.
  process.report.excludeNetwork = true;
  return process.platform === "linux" && process.report.getReport().header.glibcVersionRuntime === undefined;
}

/** The packages that hold a program for this machine, the best one first: the one for musl needs no C library at all. */
function packagesForThisMachine() {
  const platforms = JSON.parse(readFileSync(new URL("../platforms.json", import.meta.url), "utf8"));
  const here = platforms.filter((it) => it.os === process.platform && it.cpu === process.arch);
  return (isMusl() ? here.filter((it) => it.libc === "musl") : here).map((it) => it.package);
}

/** The program in a package, if that is installed. */
function programIn(name) {
  try {
    const folder = dirname(require.resolve(`${name}/package.json`));
    const program = join(folder, process.platform === "win32" ? "portolan.exe" : "portolan");
    return existsSync(program) ? program : undefined;
  } catch {
    return undefined;
  }
}

function giveUp(...lines) {
  console.error(lines.map((line) => `portolan: ${line}`).join("\n"));
  process.exit(COULD_NOT);
}

const candidates = packagesForThisMachine();
if (candidates.length === 0) {
  giveUp(
    `there is no package for ${process.platform} on ${process.arch}`,
    "with Rust at hand, `cargo install portolan` builds the program",
  );
}
const program = candidates.map(programIn).find((it) => it !== undefined);
if (program === undefined) {
  giveUp(
    `the package with the program is not installed: ${candidates[0]}`,
    "install again, on this machine and without leaving optional dependencies out (`--omit=optional`, `--no-optional`)",
  );
}

const child = spawn(program, process.argv.slice(2), { stdio: "inherit", windowsHide: true });
const passed = ["SIGINT", "SIGTERM", "SIGHUP"];
for (const signal of passed) {
  process.on(signal, () => child.kill(signal));
}
child.on("error", (error) => giveUp(`${program} cannot be started: ${error.message}`));
child.on("exit", (code, signal) => {
  if (signal === null) {
    process.exitCode = code;
    return;
  }
  // Whoever waits for this process learns that a signal ended it.
  passed.forEach((it) => process.removeAllListeners(it));
  process.kill(process.pid, signal);
  process.exitCode = 128 + constants.signals[signal];
});
