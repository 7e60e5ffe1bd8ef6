// Packs the extension: without a binary for every platform, or with `--binary FILE` for one.
//
//   npm run package                                                 dist/portolan-0.1.0.vsix
//   npm run package -- --binary ../../target/release/portolan       dist/portolan-linux-x64-0.1.0.vsix
//   npm run package -- --binary FILE --target alpine-x64 --out FILE
import { existsSync } from "node:fs";
import { chmod, copyFile, mkdir, readFile, rm } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import { parseArgs } from "node:util";

import { createVSIX } from "@vscode/vsce";

import { buildExtension } from "./build.mjs";

const HERE = dirname(import.meta.dirname);
const ROOT = join(HERE, "..", "..");

/** Packs the extension and answers where the package is. */
export async function packExtension({ binary, target, out } = {}) {
  await buildExtension();
  await Promise.all(["LICENSE-APACHE", "LICENSE-MIT"].map((it) => copyFile(join(ROOT, it), join(HERE, it))));
  await rm(join(HERE, "bin"), { recursive: true, force: true });
  if (binary !== undefined) {
    target ??= `${process.platform}-${process.arch}`;
    const file = join(HERE, "bin", target.startsWith("win32") ? "portolan.exe" : "portolan");
    await mkdir(dirname(file));
    await copyFile(binary, file);
    await chmod(file, 0o755);
  }
  const { version } = JSON.parse(await readFile(join(HERE, "package.json"), "utf8"));
  const packagePath = out ?? join(HERE, "dist", `portolan-${target === undefined ? "" : `${target}-`}${version}.vsix`);
  const images = "https://github.com/portolan/portolan/raw/main/editors/vscode";
  const content = "https://github.com/portolan/portolan/blob/main/editors/vscode";
  await createVSIX({
    cwd: HERE, packagePath, target, dependencies: false, skipLicense: true, baseImagesUrl: images, baseContentUrl: content,
  });
  await rm(join(HERE, "bin"), { recursive: true, force: true });
  return packagePath;
}

/** What the arguments ask for; says what is wrong with them, and ends with 2, where they ask for nothing that can be done. */
function asked() {
  const options = { binary: { type: "string" }, target: { type: "string" }, out: { type: "string" } };
  try {
    const { binary, target, out } = parseArgs({ options }).values;
    if (target !== undefined && binary === undefined) {
      throw new Error("--target needs --binary: the package without one is for every platform");
    }
    if (binary !== undefined && !existsSync(binary)) {
      throw new Error(`--binary: there is no such file: ${binary}`);
    }
    return { target, binary: binary && resolve(binary), out: out && resolve(out) };
  } catch (error) {
    console.error(error.message);
    process.exit(2);
  }
}

if (process.argv[1] === import.meta.filename) {
  console.log(relative(process.cwd(), await packExtension(asked())));
}
