/** Which server is started, without an editor. */

import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { after, before, beforeEach, describe, it } from "node:test";

import { BinaryError, findBinary, type Surroundings } from "../src/binary";

describe("the server", { skip: process.platform === "win32" && "the stand-ins are shell scripts" }, () => {
  let folder = "";
  let around: Surroundings;

  before(() => { folder = mkdtempSync(join(tmpdir(), "portolan-binary-")); });
  after(() => { rmSync(folder, { recursive: true }); });

  /** A stand-in at that path that says its version, or whatever else. */
  function program(path: string, script: string): string {
    const file = join(folder, path);
    mkdirSync(join(file, ".."), { recursive: true });
    writeFileSync(file, `#!/bin/sh\n${script}\n`);
    chmodSync(file, 0o755);
    return file;
  }

  beforeEach(() => {
    for (const [index, name] of ["env", "set", "bare/custom", "extension/bin/portolan", "path/portolan", "home/own"].entries()) {
      program(name, `echo portolan 0.0.${index}`);
    }
    around = {
      environment: { PATH: ["relative", join(folder, "none"), join(folder, "path"), join(folder, "bare")].join(delimiter), HOME: join(folder, "home") },
      setting: "", isTrusted: true, extension: join(folder, "extension"), folder: join(folder, "path"), platform: "linux",
    };
  });

  async function found(more: Partial<Surroundings>): Promise<string> {
    const { version, source } = await findBinary({ ...around, ...more });
    return `${version} ${source}`;
  }

  async function refused(more: Partial<Surroundings>): Promise<string> {
    const error: unknown = await findBinary({ ...around, ...more }).then(() => undefined, (it: unknown) => it);
    assert.ok(error instanceof BinaryError, String(error));
    return error.message;
  }

  it("is the one of PORTOLAN_PATH first, then the setting's, the bundled one, the first on PATH", async () => {
    const environment = { ...around.environment, PORTOLAN_PATH: join(folder, "env") };
    const setting = join(folder, "set");
    assert.equal(await found({ environment, setting }), "0.0.0 PORTOLAN_PATH");
    assert.equal(await found({ setting }), "0.0.1 portolan.path");
    assert.equal(await found({}), "0.0.3 bundled");
    assert.equal(await found({ extension: join(folder, "none") }), "0.0.4 PATH");
  });

  it("may be named by a bare name, from the home folder, or from the workspace's folder", async () => {
    assert.equal(await found({ setting: "custom" }), "0.0.2 portolan.path");
    assert.equal(await found({ setting: "~/own" }), "0.0.5 portolan.path");
    assert.equal(await found({ setting: "./portolan" }), "0.0.4 portolan.path");
    assert.equal(await found({ setting: "../set" }), "0.0.1 portolan.path");
  });

  it("is the bundled one or none in an untrusted workspace", async () => {
    const environment = { ...around.environment, PORTOLAN_PATH: join(folder, "env") };
    assert.equal(await found({ isTrusted: false, environment, setting: join(folder, "set") }), "0.0.3 bundled");
    assert.match(await refused({ isTrusted: false, extension: join(folder, "none") }), /^In Restricted Mode only the server/);
  });

  it("is not another one than was named", async () => {
    assert.match(await refused({ setting: "/no/such/portolan" }), /^portolan\.path says \/no\/such\/portolan, and there is no such file/);
    assert.match(await refused({ setting: "no-such-program" }), /^portolan\.path says no-such-program, and there is no such program on PATH/);
    assert.match(await refused({ setting: folder }), /there is no such file/);
    const environment = { ...around.environment, PORTOLAN_PATH: "/gone" };
    assert.match(await refused({ environment, setting: join(folder, "set") }), /^PORTOLAN_PATH says \/gone/);
  });

  it("must be there at all", async () => {
    const nowhere = { extension: join(folder, "none"), environment: { PATH: "" } };
    assert.match(await refused(nowhere), /^There is no portolan on PATH.*portolan\.path/);
  });

  it("must be Portolan", async () => {
    assert.match(await refused({ setting: program("other", "echo other 1.2.3") }), /is not Portolan: asked for its version, it said "other 1\.2\.3"$/);
    assert.match(await refused({ setting: program("silent", "") }), /it said ""$/);
    assert.match(await refused({ setting: program("broken", "echo out of order >&2; exit 3") }), /cannot be run: out of order$/);
    const file = program("locked", "");
    chmodSync(file, 0o644);
    assert.match(await refused({ setting: file }), /cannot be run: it is not executable$/);
  });

  it("is passed over on PATH where it cannot be run", async () => {
    const first = program("first/portolan", "echo portolan 9.9.9");
    chmodSync(first, 0o644);
    const environment = { PATH: [join(folder, "first"), join(folder, "path")].join(delimiter) };
    assert.equal(await found({ extension: join(folder, "none"), environment }), "0.0.4 PATH");
  });
});
