/** The server's process: one at a time, started and stopped in the order in which that was asked for. */

import * as vscode from "vscode";
import { LanguageClient, type LanguageClientOptions, RevealOutputChannelOn, State } from "vscode-languageclient/node";

import { type Binary, BinaryError, findBinary, type Surroundings } from "./binary";
import { documentSelector } from "./files";
import type { ServerStatus } from "./status";

export class Server {
  readonly #context: vscode.ExtensionContext;
  readonly #log: vscode.LogOutputChannel;
  readonly #status: ServerStatus;
  #client: LanguageClient | undefined;
  #binary: Binary | undefined;
  /** What was asked for before, done or not. */
  #queue: Promise<void> = Promise.resolve();

  constructor(context: vscode.ExtensionContext, log: vscode.LogOutputChannel, status: ServerStatus) {
    this.#context = context;
    this.#log = log;
    this.#status = status;
  }

  /** The program that runs; none while there is no server. */
  get binary(): Binary | undefined {
    return this.#binary;
  }

  /** The program that runs or would run; none, and a message why, where there is none. */
  async anyBinary(): Promise<Binary | undefined> {
    await this.#queue;
    return this.#binary ?? findBinary(this.#surroundings()).catch((error: unknown) => {
      this.#complain(error);
      return undefined;
    });
  }

  /** Asks the server that runs, once it has started. */
  async request<T>(method: string, params: object): Promise<T> {
    await this.#queue;
    if (this.#client === undefined) {
      throw new Error("there is no server");
    }
    return this.#client.sendRequest<T>(method, params);
  }

  /** Starts the server, unless it runs. */
  start(): Promise<void> {
    return this.#afterwards(() => this.#start());
  }

  /** Stops the server, if it runs. */
  stop(): Promise<void> {
    return this.#afterwards(() => this.#stop());
  }

  /** Stops the server and starts it anew, under the settings as they are then. */
  restart(why: string): Promise<void> {
    return this.#afterwards(async () => {
      this.#log.info(`Restart: ${why}.`);
      await this.#stop();
      await this.#start();
    });
  }

  /** Does `what` when all that was asked for before is done, so that no two processes run at once and none is lost. */
  #afterwards(what: () => Promise<void>): Promise<void> {
    this.#queue = this.#queue.then(what).catch((error: unknown) => { this.#complain(error); });
    return this.#queue;
  }

  async #start(): Promise<void> {
    if (this.#client !== undefined) {
      return;
    }
    if (!vscode.workspace.getConfiguration("portolan").get<boolean>("enable", true)) {
      this.#log.info("portolan.enable is off: no server is started.");
      this.#status.isOff();
      return;
    }
    this.#status.isStarting();
    const binary = await findBinary(this.#surroundings());
    this.#log.info(`Server: portolan ${binary.version}, ${binary.path} (${binary.source}).`);

    const client = new LanguageClient(
      "portolan", "Portolan", { command: binary.path, args: ["--stdio"] }, this.#clientOptions(),
    );
    client.onDidChangeState(({ newState }) => {
      if (newState === State.Running) {
        this.#status.runs(binary);
      } else if (newState === State.Stopped && this.#client === client) {
        this.#status.hasStopped();
      }
    });
    this.#client = client;
    this.#binary = binary;
    try {
      await client.start();
    } catch (error) {
      await this.#stop();
      throw error;
    }
  }

  async #stop(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    this.#binary = undefined;
    // A client that never came up, or whose server died, has nothing to stop, and says so by an error.
    await client?.dispose().catch((error: unknown) => { this.#log.debug(String(error)); });
  }

  #surroundings(): Surroundings {
    return {
      environment: process.env,
      platform: process.platform,
      setting: vscode.workspace.getConfiguration("portolan").get<string>("path", "").trim(),
      isTrusted: vscode.workspace.isTrusted,
      extension: this.#context.extensionPath,
      folder: vscode.workspace.workspaceFolders?.[0]?.uri.fsPath,
    };
  }

  #clientOptions(): LanguageClientOptions {
    const settings = vscode.workspace.getConfiguration("portolan");
    const heeded = ["inlayHints", "diagnosticMode", "logLevel"];
    return {
      // What changes later, the server asks to be told.
      initializationOptions: Object.fromEntries(heeded.map((name) => [name, settings.get<unknown>(name)])),
      documentSelector: documentSelector(settings.get<string[]>("files", [])),
      outputChannel: this.#log,
      revealOutputChannelOn: RevealOutputChannelOn.Never,
    };
  }

  #complain(error: unknown): void {
    const why = error instanceof Error ? error.message : String(error);
    this.#log.error(why);
    this.#status.hasFailed(why);
    void this.#offerHelp(why, error instanceof BinaryError);
  }

  async #offerHelp(why: string, isAboutBinary: boolean): Promise<void> {
    const logs = "Show Logs";
    const settings = "Open Settings";
    const offers = isAboutBinary && vscode.workspace.isTrusted ? [settings, logs] : [logs];
    const chosen = await vscode.window.showErrorMessage(`Portolan cannot start. ${why}`, ...offers);
    if (chosen === logs) {
      this.#log.show();
    } else if (chosen === settings) {
      await vscode.commands.executeCommand("workbench.action.openSettings", "portolan.path");
    }
  }
}
