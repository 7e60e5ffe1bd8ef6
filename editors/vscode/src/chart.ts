/** "Show the Chart of Ports": a panel with the picture that the server draws, which follows what is typed. */

import { randomBytes } from "node:crypto";

import * as vscode from "vscode";

import type { FromPage, ToPage } from "./page/messages";
import type { Server } from "./server";

/** What the server answers to `portolan/chart`, as far as it is used. */
interface Chart {
  readonly svg: string;
  readonly chart: { readonly stacks: readonly unknown[] } | null;
  /** The addresses of the files that the picture names. */
  readonly files: Readonly<Record<string, string>>;
}

/** How long after a change the chart is asked for again, in milliseconds: nobody reads it while typing. */
const PAUSE = 250;

const NOTHING = "There is no compose file here, and so no stack to chart.";
const NO_SERVER = "The server does not run: Portolan: Show Logs says why.";

export class ChartPanel implements vscode.Disposable {
  readonly #extension: vscode.Uri;
  readonly #server: Server;
  readonly #listeners: vscode.Disposable[];
  #panel: vscode.WebviewPanel | undefined;
  /** The file whose stacks are shown; none where all are. */
  #document: vscode.Uri | undefined;
  #files: Chart["files"] = {};
  #pause: NodeJS.Timeout | undefined;
  /** How often the chart was asked for: an answer that another question has overtaken is dropped. */
  #asked = 0;

  constructor(extension: vscode.Uri, server: Server) {
    this.#extension = extension;
    this.#server = server;
    const changed = (): void => { this.#refreshSoon(); };
    this.#listeners = [
      vscode.workspace.onDidChangeTextDocument(changed),
      vscode.workspace.onDidCreateFiles(changed),
      vscode.workspace.onDidDeleteFiles(changed),
      vscode.workspace.onDidRenameFiles(changed),
      // What changes on the disk, or in the server, shows in them.
      vscode.languages.onDidChangeDiagnostics(changed),
    ];
  }

  /** Shows the chart of the file in the active editor, or of the whole workspace, beside that. */
  show(): void {
    this.#document = vscode.window.activeTextEditor?.document.uri;
    if (this.#panel !== undefined) {
      this.#panel.reveal(undefined, true);
      this.#refreshSoon();
      return;
    }
    const panel = vscode.window.createWebviewPanel(
      "portolan.chart", "Ports", { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true },
      { enableScripts: true, localResourceRoots: [vscode.Uri.joinPath(this.#extension, "dist")] },
    );
    panel.iconPath = vscode.Uri.joinPath(this.#extension, "images", "icon.png");
    panel.webview.onDidReceiveMessage((message: FromPage) => {
      // The page is made anew whenever it comes into sight again.
      void (message.type === "ready" ? this.#refresh() : this.#reveal(message));
    });
    panel.onDidDispose(() => { this.#panel = undefined; });
    panel.webview.html = this.#page(panel.webview);
    this.#panel = panel;
  }

  dispose(): void {
    clearTimeout(this.#pause);
    this.#panel?.dispose();
    for (const listener of this.#listeners) {
      listener.dispose();
    }
  }

  #refreshSoon(): void {
    clearTimeout(this.#pause);
    if (this.#panel?.visible === true) {
      this.#pause = setTimeout(() => void this.#refresh(), PAUSE);
    }
  }

  async #refresh(): Promise<void> {
    this.#asked += 1;
    const asked = this.#asked;
    const textDocument = this.#document && { uri: this.#document.toString() };
    const chart = await this.#server.request<Chart>("portolan/chart", { textDocument }).catch(() => undefined);
    if (asked !== this.#asked || this.#panel === undefined) {
      return;
    }
    this.#files = chart?.files ?? {};
    const isEmpty = (chart?.chart?.stacks.length ?? 0) === 0;
    const message: ToPage = chart === undefined ? { type: "nothing", why: NO_SERVER }
      : isEmpty ? { type: "nothing", why: NOTHING }
      : { type: "chart", svg: chart.svg };
    await this.#panel.webview.postMessage(message);
  }

  /** Goes to a place that was clicked, in the editor beside the panel. */
  async #reveal({ file, line, column }: Extract<FromPage, { type: "reveal" }>): Promise<void> {
    const uri = this.#files[file];
    if (uri === undefined) {
      return;
    }
    const at = new vscode.Position(Math.max(line - 1, 0), Math.max(column - 1, 0));
    const others = vscode.window.visibleTextEditors.map((it) => it.viewColumn).filter((it) => it !== this.#panel?.viewColumn);
    await vscode.window.showTextDocument(vscode.Uri.parse(uri), {
      viewColumn: others[0] ?? vscode.ViewColumn.One, selection: new vscode.Range(at, at),
    });
  }

  #page(webview: vscode.Webview): string {
    const nonce = randomBytes(16).toString("hex");
    const [script, style] = ["page.js", "page.css"].map((name) =>
      webview.asWebviewUri(vscode.Uri.joinPath(this.#extension, "dist", name)).toString()) as [string, string];
    return `<!DOCTYPE html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta http-equiv="Content-Security-Policy"
    content="default-src 'none'; style-src ${webview.cspSource} 'nonce-${nonce}'; script-src 'nonce-${nonce}'">
  <link rel="stylesheet" href="${style}">
  <title>Ports</title>
</head>
<body>
  <div id="zoom" role="toolbar" aria-label="Zoom">
    <button id="out" title="Smaller (−)">−</button><button id="fit" title="As wide as the panel (0)">Fit</button><button id="in" title="Larger (+)">+</button>
  </div>
  <main id="chart" aria-live="off"></main>
  <p id="nothing" hidden></p>
  <script nonce="${nonce}" src="${script}"></script>
</body>
</html>`;
  }
}
