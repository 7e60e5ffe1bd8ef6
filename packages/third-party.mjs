// Writes on stdout whose code is in the program besides ours, and under which terms, for everything that is shipped built:
//
//   node packages/third-party.mjs > THIRD-PARTY.txt
//
// Where a crate leaves the choice, MIT is taken. The texts are those in the crates; one that several have stands once.
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

const ROOT = dirname(import.meta.dirname);

/** The crates that are built into the program on some platform: no tests, no macros, nothing that only builds. */
function cratesInTheProgram() {
  const metadata = JSON.parse(
    execFileSync("cargo", ["metadata", "--format-version", "1", "--locked"], {
      cwd: ROOT, encoding: "utf8", maxBuffer: 1 << 28,
    }),
  );
  const nodes = new Map(metadata.resolve.nodes.map((it) => [it.id, it]));
  const packages = new Map(metadata.packages.map((it) => [it.id, it]));
  const isMacro = (id) => packages.get(id).targets.some((it) => it.kind.includes("proc-macro"));
  const found = new Set();
  const waiting = [metadata.resolve.root];
  while (waiting.length > 0) {
    const normal = nodes.get(waiting.pop()).deps.filter((it) => it.dep_kinds.some((kind) => kind.kind === null));
    for (const { pkg } of normal) {
      if (!found.has(pkg) && !isMacro(pkg)) {
        found.add(pkg);
        waiting.push(pkg);
      }
    }
  }
  return [...found].map((id) => packages.get(id)).sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The texts that a crate has of its terms. */
function texts({ manifest_path: manifest, license }) {
  const folder = dirname(manifest);
  const all = readdirSync(folder, { withFileTypes: true }).filter((it) => it.isFile()).map((it) => it.name);
  const licences = all.filter((it) => /^(un)?licen[sc]e|^copying/i.test(it));
  const mit = licences.filter((it) => /mit/i.test(it) && !/mit-0/i.test(it));
  const chosen = /\bMIT\b/.test(license) && !/ AND /.test(license) && mit.length > 0 ? mit : licences;
  const notices = all.filter((it) => /^notice/i.test(it));
  return [...chosen, ...notices].map((it) => readFileSync(join(folder, it), "utf8").replaceAll("\r\n", "\n").trim());
}

const crates = cratesInTheProgram();
const crateList = crates.map((it) => `${it.name} ${it.version} (${it.license})`);
const byText = new Map();
for (const crate of crates) {
  const own = texts(crate);
  const said = own.length > 0 ? own : [`No text of its terms comes with it. By ${crate.authors.join(", ") || "its authors"}: ${crate.license}.`];
  for (const text of said) {
    byText.set(text, [...(byText.get(text) ?? []), crate.name]);
  }
}
const rule = "=".repeat(78);
console.log(`The program portolan has in it, besides its own code, that of these ${crates.length} crates:\n`);
console.log(crateList.join("\n"));
for (const [text, names] of byText) {
  console.log(`\n${rule}\n${names.join(", ")}\n${rule}\n\n${text}`);
}
