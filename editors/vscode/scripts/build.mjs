// Bundles the extension into dist/extension.js, and the page of its panel into dist/page.js and dist/page.css, with the licences
// of what is in them beside them; with --tests the tests too.
import { readdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

import { build } from "esbuild";

const HERE = dirname(import.meta.dirname);

const common = {
  absWorkingDir: HERE,
  bundle: true,
  external: ["vscode"],
  format: "cjs",
  logLevel: "warning",
  platform: "node",
  target: "node20",
};

export async function buildExtension() {
  const { metafile } = await build({
    ...common, entryPoints: ["src/extension.ts"], outfile: "dist/extension.js", legalComments: "none", metafile: true, minify: true,
  });
  // What runs in the panel of the chart, which is a browser.
  await build({
    ...common, entryPoints: ["src/page/page.ts", "src/page/page.css"], outdir: "dist", format: "iife", platform: "browser", target: "es2022", minify: true,
  });
  await writeFile(join(HERE, "dist", "THIRD-PARTY.txt"), await licences(Object.keys(metafile.inputs)));
}

export async function buildTests() {
  await build({ ...common, entryPoints: ["test/host/extension.ts"], outfile: "dist/test/host/extension.js" });
  const entryPoints = ["test/binary.test.ts", "test/editor.test.ts", "test/pictures.ts"];
  await build({ ...common, entryPoints, outdir: "dist/test", outExtension: { ".js": ".mjs" }, format: "esm", packages: "external" });
}

/** The names and licences of the packages that the `inputs` of a bundle are from. */
async function licences(inputs) {
  const packages = new Set(inputs.map((it) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(it)?.[0]).filter(Boolean));
  const texts = [...packages].sort().map(async (folder) => {
    const { name, version, license } = JSON.parse(await readFile(join(HERE, folder, "package.json"), "utf8"));
    const file = (await readdir(join(HERE, folder))).find((it) => /^licen[cs]e/i.test(it));
    const text = file === undefined ? license : await readFile(join(HERE, folder, file), "utf8");
    return `${name} ${version}\n\n${text.trim()}\n`;
  });
  return (await Promise.all(texts)).join(`\n${"-".repeat(80)}\n\n`);
}

if (process.argv[1] === import.meta.filename) {
  await buildExtension();
  if (process.argv.includes("--tests")) {
    await buildTests();
  }
}
