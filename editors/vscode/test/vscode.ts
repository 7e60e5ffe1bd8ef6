/**
 * The real VS Code: code-server in a browser without a window, driven by the keyboard as a person would. Every wait is for
 * something that shows; nothing outside the temporary folder is touched.
 */

import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { type BrowserContext, chromium, type FrameLocator, type Locator, type Page, type PageScreenshotOptions } from "playwright-core";

/** How long to wait for what must come, in milliseconds: the machine may be slow. */
const PATIENCE = 90_000;

export interface Options {
  /** The program code-server. */
  readonly program: string;
  /** The browser. */
  readonly browser: string;
  readonly extensions: readonly string[];
  readonly workspace: string;
  /** Where screenshots and logs are put. */
  readonly out: string;
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly environment?: NodeJS.ProcessEnv;
  /** Whether the workspace is trusted. */
  readonly isTrusted?: boolean;
  /** The size of the window, and how many pixels of a picture each of its own takes. */
  readonly size?: { readonly width: number; readonly height: number };
  readonly scale?: number;
}

/** What nobody wants to see on a picture, or while a test runs. */
const QUIET = {
  "chat.disableAIFeatures": true,
  "editor.accessibilitySupport": "off",
  "editor.fontSize": 14,
  "editor.hover.delay": 200,
  "editor.minimap.enabled": false,
  "extensions.autoCheckUpdates": false,
  "extensions.autoUpdate": false,
  "extensions.ignoreRecommendations": true,
  "files.autoSave": "off",
  "telemetry.telemetryLevel": "off",
  "update.mode": "none",
  "workbench.colorTheme": "Default Dark Modern",
  "workbench.enableExperiments": false,
  "workbench.secondarySideBar.defaultVisibility": "hidden",
  "workbench.startupEditor": "none",
  "workbench.tips.enabled": false,
  "window.autoDetectColorScheme": false,
};

export class VSCode {
  readonly page: Page;
  readonly #options: Options;
  readonly #folder: string;
  readonly #browser: BrowserContext;
  readonly #server: ChildProcess;

  private constructor(options: Options, folder: string, server: ChildProcess, browser: BrowserContext, page: Page) {
    this.#options = options;
    this.#folder = folder;
    this.#server = server;
    this.#browser = browser;
    this.page = page;
  }

  /** Installs the extensions into a new VS Code and opens the workspace in it. */
  static async start(options: Options): Promise<VSCode> {
    const folder = mkdtempSync(join(tmpdir(), "portolan-vscode-"));
    const user = join(folder, "data", "User");
    mkdirSync(user, { recursive: true });
    writeFileSync(join(user, "settings.json"), JSON.stringify({ ...QUIET, ...options.settings }));
    writeFileSync(join(folder, "none.yaml"), "");
    const own = [
      "--user-data-dir", join(folder, "data"), "--extensions-dir", join(folder, "extensions"), "--config", join(folder, "none.yaml"),
    ];
    // VSCODE_CLI: the environment is taken as it is, not from a login shell.
    const env = { ...process.env, HOME: folder, VSCODE_CLI: "1", ...options.environment };
    for (const name of ["PORT", "VSCODE_IPC_HOOK_CLI", "NODE_OPTIONS", "NODE_TEST_CONTEXT"]) {
      Reflect.deleteProperty(env, name);
    }
    for (const extension of options.extensions) {
      const { status, stdout, stderr } = spawnSync(options.program, [...own, "--install-extension", extension], { env, encoding: "utf8" });
      if (status !== 0) {
        throw new Error(`${extension} cannot be installed: ${stdout}${stderr}`);
      }
    }

    const port = await freePort();
    const log = openSync(join(options.out, "code-server.log"), "a");
    const trust = (options.isTrusted ?? true) ? ["--disable-workspace-trust"] : [];
    const server = spawn(options.program, [
      ...own, "--auth", "none", "--bind-addr", `127.0.0.1:${port}`, "--disable-telemetry", "--disable-update-check",
      "--disable-getting-started-override", ...trust,
    ], { env, stdio: ["ignore", log, log], detached: true });
    closeSync(log);
    const address = `http://127.0.0.1:${port}`;
    await until("code-server answers", () => fetch(`${address}/healthz`).then((it) => it.ok, () => false));

    const browser = await chromium.launchPersistentContext(join(folder, "browser"), {
      executablePath: options.browser, headless: true,
      viewport: options.size ?? { width: 1200, height: 760 }, deviceScaleFactor: options.scale ?? 2,
      args: [
        "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
        "--disable-component-update", "--disable-sync",
      ],
    });
    // Nothing is fetched from anywhere else.
    await browser.route((url) => url.protocol.startsWith("http") && url.hostname !== "127.0.0.1", (route) => route.abort());
    const page = browser.pages()[0] ?? await browser.newPage();
    page.setDefaultTimeout(PATIENCE);
    const code = new VSCode(options, folder, server, browser, page);
    try {
      await page.goto(`${address}/?folder=${encodeURIComponent(options.workspace)}`, { waitUntil: "domcontentloaded" });
      await page.locator(".monaco-workbench .explorer-folders-view .monaco-list-row").first().waitFor();
    } catch (error) {
      await code.shot("failed-to-open");
      await code.stop();
      throw error;
    }
    return code;
  }

  /** Closes everything, and leaves nothing behind. */
  async stop(): Promise<void> {
    await this.#browser.close().catch(() => undefined);
    const hasEnded = new Promise((resolve) => this.#server.once("exit", resolve));
    this.#server.kill("SIGTERM");
    await Promise.race([hasEnded, sleep(10_000)]);
    try {
      // Its children are of its group.
      process.kill(-(this.#server.pid ?? Number.NaN), "SIGKILL");
    } catch {
      // They have ended as well.
    }
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  }

  /** Writes a picture of the window, or a part of it, for people to look at. */
  async shot(name: string, options: PageScreenshotOptions = {}): Promise<void> {
    await this.page.screenshot({ path: join(this.#options.out, `${name}.png`), ...options });
  }

  /** Runs a command from the palette, by its whole title. */
  async command(title: string): Promise<void> {
    await this.page.keyboard.press("F1");
    await this.#fill(`>${title}`);
    await this.page.locator(".quick-input-list .monaco-list-row", { hasText: title }).first().waitFor();
    await this.page.keyboard.press("Enter");
  }

  /** Opens a file of the workspace. */
  async open(file: string): Promise<void> {
    const name = basename(file);
    const tab = this.page.locator(`.tab.active[data-resource-name="${name}"]`);
    await this.#again(`${file} opens`, async () => {
      await this.page.keyboard.press("Escape");
      await this.page.keyboard.press("Control+p");
      await this.#fill(file);
      // The list shows what was opened before, until it has searched.
      await this.page.locator(".quick-input-list .monaco-list-row.focused", { hasText: name }).first().waitFor({ timeout: 8000 });
      await sleep(300);
      await this.page.keyboard.press("Enter");
      await tab.waitFor({ timeout: 5000 });
      await this.page.locator(".editor-instance .view-line").first().waitFor();
    });
  }

  /** Puts the cursor at a line and column, both counted from 1. */
  async goTo(line: number, column: number): Promise<void> {
    await this.page.keyboard.press("Control+g");
    await this.#fill(`:${line}:${column}`);
    await this.page.keyboard.press("Enter");
    await this.page.locator(".quick-input-widget").waitFor({ state: "hidden" });
  }

  /** The text of the hover at a place, once it says what is wanted. The keyboard asks for it: it is steadier than the mouse. */
  async hover(line: number, column: number, wanted: RegExp): Promise<string> {
    let text = "";
    await this.#again(`a hover at ${line}:${column} with ${String(wanted)}`, async () => {
      await this.page.keyboard.press("Escape");
      await this.goTo(line, column);
      await this.page.keyboard.press("Control+k");
      await this.page.keyboard.press("Control+i");
      await this.page.locator(".monaco-resizable-hover .monaco-hover-content").first().waitFor({ timeout: 5000 });
      // What other providers say, and the links to quick fixes, come a little later.
      await until(`the hover says ${String(wanted)}`, async () => {
        text = (await this.page.locator(".monaco-resizable-hover").allInnerTexts()).join("\n");
        return wanted.test(text);
      }, 5000);
    });
    return text;
  }

  /** How many squiggles of that severity there are, once there are some. */
  async squiggles(severity: "error" | "warning" | "info"): Promise<number> {
    const squiggles = this.page.locator(`.editor-instance .squiggly-${severity}`);
    await squiggles.first().waitFor({ state: "attached" });
    return squiggles.count();
  }

  /** The texts of the entries of the Problems view, once one says what is wanted. */
  async problems(wanted: RegExp): Promise<string[]> {
    if (!(await this.page.locator(".markers-panel").isVisible())) {
      await this.page.keyboard.press("Control+Shift+M");
    }
    const rows = this.page.locator(".markers-panel .monaco-list-row");
    await rows.filter({ hasText: wanted }).first().waitFor();
    return rows.allInnerTexts();
  }

  /** The titles of the quick fixes at a place; the list stays open. */
  async quickFixes(line: number, column: number, wanted: string): Promise<string[]> {
    const rows = this.page.locator(".action-widget .monaco-list-row");
    await this.#again(`a quick fix "${wanted}" at ${line}:${column}`, async () => {
      await this.page.keyboard.press("Escape");
      await this.goTo(line, column);
      await this.page.keyboard.press("Control+.");
      await rows.filter({ hasText: wanted }).first().waitFor({ timeout: 8000 });
    });
    return rows.allInnerTexts();
  }

  /** Applies a quick fix, by its title. */
  async quickFix(line: number, column: number, title: string): Promise<void> {
    await this.quickFixes(line, column, title);
    await this.page.locator(".action-widget .monaco-list-row", { hasText: title }).first().click();
    await this.page.locator(".action-widget").first().waitFor({ state: "hidden" });
  }

  /**
   * The inlay hints on the screen, once they are what is wanted. VS Code writes blanks of its own into them, which are no
   * part of the text.
   */
  async inlayHints(wanted: (hints: string[]) => boolean): Promise<string[]> {
    let hints: string[] = [];
    await until("the inlay hints are as they should be", async () => {
      const parts = await this.page.locator(".editor-instance .view-line span[class*='dyn-rule']").allInnerTexts();
      hints = parts.map((it) => it.replace(/[\u00a0\u200b-\u200d\s]+/g, " ").trim()).filter((it) => it !== "");
      return wanted(hints);
    }).catch((error: unknown) => { throw new Error(`there are: ${hints.join(", ")}`, { cause: error }); });
    return hints;
  }

  /** The entries of the list of completions, once one says what is wanted; the list stays open. */
  async completions(wanted: RegExp): Promise<string[]> {
    const rows = this.page.locator(".suggest-widget.visible .monaco-list-row");
    await rows.filter({ hasText: wanted }).first().waitFor();
    return rows.allInnerTexts();
  }

  /** Looks a symbol of the open file up by its name; the list stays open. */
  async symbol(name: string): Promise<void> {
    const rows = this.page.locator(".quick-input-list .monaco-list-row");
    await this.#again(`a symbol ${name}`, async () => {
      await this.page.keyboard.press("Escape");
      await this.page.keyboard.press("Control+Shift+o");
      await rows.filter({ hasText: name }).first().waitFor({ timeout: 8000 });
    });
  }

  /** What is in the panel of an extension, of which there is one. */
  panel(): FrameLocator {
    return this.page.frameLocator("iframe.webview").frameLocator("#active-frame");
  }

  /** Waits until the cursor is at a line and column. */
  async cursorIsAt(line: number, column: number): Promise<void> {
    await this.page.locator("#status\\.editor\\.selection", { hasText: `Ln ${line}, Col ${column}` }).waitFor();
  }

  /** Saves the file that is open, and answers what is on the disk. */
  async save(file: string): Promise<string> {
    await this.page.keyboard.press("Control+s");
    await this.page.locator(".tab.active:not(.dirty)").waitFor();
    return readFileSync(join(this.#options.workspace, file), "utf8");
  }

  /** Takes back whatever is not saved of the file that is open. */
  async revert(): Promise<void> {
    await this.command("File: Revert File");
    await this.page.locator(".tab.active:not(.dirty)").waitFor();
  }

  /** The message that says what is wanted, once it is there. */
  async message(wanted: RegExp): Promise<Locator> {
    const message = this.page.locator(".notifications-toasts .notification-toast", { hasText: wanted }).first();
    await message.waitFor();
    return message;
  }

  async clearMessages(): Promise<void> {
    await this.command("Notifications: Clear All Notifications");
    await this.page.locator(".notifications-toasts .notification-toast").waitFor({ state: "detached" });
  }

  /** Types into the box of the palette. */
  async #fill(text: string): Promise<void> {
    const box = this.page.locator(".quick-input-widget input").first();
    await box.waitFor();
    await box.fill(text);
  }

  /** Does something that a busy window may have missed, until it succeeds. */
  async #again(what: string, attempt: () => Promise<void>): Promise<void> {
    const end = Date.now() + PATIENCE;
    for (;;) {
      try {
        await attempt();
        return;
      } catch (error) {
        if (Date.now() > end) {
          await this.shot("failed");
          throw new Error(`not seen: ${what}`, { cause: error });
        }
      }
    }
  }
}

/** Waits until `condition` holds; `patience` is in milliseconds. */
export async function until(what: string, condition: () => Promise<boolean> | boolean, patience = PATIENCE): Promise<void> {
  const end = Date.now() + patience;
  while (!(await condition())) {
    if (Date.now() > end) {
      throw new Error(`not seen: ${what}`);
    }
    await sleep(100);
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") {
    throw new Error("there is no free port");
  }
  return address.port;
}

/** The folder of this package, seen from a bundled test. */
export const PACKAGE = dirname(dirname(import.meta.dirname));
