/** The extension: what VS Code calls, and what each command does. */

import * as vscode from "vscode";

import { ChartPanel } from "./chart";
import { lookUp } from "./lookup";
import { Server } from "./server";
import { ServerStatus } from "./status";

let server: Server | undefined;

/** Starts the server. Everything that a person can ask for is there before it runs, and where it cannot run at all. */
export async function activate(context: vscode.ExtensionContext): Promise<void> {
  const log = vscode.window.createOutputChannel("Portolan", { log: true });
  const status = new ServerStatus();
  const running = new Server(context, log, status);
  server = running;
  const chart = new ChartPanel(context.extensionUri, running);

  context.subscriptions.push(
    log,
    status,
    chart,
    vscode.commands.registerCommand("portolan.lookUp", () => lookUp(running)),
    vscode.commands.registerCommand("portolan.restart", () => running.restart("asked by the command")),
    vscode.commands.registerCommand("portolan.showChart", () => { chart.show(); }),
    vscode.commands.registerCommand("portolan.showLogs", () => { log.show(); }),
    vscode.commands.registerCommand("portolan.showVersion", () => showVersion(context, running)),
    vscode.workspace.onDidChangeConfiguration((change) => {
      const changed = ["portolan.enable", "portolan.path", "portolan.files"].find((it) => change.affectsConfiguration(it));
      if (changed !== undefined) {
        void running.restart(`${changed} has changed`);
      }
    }),
    vscode.workspace.onDidGrantWorkspaceTrust(() => void running.restart("the workspace is trusted now")),
  );
  await running.start();
}

/** Stops the server, so that no process stays behind. */
export async function deactivate(): Promise<void> {
  await server?.stop();
}

async function showVersion(context: vscode.ExtensionContext, server: Server): Promise<void> {
  const { version } = context.extension.packageJSON as { version: string };
  const binary = server.binary;
  const said = binary === undefined
    ? `Portolan: extension ${version}, no server is running`
    : `Portolan: extension ${version}, server ${binary.version} (${binary.source}: ${binary.path})`;
  const copy = "Copy";
  if ((await vscode.window.showInformationMessage(said, copy)) === copy) {
    await vscode.env.clipboard.writeText(said);
  }
}
