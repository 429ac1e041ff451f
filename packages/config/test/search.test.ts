import { chmod, chown, mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { failure, type Workplace, workplace } from "./workplace.ts";

const sound = (target: string) => `version: 1
storages: { local: { type: fs, path: b } }
targets: { ${target}: { engine: sqlite, path: a.db } }
`;
const namesOf = async (here: Workplace, options: Parameters<Workplace["load"]>[0] = {}) =>
  (await here.load(options)).targets.map(({ name }) => name);

describe("the configuration is looked for", () => {
  it("at the path that was given, then in $DBSAVE_CONFIG, then in the working directory, then for the system", async () => {
    await using here = await workplace();
    await here.file("given.yaml", sound("given"));
    await here.file("env.yaml", sound("environment"));
    await here.file("dbsave.yaml", sound("working-directory"));
    await here.file("etc/dbsave.yaml", sound("system"));
    const env = { DBSAVE_CONFIG: "env.yaml" };
    expect(await namesOf(here, { path: "given.yaml", env })).toEqual(["given"]);
    expect(await namesOf(here, { env })).toEqual(["environment"]);
    expect(await namesOf(here, { env: { DBSAVE_CONFIG: "" } })).toEqual(["working-directory"]);
    await rename(join(here.directory, "dbsave.yaml"), join(here.directory, "other.yaml"));
    expect(await namesOf(here)).toEqual(["system"]);
  });

  it("and what was named must be there", async () => {
    await using here = await workplace();
    await here.file("dbsave.yaml", sound("app"));
    for (const options of [{ path: "no.yaml" }, { env: { DBSAVE_CONFIG: "no.yaml" } }]) {
      const { code, message } = await failure(here.load(options));
      expect([code, message]).toEqual(["CONFIG_NOT_FOUND", "config: no such file: no.yaml"]);
    }
  });

  it("and when there is none, every place that was tried is named", async () => {
    await using here = await workplace();
    const { code, message } = await failure(here.load());
    expect(code).toBe("CONFIG_NOT_FOUND");
    for (const place of ["dbsave.yaml", "etc/dbsave.yaml", "etc/conf.d/*.yaml"]) {
      expect(message).toContain(join(here.directory, place));
    }
  });

  it("relative paths start in the directory of the file, for the system in its own directory", async () => {
    await using here = await workplace();
    await here.file("deep/x.yaml", sound("app"));
    const [target] = (await here.load({ path: "deep/x.yaml" })).targets;
    expect(target?.source).toBe(join(here.directory, "deep/a.db"));
    expect(target?.storage.description).toBe(join(here.directory, "deep/b"));
    await here.file("etc/conf.d/app.yaml", sound("app"));
    expect((await here.load()).targets[0]?.source).toBe(join(here.directory, "etc/a.db"));
  });
});

describe("conf.d", () => {
  it("adds storages and targets in the order of its file names", async () => {
    await using here = await workplace();
    await here.file(
      "etc/dbsave.yaml",
      "version: 1\ndefaults: { verify: hashes }\nstorages: { local: { type: fs, path: b } }\n",
    );
    await here.file("etc/conf.d/20-two.yml", "version: 1\ntargets: { two: { engine: sqlite, path: 2.db } }\n");
    await here.file(
      "etc/conf.d/10-one.yaml",
      "version: 1\ntargets: { one: { engine: sqlite, path: 1.db } }\ndefaults: { save: off }\n",
    );
    await here.file("etc/conf.d/.hidden.yaml", "not: read\n");
    await here.file("etc/conf.d/readme.txt", "not: read\n");
    const config = await here.load();
    expect(config.targets.map(({ name, verify }) => [name, verify])).toEqual([
      ["one", "hashes"],
      ["two", "hashes"],
    ]);
    expect(config.files.map((file) => file.slice(here.directory.length))).toEqual([
      "/etc/dbsave.yaml",
      "/etc/conf.d/10-one.yaml",
      "/etc/conf.d/20-two.yml",
    ]);
  });

  it("may not define what another file defines, and both places are named", async () => {
    await using here = await workplace();
    await here.file("etc/dbsave.yaml", `${sound("app")}defaults: { save: off }\n`);
    await here.file(
      "etc/conf.d/x.yaml",
      "version: 1\ntargets:\n  app: { engine: sqlite, path: x.db }\ndefaults: { save: required }\n",
    );
    const { code, message } = await failure(here.load());
    expect(code).toBe("CONFIG_INVALID");
    expect(message.split("\n  ")).toEqual([
      "config: 2 mistakes:",
      "etc/conf.d/x.yaml:3: targets.app: already defined in etc/dbsave.yaml:3",
      "etc/conf.d/x.yaml:4: defaults.save: already defined in etc/dbsave.yaml:4",
    ]);
  });

  it("has mistakes in its own files, at their own lines", async () => {
    await using here = await workplace();
    await here.file("etc/dbsave.yaml", sound("app"));
    await here.file("etc/conf.d/x.yaml", "version: 1\ntargets:\n\n  second: { engine: sqlite, paht: x.db }\n");
    await here.file("etc/conf.d/y.yaml", "targets: { third: { engine: sqlite, path: y.db } }\n");
    const { message } = await failure(here.load());
    expect(message).toBe("etc/conf.d/y.yaml:1: version: missing: expected 1");
    await here.file("etc/conf.d/y.yaml", "version: 1\n");
    expect((await failure(here.load())).message.split("\n  ")).toEqual([
      "config: 2 mistakes:",
      'etc/conf.d/x.yaml:4: targets.second.paht: unknown key "paht": did you mean "path"?',
      "etc/conf.d/x.yaml:4: targets.second: expected either path or url",
    ]);
  });
});

describe("a configuration is refused", () => {
  it("when everybody may write to it, or put files beside it", async () => {
    await using here = await workplace();
    const path = await here.file("dbsave.yaml", sound("app"), 0o666);
    const error = await failure(here.load());
    expect([error.code, error.message, error.hint]).toEqual([
      "CONFIG_INVALID",
      "dbsave.yaml: everybody may write to it",
      `chmod o-w ${path}`,
    ]);
    await using system = await workplace();
    await system.file("etc/dbsave.yaml", sound("app"));
    await mkdir(join(system.directory, "etc/conf.d"));
    await system.file("etc/conf.d/x.yaml", "version: 1\n");
    await chmod(join(system.directory, "etc/conf.d"), 0o777);
    expect((await failure(system.load())).message).toBe(
      `${system.directory}/etc/conf.d: everybody may put files there`,
    );
  });

  it.runIf(process.geteuid?.() === 0)(
    "when it was only found and belongs to another user, but not when it is named",
    async () => {
      await using here = await workplace();
      const path = await here.file("dbsave.yaml", sound("app"));
      await chown(path, 65_534, 65_534);
      const error = await failure(here.load());
      expect([error.code, error.message]).toEqual([
        "CONFIG_INVALID",
        "dbsave.yaml: it belongs to another user (uid 65534)",
      ]);
      expect(error.hint).toContain(`--config ${path}`);
      expect(await namesOf(here, { path: "dbsave.yaml" })).toEqual(["app"]);
    },
  );

  it.each([
    ["a directory", "etc", "etc: not a regular file"],
    ["larger than 1 MiB", "large.yaml", "large.yaml: larger than 1048576 bytes"],
    ["not text", "binary.yaml", "binary.yaml: not UTF-8 text"],
  ])("when it is %s", async (_what, path, message) => {
    await using here = await workplace();
    await mkdir(join(here.directory, "etc"));
    await here.file("large.yaml", `# ${"x".repeat(1 << 20)}\n`);
    await here.file("binary.yaml", "");
    await writeFile(join(here.directory, "binary.yaml"), Buffer.from([0x76, 0xff, 0xfe]));
    const error = await failure(here.load({ path }));
    expect([error.code, error.message]).toEqual(["CONFIG_INVALID", message]);
  });
});
