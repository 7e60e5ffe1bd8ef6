/**
 * Which program is the server: `PORTOLAN_PATH`, the setting `portolan.path`, the one in the extension, or the first on
 * `PATH`, in that order. Where somebody has named one, it is that one or none.
 */

import { execFile } from "node:child_process";
import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { delimiter, isAbsolute, join, resolve } from "node:path";
import { promisify } from "node:util";

/** A server that has told its version. */
export interface Binary {
  readonly path: string;
  readonly version: string;
  /** Who named it, for people to read. */
  readonly source: string;
}

/** There is no server to start; the message says to a person why, and what to do. */
export class BinaryError extends Error {}

/** What the editor and the machine say of where to look. */
export interface Surroundings {
  readonly environment: NodeJS.ProcessEnv;
  /** The value of `portolan.path`. */
  readonly setting: string;
  readonly isTrusted: boolean;
  /** The folder of the extension. */
  readonly extension: string;
  /** The first folder of the workspace. */
  readonly folder: string | undefined;
  readonly platform: NodeJS.Platform;
}

/** How long a program may take to tell its version, in milliseconds. */
const PATIENCE = 15_000;

/** Finds the server and asks it for its version. Throws a `BinaryError` where there is none that answers. */
export async function findBinary(around: Surroundings): Promise<Binary> {
  const { path, source } = await candidate(around);
  return { path, source, version: await version(path, source) };
}

async function candidate(around: Surroundings): Promise<Omit<Binary, "version">> {
  const bundled = join(around.extension, "bin", programName(around.platform));
  if (!around.isTrusted) {
    if (await isFile(bundled)) {
      return { path: bundled, source: "bundled" };
    }
    throw new BinaryError(
      "In Restricted Mode only the server that comes with the extension is started, and this package has none. " +
        "Trust the workspace, or install the package for your platform.",
    );
  }
  const named = around.environment["PORTOLAN_PATH"]?.trim();
  if (named) {
    return givenProgram(named, "PORTOLAN_PATH", around);
  }
  if (around.setting) {
    return givenProgram(around.setting, "portolan.path", around);
  }
  if (await isFile(bundled)) {
    return { path: bundled, source: "bundled" };
  }
  const found = await onPath("portolan", around);
  if (found !== undefined) {
    return { path: found, source: "PATH" };
  }
  throw new BinaryError(
    "There is no portolan on PATH, and this package of the extension brings none. " +
      "Install it, or say in portolan.path where it is.",
  );
}

/** The program that somebody has named. */
async function givenProgram(name: string, source: string, around: Surroundings): Promise<Omit<Binary, "version">> {
  const isBare = !/[/\\]/.test(name);
  const path = isBare ? await onPath(name, around) : absolute(name, around);
  if (path === undefined) {
    throw new BinaryError(`${source} says ${name}, and there is no such program on PATH.`);
  }
  if (!(await isFile(path))) {
    const where = path === name ? "" : `: ${path}`;
    throw new BinaryError(`${source} says ${name}, and there is no such file${where}`);
  }
  return { path, source };
}

function absolute(name: string, around: Surroundings): string {
  if (/^~[/\\]/.test(name)) {
    return join(around.environment["HOME"] ?? homedir(), name.slice(1));
  }
  return isAbsolute(name) ? name : resolve(around.folder ?? homedir(), name);
}

/** The first program of that name on `PATH`. Entries that are not absolute depend on where we run, and are passed over. */
async function onPath(name: string, around: Surroundings): Promise<string | undefined> {
  const path = around.environment["PATH"] ?? around.environment["Path"] ?? "";
  for (const folder of path.split(delimiter).filter((it) => isAbsolute(it))) {
    const file = join(folder, /\.exe$/i.test(name) ? name : programName(around.platform, name));
    if (await isProgram(file)) {
      return file;
    }
  }
  return undefined;
}

async function version(path: string, source: string): Promise<string> {
  const said = await ask(path, ["--version"]).catch((error: unknown) => {
    throw new BinaryError(`${path} (${source}) cannot be run: ${reason(error)}`);
  });
  const found = /^portolan (\d+\.\d+\.\d+\S*)/.exec(said)?.[1];
  if (found === undefined) {
    throw new BinaryError(`${path} (${source}) is not Portolan: asked for its version, it said "${firstLine(said)}"`);
  }
  return found;
}

/** What the program writes to its standard output when it is run with these arguments. */
export async function ask(
  program: string, args: readonly string[], options: { cwd?: string; signal?: AbortSignal } = {},
): Promise<string> {
  const { stdout } = await promisify(execFile)(program, [...args], {
    ...options, timeout: PATIENCE, windowsHide: true, maxBuffer: 16 * 1024 * 1024,
  });
  return stdout;
}

/** Why a program that was asked gave no answer: its own words, if it had any. */
export function reason(error: unknown): string {
  const { code, stderr, killed, message } = error as { code?: unknown; stderr?: string; killed?: boolean; message: string };
  if (killed) {
    return `it gave no answer in ${PATIENCE / 1000} seconds`;
  }
  if (code === "EACCES") {
    return "it is not executable";
  }
  return firstLine(stderr?.trim() ? stderr : message);
}

function firstLine(text: string): string {
  return text.trim().split(/\r?\n/, 1)[0]?.slice(0, 200) ?? "";
}

function programName(platform: NodeJS.Platform, name = "portolan"): string {
  return platform === "win32" ? `${name}.exe` : name;
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then((it) => it.isFile(), () => false);
}

async function isProgram(path: string): Promise<boolean> {
  return (await isFile(path)) && access(path, constants.X_OK).then(() => true, () => false);
}
