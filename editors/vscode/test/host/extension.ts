/**
 * Tests inside the extension host, as an extension of its own: what the API of VS Code says of the extension. A command runs
 * them and writes what came of it into the file that `PORTOLAN_TESTS_RESULT` names.
 */

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";

import * as vscode from "vscode";

/** What came of one test; no error where it passed. */
export interface Result {
  readonly name: string;
  readonly error?: string;
}

export function activate(context: vscode.ExtensionContext): void {
  context.subscriptions.push(
    vscode.commands.registerCommand("portolanTests.run", run),
    vscode.commands.registerCommand("portolanTests.configure", configure),
  );
}

/** Changes the user's settings as the file says that `PORTOLAN_TESTS_SETTINGS` names. */
async function configure(): Promise<void> {
  const file = process.env["PORTOLAN_TESTS_SETTINGS"];
  assert.ok(file);
  for (const [name, value] of Object.entries(JSON.parse(readFileSync(file, "utf8")) as Record<string, unknown>)) {
    await vscode.workspace.getConfiguration().update(name, value, vscode.ConfigurationTarget.Global);
  }
}

async function run(): Promise<void> {
  const results: Result[] = [];
  for (const [name, test] of Object.entries(tests)) {
    try {
      await test();
      results.push({ name });
    } catch (error) {
      results.push({ name, error: error instanceof Error ? error.stack ?? error.message : String(error) });
    }
  }
  const file = process.env["PORTOLAN_TESTS_RESULT"];
  assert.ok(file);
  writeFileSync(file, JSON.stringify(results));
}

const tests: Record<string, () => Promise<void> | void> = {
  async "is active, with all its commands"() {
    const extension = vscode.extensions.getExtension("portolan.portolan");
    assert.ok(extension);
    await until(() => extension.isActive);
    const { contributes } = extension.packageJSON as { contributes: { commands: { command: string }[] } };
    const known = await vscode.commands.getCommands(true);
    for (const { command } of contributes.commands) {
      assert.ok(known.includes(command), command);
    }
  },

  async "diagnostics have a severity, a source and a code that links to the rule"() {
    const [first, ...others] = await diagnosticsOf("Dockerfile", 1);
    assert.equal(others.length, 0);
    assert.match(first.message, /^port 585 was deregistered on 2006-04-25, use 993/);
    assert.equal(first.severity, vscode.DiagnosticSeverity.Warning);
    assert.equal(first.source, "portolan");
    assert.deepEqual(first.range, new vscode.Range(10, 24, 10, 27));
    assert.ok(typeof first.code === "object");
    assert.equal(first.code.value, "deregistered-port");
    assert.match(first.code.target.toString(), /deregistered_port\.md$/);
  },

  async "each kind of file is checked"() {
    assert.match((await diagnosticsOf("compose.yaml", 2))[0].message, /^port 994 is reserved/);
    const nginx = await diagnosticsOf("nginx.conf", 3);
    assert.deepEqual(nginx.map((it) => /\d+/.exec(it.message)?.[0]), ["585", "994", "7701"]);
    assert.equal((await open("nginx.conf")).languageId, "properties");
  },

  async "a hover says what a port is"() {
    assert.match(await hoverOf("compose.yaml", "5432}"), /PostgreSQL/);
    assert.match(await hoverOf("nginx.conf", "8080"), /8080\/tcp/);
    assert.match(await hoverOf("Dockerfile", "143"), /Internet Message Access Protocol/);
  },

  async "ports are offered where a port can stand, and nowhere else"() {
    const document = await vscode.workspace.openTextDocument({ language: "dockerfile", content: "FROM redis\nEXPOSE red\n# red\n" });
    const list = await completions(document, new vscode.Position(1, 10));
    const item = list.items.find((it) => it.insertText === "6379" || textOf(it) === "6379");
    assert.ok(item, list.items.map((it) => textOf(it)).join("; "));
    assert.deepEqual((await completions(document, new vscode.Position(2, 5))).items.filter((it) => /^\d+$/.test(textOf(it))), []);
  },

  async "inlay hints have the hover as their tooltip"() {
    const document = await open("compose.yaml");
    const all = new vscode.Range(0, 0, document.lineCount, 0);
    const hints = await vscode.commands.executeCommand<vscode.InlayHint[]>("vscode.executeInlayHintProvider", document.uri, all);
    const labels = hints.map((it) => (typeof it.label === "string" ? it.label : it.label.map((part) => part.value).join("")));
    for (const label of ["postgresql", "minio"]) {
      assert.ok(labels.includes(label), labels.join("; "));
    }
  },

  async "symbols are a tree of services, stages or blocks with their ports"() {
    const compose = await symbolsOf("compose.yaml");
    assert.ok(compose.some((it) => it.startsWith("db")), compose.join("; "));
    assert.ok(compose.some((it) => it.includes("5432")), compose.join("; "));
    const nginx = await symbolsOf("nginx.conf");
    assert.ok(nginx.some((it) => /server|listen|993/.test(it)), nginx.join("; "));
  },

  async "links lead to the files that are named, and to pages"() {
    const document = await open("compose.yaml");
    const links = await vscode.commands.executeCommand<vscode.DocumentLink[]>("vscode.executeLinkProvider", document.uri);
    const targets = links.map((it) => it.target?.toString() ?? "");
    assert.ok(targets.length > 0 && targets.every((it) => /^(file|https):/.test(it)), targets.join("; "));
  },

  async "a file that is not open has diagnostics"() {
    const folder = vscode.workspace.workspaceFolders?.[0];
    assert.ok(folder);
    const uri = vscode.Uri.joinPath(folder.uri, "closed.dockerfile");
    await until(() => vscode.languages.getDiagnostics(uri).length === 1, () => listing(uri));
    assert.ok(vscode.workspace.textDocuments.every((it) => it.uri.toString() !== uri.toString()));
  },

  async "a file is fixed, and cleared when it is right"() {
    const document = await open("Dockerfile");
    const [diagnostic] = await diagnosticsOf("Dockerfile", 1);
    const actions = await codeActions(document, diagnostic.range);
    const fix = actions.find((it) => it.title.startsWith("Replace 585 with 993"));
    assert.ok(fix?.edit, actions.map((it) => it.title).join("; "));
    assert.equal(fix.isPreferred, true);
    await vscode.workspace.applyEdit(fix.edit);
    assert.match(document.lineAt(10).text, / 993$/);
    await until(() => vscode.languages.getDiagnostics(document.uri).length === 0);
    await vscode.commands.executeCommand("undo");
    await diagnosticsOf("Dockerfile", 1);
  },

  async "safe fixes are applied on save, if the settings say so"() {
    const settings = vscode.workspace.getConfiguration("editor");
    await settings.update("codeActionsOnSave", { "source.fixAll.portolan": "explicit" }, vscode.ConfigurationTarget.Global);
    const document = await open("tcp.dockerfile");
    await until(() => vscode.languages.getDiagnostics(document.uri).length === 2);
    const edit = new vscode.WorkspaceEdit();
    edit.insert(document.uri, document.lineAt(document.lineCount - 1).range.end, "# saved\n");
    await vscode.workspace.applyEdit(edit);
    assert.ok(await document.save());
    await settings.update("codeActionsOnSave", undefined, vscode.ConfigurationTarget.Global);
    assert.equal(document.getText(), "FROM scratch\nEXPOSE 80 585\n# saved\n");
  },

  async "positions are right behind characters outside the basic plane"() {
    const document = await vscode.workspace.openTextDocument({ language: "dockerfile", content: "FROM scratch\nEXPOSE 80 # 💣\nEXPOSE 💣 994\n" });
    await until(() => vscode.languages.getDiagnostics(document.uri).some((it) => it.message.includes("994")));
    const diagnostic = vscode.languages.getDiagnostics(document.uri).find((it) => it.message.includes("994"));
    assert.ok(diagnostic);
    assert.equal(document.getText(diagnostic.range), "994");
  },

  async "an untitled document is checked under the language that it is given"() {
    const document = await vscode.workspace.openTextDocument({ language: "dockerfile", content: "FROM scratch\nEXPOSE 585\n" });
    await until(() => vscode.languages.getDiagnostics(document.uri).length === 1);
  },

  async "files of other kinds are left alone"() {
    const document = await open("values.yaml");
    await diagnosticsOf("compose.yaml", 2);
    assert.deepEqual(vscode.languages.getDiagnostics(document.uri), []);
  },

  async "many restarts at once leave one server that answers"() {
    await Promise.all(Array.from({ length: 5 }, () => vscode.commands.executeCommand("portolan.restart")));
    await diagnosticsOf("Dockerfile", 1);
    assert.match(await hoverOf("compose.yaml", "5432}"), /PostgreSQL/);
  },

  async "the server is off where portolan.enable is, and comes back"() {
    const settings = vscode.workspace.getConfiguration("portolan");
    const { uri } = await open("Dockerfile");
    await settings.update("enable", false, vscode.ConfigurationTarget.Global);
    await until(() => vscode.languages.getDiagnostics(uri).length === 0);
    await settings.update("enable", undefined, vscode.ConfigurationTarget.Global);
    await diagnosticsOf("Dockerfile", 1);
  },

  async "portolan.files sends more files"() {
    const settings = vscode.workspace.getConfiguration("portolan");
    // In the whole workspace it is found by its name in portolan.toml.
    await settings.update("diagnosticMode", "openFilesOnly", vscode.ConfigurationTarget.Global);
    const { uri } = await open("proxy/site.vhost");
    await until(() => vscode.languages.getDiagnostics(uri).length === 0, () => listing(uri));
    await diagnosticsOf("Dockerfile", 1);
    await settings.update("files", ["**/*.vhost"], vscode.ConfigurationTarget.Global);
    assert.match((await diagnosticsOf("proxy/site.vhost", 1))[0].message, /585/);
    await settings.update("files", undefined, vscode.ConfigurationTarget.Global);
    await settings.update("diagnosticMode", undefined, vscode.ConfigurationTarget.Global);
  },
};

async function open(file: string): Promise<vscode.TextDocument> {
  const folder = vscode.workspace.workspaceFolders?.[0];
  assert.ok(folder);
  const document = await vscode.workspace.openTextDocument(vscode.Uri.joinPath(folder.uri, file));
  await vscode.window.showTextDocument(document);
  return document;
}

/** The diagnostics of a file, once there are that many. */
async function diagnosticsOf(file: string, count: number): Promise<[vscode.Diagnostic, ...vscode.Diagnostic[]]> {
  const { uri } = await open(file);
  await until(() => vscode.languages.getDiagnostics(uri).length === count, () => listing(uri));
  const [first, ...others] = vscode.languages.getDiagnostics(uri);
  assert.ok(first);
  return [first, ...others];
}

function listing(uri: vscode.Uri): string {
  const all = vscode.languages.getDiagnostics(uri).map((it) => `${it.range.start.line + 1}: ${it.message}`);
  return `${uri.path} has ${all.length} diagnostics: ${all.join("; ")}`;
}

/** The hover at the first place of `text` in a file. */
async function hoverOf(file: string, text: string): Promise<string> {
  const document = await open(file);
  const position = document.positionAt(document.getText().indexOf(text));
  const hovers = await vscode.commands.executeCommand<vscode.Hover[]>("vscode.executeHoverProvider", document.uri, position);
  return hovers.flatMap((it) => it.contents).map((it) => (it instanceof vscode.MarkdownString ? it.value : "")).join("\n");
}

async function completions(document: vscode.TextDocument, position: vscode.Position): Promise<vscode.CompletionList> {
  return vscode.commands.executeCommand("vscode.executeCompletionItemProvider", document.uri, position);
}

/** What an item of completion writes. */
function textOf(item: vscode.CompletionItem): string {
  const text = item.insertText ?? item.label;
  return typeof text === "string" ? text : "value" in text ? text.value : text.label;
}

/** The names in the outline of a file, those above before those below. */
async function symbolsOf(file: string): Promise<string[]> {
  const { uri } = await open(file);
  const symbols = await vscode.commands.executeCommand<vscode.DocumentSymbol[]>("vscode.executeDocumentSymbolProvider", uri);
  const names = (all: vscode.DocumentSymbol[]): string[] => all.flatMap((it) => [`${it.name} ${it.detail}`.trim(), ...names(it.children)]);
  return names(symbols);
}

async function codeActions(document: vscode.TextDocument, range: vscode.Range): Promise<vscode.CodeAction[]> {
  // The edits come when they are asked for: of so many actions, at most.
  const most = 32;
  return vscode.commands.executeCommand("vscode.executeCodeActionProvider", document.uri, range, undefined, most);
}

/** Waits until the condition holds, for a minute at most. */
async function until(condition: () => boolean, otherwise = (): string => String(condition)): Promise<void> {
  const end = Date.now() + 60_000;
  while (!condition()) {
    if (Date.now() > end) {
      throw new Error(`not in a minute: ${otherwise()}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
