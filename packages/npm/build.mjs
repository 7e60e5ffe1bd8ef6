// Lays out the packages for npm, each in a folder below FOLDER as it lies in `node_modules`, and packs them:
//
//   node build.mjs --out FOLDER                                     portolan, which has no program in it
//   node build.mjs --out FOLDER --target TRIPLE --binary FILE       the package with the program of one platform
//   … --pack                                                        a tarball of it beside, and its path on stdout
//   node build.mjs --targets                                        the platforms that there are packages for
import { execFileSync } from "node:child_process";
import { chmod, copyFile, cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const HERE = dirname(fileURLToPath(import.meta.url));
const ROOT = join(HERE, "..", "..");
const LICENCES = ["LICENSE-APACHE", "LICENSE-MIT"];

const readJson = async (file) => JSON.parse(await readFile(file, "utf8"));
const platforms = await readJson(join(HERE, "platforms.json"));
const main = await readJson(join(HERE, "package.json"));

/** What people install: the launcher, and every platform's package as an optional dependency of the same version. */
async function layOutMain(folder) {
  for (const file of ["bin", "platforms.json", "README.md"]) {
    await cp(join(HERE, file), join(folder, file), { recursive: true });
  }
  const optionalDependencies = Object.fromEntries(platforms.map((it) => [it.package, main.version]));
  return { ...main, optionalDependencies };
}

/** The program of one platform. */
async function layOutPlatform(folder, { package: name, target, os, cpu, libc }, binary) {
  const program = os === "win32" ? "portolan.exe" : "portolan";
  await copyFile(binary, join(folder, program));
  await chmod(join(folder, program), 0o755);
  const description = `The program of the package portolan for ${target}`;
  await writeFile(join(folder, "README.md"), `# ${name}\n\n${description}. Install \`portolan\`, which takes what it needs.\n`);
  const { version, license, homepage, repository, bugs } = main;
  return {
    name, version, description, license, homepage, repository, bugs,
    files: [program, ...LICENCES],
    os: [os],
    cpu: [cpu],
    ...(libc === undefined ? {} : { libc: [libc] }),
    // It is to be started, which it cannot be from within an archive.
    preferUnplugged: true,
  };
}

/** Lays out the package that the arguments ask for; answers its folder. */
async function layOut({ target, binary, out }) {
  const platform = platforms.find((it) => it.target === target);
  const folder = join(out, platform?.package ?? main.name);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await Promise.all(LICENCES.map((it) => copyFile(join(ROOT, it), join(folder, it))));
  const manifest = platform === undefined ? await layOutMain(folder) : await layOutPlatform(folder, platform, binary);
  await writeFile(join(folder, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
  return folder;
}

/** What the arguments ask for; says what is wrong with them, and ends with 2, where they ask for nothing that can be done. */
function asked() {
  const options = {
    out: { type: "string" },
    target: { type: "string" },
    binary: { type: "string" },
    pack: { type: "boolean" },
    targets: { type: "boolean" },
  };
  try {
    const { values } = parseArgs({ options });
    const { out, target, binary } = values;
    if (out === undefined && !values.targets) {
      throw new Error("--out says into which folder");
    }
    if ((target === undefined) !== (binary === undefined)) {
      throw new Error("--target and --binary go together");
    }
    if (target !== undefined && !platforms.some((it) => it.target === target)) {
      throw new Error(`--target: there is no package for ${target}`);
    }
    if (binary !== undefined && !existsSync(binary)) {
      throw new Error(`--binary: there is no such file: ${binary}`);
    }
    return { ...values, out: out && resolve(out) };
  } catch (error) {
    console.error(error.message);
    process.exit(2);
  }
}

const request = asked();
if (request.targets) {
  console.log(platforms.map((it) => it.target).join("\n"));
} else {
  const folder = await layOut(request);
  if (request.pack) {
    const [{ filename }] = JSON.parse(
      execFileSync("npm", ["pack", "--json", "--pack-destination", request.out], {
        cwd: folder, encoding: "utf8", shell: process.platform === "win32",
      }),
    );
    console.log(relative(process.cwd(), join(request.out, filename.replace("@", "").replace("/", "-"))));
  }
}
