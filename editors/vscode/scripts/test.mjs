// Packs the extension and tests the package: which server it starts, and all of it in the real VS Code. With --pictures it
// takes the pictures of README.md instead.
//
// The environment may say: EDITOR_PROGRAM (code-server), BROWSER (a Chromium), PORTOLAN (the server), DEMO (a copy of the demo
// to work on), OUT (where pictures and logs go).
import { spawnSync } from "node:child_process";
import { accessSync, constants, copyFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";

const HERE = dirname(import.meta.dirname);
const ROOT = join(HERE, "..", "..");

const program = process.env.EDITOR_PROGRAM ?? onPath("code-server");
const browser = process.env.BROWSER ?? onPath("chromium", "chromium-browser", "google-chrome");
const missing = [
  [program === undefined, "there is no code-server on PATH"],
  [browser === undefined, "there is no Chromium on PATH"],
  [!existsSync(join(HERE, "node_modules")), "`npm ci` was not run in editors/vscode"],
].find(([isMissing]) => isMissing);
if (missing !== undefined) {
  console.error(missing[1]);
  process.exit(77);
}
// These are of the packages whose absence is told above.
const { createVSIX } = await import("@vscode/vsce");
const { buildTests } = await import("./build.mjs");
const { packExtension } = await import("./package.mjs");

const temporary = mkdtempSync(join(tmpdir(), "portolan-vsix-"));
try {
  const server = join(temporary, "portolan");
  copyFileSync(process.env.PORTOLAN ?? join(ROOT, "target", "debug", "portolan"), server);
  // What is only for a debugger would make the package twenty times as large.
  spawnSync("strip", [server]);
  const demo = process.env.DEMO ?? join(temporary, "demo");
  if (process.env.DEMO === undefined) {
    cpSync(join(ROOT, "tests", "demo"), demo, { recursive: true });
  }
  const out = process.env.OUT ?? join(HERE, "dist", "test", "out");
  mkdirSync(out, { recursive: true });

  await buildTests();
  copyFileSync(join(HERE, "test", "host", "package.json"), join(HERE, "dist", "test", "host", "package.json"));
  await packExtension({ out: join(temporary, "universal.vsix") });
  await packExtension({ binary: server, out: join(temporary, "bundled.vsix") });
  await createVSIX({ cwd: join(HERE, "dist", "test", "host"), packagePath: join(temporary, "host.vsix"), dependencies: false, skipLicense: true });

  const tested = ["--test", "--test-reporter=spec", "--test-concurrency=1", "binary.test.mjs", "editor.test.mjs"];
  const { status } = spawnSync(process.execPath, process.argv.includes("--pictures") ? ["pictures.mjs"] : tested, {
    cwd: join(HERE, "dist", "test"),
    stdio: "inherit",
    env: { ...process.env, PACKAGES: temporary, EDITOR_PROGRAM: program, PORTOLAN: server, DEMO: demo, OUT: out, BROWSER: browser },
  });
  process.exitCode = status ?? 1;
} finally {
  rmSync(temporary, { recursive: true, force: true });
}

/** The first of the programs that is on PATH. */
function onPath(...names) {
  const folders = (process.env.PATH ?? "").split(delimiter);
  const files = names.flatMap((name) => folders.map((folder) => join(folder, name)));
  return files.find((file) => {
    try {
      accessSync(file, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
