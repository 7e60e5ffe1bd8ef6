/** The state of the server in the language status of the editor (the `{}` in the status bar). */

import * as vscode from "vscode";

import type { Binary } from "./binary";
import { AT_HOME } from "./files";

const RESTART: vscode.Command = { title: "Restart", command: "portolan.restart" };
const SHOW_LOGS: vscode.Command = { title: "Show Logs", command: "portolan.showLogs" };

export class ServerStatus implements vscode.Disposable {
  readonly #item = vscode.languages.createLanguageStatusItem("portolan.server", AT_HOME);

  constructor() {
    this.#item.name = "Portolan";
    this.isStarting();
  }

  isStarting(): void {
    this.#show("Portolan", "starting", vscode.LanguageStatusSeverity.Information, SHOW_LOGS);
    this.#item.busy = true;
  }

  runs(binary: Binary): void {
    this.#show(`Portolan ${binary.version}`, binary.source, vscode.LanguageStatusSeverity.Information, SHOW_LOGS);
  }

  isOff(): void {
    this.#show("Portolan", "off: portolan.enable", vscode.LanguageStatusSeverity.Information, SHOW_LOGS);
  }

  hasStopped(): void {
    this.#show("Portolan", "the server has stopped", vscode.LanguageStatusSeverity.Warning, RESTART);
  }

  hasFailed(why: string): void {
    this.#show("Portolan", why, vscode.LanguageStatusSeverity.Error, SHOW_LOGS);
  }

  dispose(): void {
    this.#item.dispose();
  }

  #show(text: string, detail: string, severity: vscode.LanguageStatusSeverity, command: vscode.Command): void {
    this.#item.text = text;
    this.#item.detail = detail;
    this.#item.severity = severity;
    this.#item.command = command;
    this.#item.busy = false;
  }
}
