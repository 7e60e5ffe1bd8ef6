/**
 * The packed extension in the real VS Code. Told by the environment: `EDITOR_PROGRAM` is code-server, `PORTOLAN` the server,
 * `DEMO` a copy of the demo to work on, `OUT` where pictures and logs go.
 */

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { after, before, describe, it } from "node:test";

import type { Result } from "./host/extension";
import { until, VSCode } from "./vscode";

const { packages, program, server, demo, out, browser } = {
  packages: named("PACKAGES"), program: named("EDITOR_PROGRAM"), server: named("PORTOLAN"), demo: named("DEMO"), out: named("OUT"),
  browser: named("BROWSER"),
};
const bundled = join(packages, "bundled.vsix");
const universal = join(packages, "universal.vsix");
const host = join(packages, "host.vsix");

/** A place in the demo, by line and column, both from 1. */
const AT_585 = [11, 25] as const;

describe("the packages", () => {
  it("hold what they must and nothing else, and are small", () => {
    assert.ok(statSync(universal).size < 200_000, `${statSync(universal).size} bytes`);
    const own = ["LICENSE-APACHE", "LICENSE-MIT", "changelog.md", "dist/THIRD-PARTY.txt", "dist/extension.js", "dist/page.css", "dist/page.js", "images/icon.png", "package.json", "readme.md"];
    assert.deepEqual(contents(universal), own);
    assert.deepEqual(contents(bundled), [...own, "bin/portolan"].sort());
  });
});

describe("in a trusted workspace", () => {
  const result = join(out, "host.json");
  const settings = join(out, "settings.json");
  let code: VSCode;
  const step = stepsOf(() => code);

  async function changeSettings(changed: Readonly<Record<string, unknown>>): Promise<void> {
    writeFileSync(settings, JSON.stringify(changed));
    await code.command("Portolan Tests: Configure");
  }

  before(async () => {
    mkdirSync(join(demo, "proxy"));
    writeFileSync(join(demo, "proxy", "site.vhost"), "server {\n    listen 585;\n}\n");
    writeFileSync(join(demo, "portolan.toml"), '[languages]\nnginx = ["proxy/*.vhost"]\n');
    writeFileSync(join(demo, "tcp.dockerfile"), "FROM scratch\nEXPOSE 80/http 585\n");
    writeFileSync(join(demo, "closed.dockerfile"), "FROM scratch\nEXPOSE 585\n");
    writeFileSync(join(demo, "values.yaml"), "service:\n  type: ClusterIP\n  port: 994\n");
    code = await VSCode.start({
      program, browser, out, workspace: demo, extensions: [bundled, host],
      environment: { PORTOLAN_TESTS_RESULT: result, PORTOLAN_TESTS_SETTINGS: settings, PATH: withoutServer() },
    });
  });
  after(() => code.stop());

  step("squiggles stand under 585 and 994", async () => {
    await code.open("Dockerfile");
    assert.equal(await code.squiggles("warning"), 1);
    await code.open("nginx.conf");
    await code.goTo(34, 1);
    await until("three squiggles in nginx.conf", async () => (await code.squiggles("warning")) === 3);
    await code.open("compose.yaml");
    await until("two squiggles in compose.yaml", async () => (await code.squiggles("warning")) === 2);
  });

  step("a hover says what a port is, in each kind of file", async () => {
    await code.open("Dockerfile");
    const text = await code.hover(...AT_585, /Deregistered/);
    assert.match(text, /Deregistered/);
    assert.match(text, /993/);
    await code.shot("hover-dockerfile-dark");
    await code.open("compose.yaml");
    assert.match(await code.hover(29, 31, /5432\/tcp/), /PostgreSQL/);
    await code.shot("hover-compose-dark");
    await code.open("nginx.conf");
    assert.match(await code.hover(7, 24, /8080\/tcp/), /upstream/i);
    await code.shot("hover-nginx-dark");
  });

  step("the Problems view lists 585 and 994", async () => {
    await code.page.keyboard.press("Escape");
    await code.open("nginx.conf");
    const problems = await code.problems(/port 994 is reserved/);
    assert.ok(problems.some((it) => it.includes("port 585 was deregistered")), problems.join("\n"));
    assert.ok(problems.some((it) => /portolan.*deregistered-port/s.test(it)), problems.join("\n"));
    await code.shot("problems-dark");
    await code.page.keyboard.press("Control+Shift+M");
  });

  step("the quick fix replaces 585 by 993, and the squiggle goes", async () => {
    await code.open("Dockerfile");
    const titles = await code.quickFixes(...AT_585, "Replace 585 with 993");
    assert.ok(titles.some((it) => /[Ii]gnore/.test(it)), titles.join("\n"));
    await code.shot("quick-fix-dark");
    await code.quickFix(...AT_585, "Replace 585 with 993");
    await code.page.locator(".editor-instance .squiggly-warning").waitFor({ state: "detached" });
    assert.match(await code.save("Dockerfile"), /^EXPOSE \$\{HTTP_PORT\} 143 993$/m);
  });

  step("a line that is typed is judged, and mended it is cleared", async () => {
    await code.open("Dockerfile");
    await code.page.keyboard.press("Control+End");
    await code.page.keyboard.type("EXPOSE 994");
    assert.equal(await code.squiggles("warning"), 1);
    await code.page.keyboard.press("Backspace");
    await code.page.keyboard.type("5");
    await code.page.locator(".editor-instance .squiggly-warning").waitFor({ state: "detached" });
    await code.revert();
  });

  step("ports are completed by the beginning of a service's name", async () => {
    const before = readFileSync(join(demo, "compose.yaml"), "utf8");
    await code.open("compose.yaml");
    await code.goTo(9, 18);
    await code.page.keyboard.press("Enter");
    await code.page.keyboard.type('- "postg');
    const offered = await code.completions(/5432/);
    assert.match(offered[0] ?? "", /5432/, offered.join("\n"));
    await code.shot("completion-dark");
    await code.page.keyboard.press("Tab");
    await code.page.locator(".suggest-widget.visible").waitFor({ state: "detached" });
    assert.match(await code.save("compose.yaml"), /^ {6}- "5432/m);
    writeFileSync(join(demo, "compose.yaml"), before);
    await code.revert();
  });

  step("a port is rewritten in the long syntax", async () => {
    const before = readFileSync(join(demo, "compose.yaml"), "utf8");
    await code.open("compose.yaml");
    await code.quickFixes(9, 11, "Convert to the long syntax");
    await code.shot("refactoring-dark");
    await code.quickFix(9, 11, "Convert to the long syntax");
    assert.match(await code.save("compose.yaml"), /^ {6}- target: 994\n {8}published: "994"$/m);
    writeFileSync(join(demo, "compose.yaml"), before);
    await code.revert();
  });

  step("inlay hints say who is known at a port, and heed the settings at once", async () => {
    await code.open("compose.yaml");
    await code.goTo(1, 1);
    await code.inlayHints((hints) => hints.includes("postgresql"));
    await code.shot("inlay-hints-dark");
    await changeSettings({ "portolan.inlayHints.services": false });
    await code.inlayHints((hints) => !hints.includes("postgresql"));
    await changeSettings({ "portolan.inlayHints.services": true, "portolan.inlayHints.commonPorts": true });
    await code.inlayHints((hints) => hints.includes("postgresql") && hints.includes("https"));
    await changeSettings({ "portolan.inlayHints.commonPorts": false });
    await code.inlayHints((hints) => hints.includes("postgresql") && !hints.includes("https"));
  });

  step("the symbols of a file can be gone to", async () => {
    await code.open("compose.yaml");
    for (const name of ["proxy", "webmail", "objects"]) {
      await code.symbol(name);
    }
    await code.shot("symbols-dark");
    await code.page.keyboard.press("Escape");
  });

  step("the chart of ports leads to each port, and follows what is typed", async () => {
    const before = readFileSync(join(demo, "compose.yaml"), "utf8");
    await code.open("compose.yaml");
    await code.command("Portolan: Show the Chart of Ports");
    const chart = code.panel();
    const ports = chart.locator(".portolan-chart .port");
    await ports.filter({ hasText: "5432" }).first().waitFor();
    await code.shot("chart-dark");
    // Its own style was let in, and so were the colours of the editor.
    const look = await chart.locator(".title").evaluate((it) => [getComputedStyle(it).fontSize, getComputedStyle(it).fill]);
    assert.deepEqual(look, ["16px", "rgb(204, 204, 204)"]);
    await ports.filter({ hasText: "5432" }).first().click();
    await code.cursorIsAt(29, 37);
    await ports.filter({ hasText: "6667" }).first().click();
    await code.cursorIsAt(24, 15);
    await chart.locator(".port", { hasText: "585" }).or(chart.locator(".port", { hasText: "993" })).last().press("Enter");
    await code.page.locator('.tab.active[data-resource-name="Dockerfile"]').waitFor();

    await code.open("compose.yaml");
    await code.goTo(9, 18);
    await code.page.keyboard.press("Enter");
    await code.page.keyboard.type('- "80:8025"');
    await chart.locator(".host.wrong", { hasText: "80" }).nth(1).waitFor();
    await code.shot("chart-conflict-dark");
    writeFileSync(join(demo, "compose.yaml"), before);
    await code.command("File: Revert File");
    await chart.locator(".host.wrong").first().waitFor({ state: "detached" });
    const zoomed = async (): Promise<number> => Number(await chart.locator(".portolan-chart").getAttribute("width"));
    const width = await zoomed();
    await chart.locator("#in").click();
    await until("the chart is larger", async () => (await zoomed()) > width);
    await code.command("View: Close Editor");
    await code.page.locator("iframe.webview").waitFor({ state: "detached" });
  });

  step("what is wrong in files that are not open is in the Problems view, until the settings say otherwise", async () => {
    const closed = code.page.locator(".markers-panel .monaco-list-row", { hasText: "closed.dockerfile" });
    await code.open("nginx.conf");
    await code.problems(/port 994 is reserved/);
    await closed.first().waitFor();
    await code.shot("workspace-problems-dark");
    await changeSettings({ "portolan.diagnosticMode": "openFilesOnly" });
    await closed.first().waitFor({ state: "detached" });
    await changeSettings({ "portolan.diagnosticMode": "workspace" });
    await closed.first().waitFor();
    await code.page.keyboard.press("Control+Shift+M");
  });

  step("looks ports up by number and by name", async () => {
    await code.command("Portolan: Look Up a Port");
    const box = code.page.locator(".quick-input-widget input").first();
    const rows = code.page.locator(".quick-input-list .monaco-list-row");
    await rows.first().waitFor();
    await box.fill("postg");
    await rows.first().filter({ hasText: "5432" }).filter({ hasText: "PostgreSQL" }).waitFor();
    await code.shot("look-up-dark");
    await box.fill("zzzz");
    await rows.first().filter({ hasText: "no number and no service begins with" }).waitFor();
    await box.fill("585");
    await rows.first().filter({ hasText: "Deregistered" }).waitFor();
    await code.page.keyboard.press("Enter");
    const page = code.page.locator(".monaco-dialog-box");
    await page.filter({ hasText: "Use 993" }).waitFor();
    await code.shot("looked-up-dark");
    await code.page.keyboard.press("Escape");
    await page.waitFor({ state: "detached" });
  });

  step("shows its version and its logs", async () => {
    await code.command("Portolan: Show Version");
    await code.message(/extension 0\.1\.0, server 0\.1\.0 \(bundled: .*portolan\)/);
    await code.clearMessages();
    await code.command("Portolan: Show Logs");
    await code.page.locator(".panel .view-line", { hasText: /\[info\]/ }).first().waitFor();
    await code.shot("logs-dark");
    await code.command("View: Hide Panel");
  });

  step("is told of in the language status", async () => {
    await code.open("nginx.conf");
    await code.page.locator("#status\\.languageStatus").click();
    const status = code.page.locator(".hover-language-status", { hasText: "Portolan 0.1.0" }).first();
    await status.waitFor();
    await code.shot("status-dark");
    await code.page.keyboard.press("Escape");
  });

  step("restarts with a new process and goes on", async () => {
    const old = running();
    assert.equal(old.length, 1, String(old));
    await code.command("Portolan: Restart Server");
    await until("a new server runs alone", () => {
      const now = running();
      return now.length === 1 && now[0] !== old[0];
    });
    await code.open("compose.yaml");
    assert.match(await code.hover(29, 31, /5432\/tcp/), /PostgreSQL/);
    await code.page.keyboard.press("Escape");
  });

  step("passes its tests in the extension host", async () => {
    rmSync(result, { force: true });
    writeFileSync(join(demo, "Dockerfile"), readFileSync(join(demo, "Dockerfile"), "utf8").replace("143 993", "143 585"));
    await code.command("Portolan Tests: Run");
    await until("the tests in the host have ended", () => existsSync(result), 300_000);
    const results = JSON.parse(readFileSync(result, "utf8")) as Result[];
    for (const { name, error } of results) {
      console.log(`${error === undefined ? "✔" : "✖"} host: ${name}`);
    }
    const failed = results.filter((it) => it.error !== undefined);
    assert.deepEqual(failed, [], failed.map((it) => `${it.name}\n${it.error ?? ""}`).join("\n"));
    assert.ok(results.length >= 10);
  });

  step("says so where portolan.path is wrong, and starts when it is right again", async () => {
    await changeSettings({ "portolan.path": "/no/such/portolan" });
    const message = await code.message(/Portolan cannot start\. portolan\.path says \/no\/such\/portolan, and there is no such file/);
    await code.shot("wrong-path-dark");
    assert.deepEqual(running(), []);
    await message.getByText("Show Logs").click();
    await code.page.locator(".panel .view-line", { hasText: /\[error\]/ }).first().waitFor();
    await code.command("View: Hide Panel");
    await changeSettings({ "portolan.path": server });
    await until("the server runs again", () => running().length === 1);
    await code.command("Portolan: Show Version");
    await code.message(/server 0\.1\.0 \(portolan\.path: /);
    await code.clearMessages();
  });

  step("looks as well in light", async () => {
    await changeSettings({ "workbench.colorTheme": "Default Light Modern" });
    await code.page.locator(".monaco-workbench.vs:not(.vs-dark)").waitFor();
    await code.open("Dockerfile");
    await code.squiggles("warning");
    await code.hover(...AT_585, /Deregistered/);
    await code.shot("hover-dockerfile-light");
    await code.quickFixes(...AT_585, "Replace 585 with 993");
    await code.shot("quick-fix-light");
    await code.page.keyboard.press("Escape");
    await code.open("compose.yaml");
    await code.hover(29, 31, /5432\/tcp/);
    await code.shot("hover-compose-light");
    await code.page.keyboard.press("Escape");
    await code.open("nginx.conf");
    await code.problems(/port 994 is reserved/);
    await code.shot("problems-light");
  });

  step("leaves no process behind", async () => {
    await code.stop();
    await until("no server runs", () => running().length === 0);
  });
});

describe("in Restricted Mode", () => {
  const workspace = mkdtempSync(join(tmpdir(), "portolan-restricted-"));
  const trace = join(workspace, "was-run");
  let code: VSCode;
  const step = stepsOf(() => code);

  before(async () => {
    cpSync(demo, workspace, { recursive: true });
    const other = join(workspace, "other");
    writeFileSync(other, `#!/bin/sh\n: > "${trace}"\nexec "${server}" "$@"\n`);
    chmodSync(other, 0o755);
    mkdirSync(join(workspace, ".vscode"));
    writeFileSync(join(workspace, ".vscode", "settings.json"), JSON.stringify({ "portolan.path": other }));
    code = await VSCode.start({
      program, browser, out, workspace, extensions: [bundled], isTrusted: false,
      settings: { "security.workspace.trust.startupPrompt": "never", "security.workspace.trust.banner": "never" },
      environment: { PATH: withoutServer() },
    });
  });
  after(async () => {
    await code.stop();
    rmSync(workspace, { recursive: true });
  });

  step("starts the bundled server, whatever the workspace says", async () => {
    await code.open("nginx.conf");
    assert.ok((await code.squiggles("warning")) > 0);
    await code.command("Portolan: Show Version");
    await code.message(/\(bundled: /);
    await code.shot("restricted-dark");
    assert.ok(!existsSync(trace), "a program of the workspace was run");
    await code.clearMessages();
  });

  step("takes the workspace's own server once it is trusted", async () => {
    await code.command("Workspaces: Manage Workspace Trust");
    await code.page.locator(".workspace-trust-editor").getByRole("button", { name: /^Trust$/ }).first().click();
    await until("the workspace's program is run", () => existsSync(trace));
    await code.open("nginx.conf");
    assert.ok((await code.squiggles("warning")) > 0);
  });
});

describe("without a server of its own", () => {
  const workspace = mkdtempSync(join(tmpdir(), "portolan-universal-"));
  const bin = mkdtempSync(join(tmpdir(), "portolan-bin-"));
  let code: VSCode;
  const step = stepsOf(() => code);

  before(async () => {
    cpSync(demo, workspace, { recursive: true });
    code = await VSCode.start({
      program, browser, out, workspace, extensions: [universal], environment: { PATH: `${bin}${delimiter}${withoutServer()}` },
    });
  });
  after(async () => {
    await code.stop();
    rmSync(workspace, { recursive: true });
    rmSync(bin, { recursive: true });
  });

  step("says that there is none, and finds one on PATH when there is", async () => {
    await code.open("nginx.conf");
    const message = await code.message(/There is no portolan on PATH, and this package of the extension brings none/);
    await message.getByText("Open Settings").waitFor();
    await code.shot("no-server-dark");
    cpSync(server, join(bin, "portolan"));
    await code.clearMessages();
    await code.command("Portolan: Restart Server");
    assert.ok((await code.squiggles("warning")) > 0);
    await code.command("Portolan: Show Version");
    await code.message(/\(PATH: /);
  });
});

/** Tests that leave a picture of the window behind where they fail. */
function stepsOf(code: () => VSCode): (name: string, test: () => Promise<void>) => void {
  return (name, test) => {
    it(name, async () => {
      try {
        await test();
      } catch (error) {
        await code().shot(`failed-${name.replace(/\W+/g, "-")}`);
        throw error;
      }
    });
  };
}

/** The paths in a package, below its folder `extension`. */
function contents(vsix: string): string[] {
  const { stdout } = spawnSync("unzip", ["-Z1", vsix], { encoding: "utf8" });
  return stdout.split("\n").filter((it) => it.startsWith("extension/")).map((it) => it.slice("extension/".length)).sort();
}

/** The servers that run out of the packed extension or under our own path. */
function running(): string[] {
  const { stdout } = spawnSync("pgrep", ["-f", "portolan.* --stdio$"], { encoding: "utf8" });
  const isOurs = (pid: string): boolean => {
    try {
      const exe = realpathSync(`/proc/${pid}/exe`);
      return exe.includes("portolan-vscode-") || exe === realpathSync(server);
    } catch {
      return false;
    }
  };
  return stdout.split("\n").filter(Boolean).filter(isOurs);
}

/** PATH without a portolan on it. */
function withoutServer(): string {
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  return folders.filter((it) => !existsSync(join(it, "portolan"))).join(delimiter);
}

function named(variable: string): string {
  const value = process.env[variable];
  assert.ok(value, `${variable} is not set`);
  return value;
}
