/** "Look Up a Port": the registry, asked while somebody types a number or the beginning of a name. */

import * as vscode from "vscode";

import { ask, type Binary, reason } from "./binary";
import type { Server } from "./server";

/** What `portolan --lookup` tells of a port, as far as it is shown. */
interface Known {
  readonly port: number;
  /** What is known, for people, a line each. */
  readonly text: readonly string[];
}

interface PortItem extends vscode.QuickPickItem {
  /** None where the item says why there are no ports. */
  readonly known?: Known;
}

const COPY: vscode.QuickInputButton = { iconPath: new vscode.ThemeIcon("copy"), tooltip: "Copy the number" };

/** Lets somebody find a port; whoever picks one is shown all that is known of it. */
export async function lookUp(server: Server): Promise<void> {
  const binary = await server.anyBinary();
  if (binary === undefined) {
    return;
  }
  const pick = vscode.window.createQuickPick<PortItem>();
  pick.title = "Look Up a Port";
  pick.placeholder = "A number or a service: 5432, redis, imap";
  // What was found is shown as it is (`alwaysShow`); this only marks the letters that match.
  pick.matchOnDescription = true;
  pick.matchOnDetail = true;

  let asked = new AbortController();
  const search = async (query: string): Promise<void> => {
    asked.abort();
    asked = new AbortController();
    const { signal } = asked;
    pick.busy = true;
    const items = await find(binary, query, signal);
    if (!signal.aborted) {
      pick.items = items;
      pick.busy = false;
    }
  };

  pick.onDidChangeValue(search);
  pick.onDidTriggerItemButton(({ item }) => vscode.env.clipboard.writeText(item.label));
  pick.onDidHide(() => { asked.abort(); pick.dispose(); });
  pick.onDidAccept(() => {
    const chosen = pick.selectedItems[0];
    pick.hide();
    if (chosen?.known !== undefined) {
      void show(chosen.known);
    }
  });
  pick.show();
  await search("");
}

/** The ports that begin with `query`, the likeliest first. */
async function find(binary: Binary, query: string, signal: AbortSignal): Promise<PortItem[]> {
  // A transport behind the number (53/udp) says nothing of which port it is; a star would be one too many.
  const start = query.trim().replace(/\/.*$/, "").replace(/\*+$/, "");
  const cwd = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath;
  try {
    const said = await ask(
      binary.path, ["--output-format", "json", `--lookup=${start}*`], { signal, ...(cwd !== undefined && { cwd }) },
    );
    return (JSON.parse(said) as { ports: Known[] }).ports.map(item);
  } catch (error) {
    return [{ label: "$(info) " + reason(error).replace(/^portolan: /, ""), alwaysShow: true }];
  }
}

function item(known: Known): PortItem {
  const [first = "", ...rest] = known.text;
  return {
    known,
    label: String(known.port),
    description: first.replace(/^\d+/, "").replace(/^\//, "").replace(/\s+/g, " "),
    detail: rest.join(" ").replace(/\s+/g, " "),
    alwaysShow: true,
    buttons: [COPY],
  };
}

async function show(known: Known): Promise<void> {
  const copy = "Copy";
  const detail = known.text.map((line) => line.replace(/\s+/g, " ")).join("\n");
  const chosen = await vscode.window.showInformationMessage(`Port ${known.port}`, { modal: true, detail }, copy);
  if (chosen === copy) {
    await vscode.env.clipboard.writeText(detail);
  }
}
