import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { type Duplex, PassThrough, Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { generateIdentity } from "@dbsave/codecs";
import type { Codec } from "@dbsave/core";
import { describe, expect, it } from "vitest";
import { failure, type Workplace, workplace } from "./workplace.ts";

const storages = "version: 1\nstorages: { local: { type: fs, path: b } }\n";
const oneTarget = async (here: Workplace, text: string) => {
  await here.file("dbsave.yaml", text);
  const [target] = (await here.load({ env: { PW: "correct horse" } })).targets;
  return target ?? expect.unreachable("there is no target");
};
const through = async (stages: readonly Duplex[], bytes: Buffer) => {
  const end = new PassThrough();
  const [, passed] = await Promise.all([pipeline([Readable.from([bytes]), ...stages, end]), buffer(end)]);
  return passed;
};
const throughCodecs = (codecs: readonly Codec[], text: string) =>
  through(
    codecs.map((codec) => codec.encoder()),
    Buffer.from(text),
  );
const decoded = async (codecs: readonly Codec[], names: readonly string[], stored: Buffer) => {
  const stages = names.toReversed().map((name) => codecs.find((codec) => codec.name === name)?.decoder());
  return (
    await through(
      stages.filter((stage) => stage !== undefined),
      stored,
    )
  ).toString();
};

describe("a target that says nothing", () => {
  it("has the documented defaults", async () => {
    await using here = await workplace();
    const target = await oneTarget(here, `${storages}targets: { app: { engine: sqlite, path: app.db } }\n`);
    expect(target).toMatchObject({
      name: "app",
      engine: "sqlite",
      source: join(here.directory, "app.db"),
      storage: { name: "local", type: "fs", description: join(here.directory, "b") },
      retention: null,
      verify: "restore",
      timeZone: "UTC",
    });
    await using opened = await target.open();
    expect(opened.job).toMatchObject({
      target: "app",
      engine: { name: "sqlite" },
      codecs: [{ name: "zstd" }],
      save: "required",
      verify: "restore",
      retention: null,
      guard: { minSizeRatio: 0.5, minRowsRatio: 0.5 },
      timeZone: "UTC",
    });
    expect(opened.job).not.toHaveProperty("methods");
    expect(opened.storage.name).toBe(`fs:${join(here.directory, "b")}`);
  });
});

describe("what a target says", () => {
  const text = `version: 1
defaults: { compress: gzip, keep: { daily: 7 }, timezone: Europe/Berlin, week_starts: monday, verify: structure, guard: off }
storages:
  plain: { type: fs, path: a }
  long: { type: fs, path: b, keep: { yearly: 10 } }
targets:
  inherits: { engine: sqlite, path: 1.db, to: plain }
  of-storage: { engine: sqlite, path: 2.db, to: long }
  own: { engine: sqlite, url: "sqlite:3.db", to: long, keep: { last: 3, within: 12h }, compress: none, timezone: UTC, week_starts: sunday,
         verify: off, save: optional, guard: { min_rows_ratio: 0.9 }, method: vacuum, checkpoint: passive, busy_timeout_ms: 9 }
`;

  it("comes before its storage, and that before the defaults", async () => {
    await using here = await workplace();
    await here.file("dbsave.yaml", text);
    const { targets } = await here.load();
    expect(targets.map(({ name, retention }) => [name, retention])).toEqual([
      ["inherits", { keep: { daily: 7 }, timeZone: "Europe/Berlin", anchor: 1 }],
      ["of-storage", { keep: { yearly: 10 }, timeZone: "Europe/Berlin", anchor: 1 }],
      ["own", { keep: { last: 3, withinMs: 43_200_000 }, timeZone: "UTC", anchor: 0 }],
    ]);
    const jobs = await Promise.all(targets.map(async (target) => (await target.open()).job));
    expect(
      jobs.map(({ codecs, verify, save, guard, methods }) => [
        codecs.map(({ name }) => name),
        verify,
        save,
        guard,
        methods,
      ]),
    ).toEqual([
      [["gzip"], "structure", "required", null, undefined],
      [["gzip"], "structure", "required", null, undefined],
      [[], "off", "optional", { minSizeRatio: 0.5, minRowsRatio: 0.9 }, ["vacuum"]],
    ]);
  });

  it("may come from an anchor, and be merged from one", async () => {
    await using here = await workplace();
    const target = await oneTarget(
      here,
      `x-policy: &policy { keep: &keep { daily: 3 }, verify: hashes }\n${storages}targets: { app: { <<: *policy, engine: sqlite, path: a.db } }\n`,
    );
    expect([target.verify, target.retention?.keep]).toEqual(["hashes", { daily: 3 }]);
  });

  it("selects targets by name, with a suggestion for a slip", async () => {
    await using here = await workplace();
    await here.file("dbsave.yaml", text);
    const config = await here.load();
    expect(config.select(["own", "inherits", "own"]).map(({ name }) => name)).toEqual(["own", "inherits"]);
    expect(config.select([]).length).toBe(3);
    expect(() => config.select(["inherit"])).toThrow('no target is called "inherit": did you mean "inherits"?');
    expect(() => config.select(["x"])).toThrow('no target is called "x": the targets are inherits, of-storage or own');
  });
});

describe("encryption", () => {
  it("for recipients in a file is undone with the identity in another one", async () => {
    await using here = await workplace();
    const keys = generateIdentity();
    await here.file("recipients.txt", `# ops\n${keys.recipient}\n`, 0o644);
    await here.file("key.txt", `# ops\n${keys.identity.reveal()}\n`);
    const target = await oneTarget(
      here,
      `${storages}defaults: { encrypt: { age: [file:recipients.txt], identities: [file:key.txt] } }\ntargets: { app: { engine: sqlite, path: a.db } }\n`,
    );
    await using opened = await target.open();
    const { codecs } = opened.job;
    expect(codecs.map(({ name }) => name)).toEqual(["zstd", "age"]);
    for (const codec of codecs) await codec.check();
    const stored = await throughCodecs(codecs, "the data");
    expect(await decoded(codecs, ["zstd", "age"], stored)).toBe("the data");
    expect(await decoded(opened.decoders, ["zstd", "age"], stored)).toBe("the data");
  });

  it("without an identity here is undone with one that is given when the target is opened", async () => {
    await using here = await workplace();
    const keys = generateIdentity();
    const target = await oneTarget(
      here,
      `${storages}targets: { app: { engine: sqlite, path: a.db, verify: hashes, encrypt: { age: [${keys.recipient}] } } }\n`,
    );
    await here.file("key.txt", keys.identity.reveal());
    await using sealed = await target.open();
    const stored = await throughCodecs(sealed.job.codecs, "the data");
    expect(await failure(decoded(sealed.decoders, ["zstd", "age"], stored))).toMatchObject({ code: "KEY_WRONG" });
    await using opened = await target.open({ identities: ["key.txt"] });
    expect(await decoded(opened.decoders, ["zstd", "age"], stored)).toBe("the data");
    const literal = await failure(target.open({ identities: [keys.identity.reveal()] }));
    expect(literal.code).toBe("USAGE");
    expect(literal.message).not.toContain("AGE-SECRET-KEY");
  });

  it("with a passphrase reads it when the target is opened, not before", async () => {
    await using here = await workplace();
    const text = `${storages}targets: { app: { engine: sqlite, path: a.db, encrypt: { passphrase: env:PW } } }\n`;
    const target = await oneTarget(here, text);
    await using opened = await target.open();
    const stored = await throughCodecs(opened.job.codecs, "the data");
    expect(await decoded(opened.job.codecs, ["zstd", "age"], stored)).toBe("the data");

    const [withoutSecret] = (await here.load({ env: {} })).targets;
    expect(withoutSecret?.name).toBe("app");
    expect(await failure(withoutSecret?.open() ?? Promise.resolve())).toMatchObject({
      code: "SECRET_UNAVAILABLE",
      message: "dbsave.yaml:3: targets.app.encrypt.passphrase: env:PW: the variable is not set",
    });
  });

  it("can be decoded whatever the settings are today", async () => {
    await using here = await workplace();
    const target = await oneTarget(
      here,
      `${storages}targets: { app: { engine: sqlite, path: a.db, compress: none } }\n`,
    );
    await using opened = await target.open();
    expect(opened.decoders.map(({ name }) => name).toSorted()).toEqual(["age", "gzip", "zstd"]);
  });

  it.each([
    [
      "a line that is no recipient",
      "age: [file:bad.txt]",
      "defaults.encrypt.age[0]: age: line 2 of the recipients is not an age1...",
    ],
    [
      "a line that is no identity",
      "age: [file:ok.txt], identities: [file:bad.txt]",
      "defaults.encrypt.identities[0]: age: line 2 of the identities is not an AGE-SECRET-KEY-1...",
    ],
  ])("with %s names file, path and line, and not the text", async (_what, encrypt, message) => {
    await using here = await workplace();
    await here.file("ok.txt", `${generateIdentity().recipient}\n`);
    await here.file("bad.txt", "# a comment\ns3cret-value\n");
    const target = await oneTarget(
      here,
      `${storages}defaults: { verify: hashes, encrypt: { ${encrypt} } }\ntargets: { app: { engine: sqlite, path: a.db } }\n`,
    );
    const error = await failure(target.open());
    expect(error.message).toBe(`dbsave.yaml:3: ${message}`);
    expect(JSON.stringify(error)).not.toContain("s3cret");
  });
});

describe("checkSecrets", () => {
  it("names every secret that cannot be used, and reads each of them", async () => {
    await using here = await workplace();
    await here.file("open.txt", "x", 0o644);
    await here.file(
      "dbsave.yaml",
      `${storages}targets:
  a: { engine: sqlite, url: env:NO_URL, encrypt: { passphrase: env:NO } }
  b: { engine: sqlite, path: b.db, encrypt: { passphrase: file:open.txt } }
  c: { engine: sqlite, path: c.db, encrypt: { passphrase: "cmd:echo fine" } }
`,
    );
    const findings = await (await here.load()).checkSecrets();
    expect(findings.map(({ severity, code, object, message }) => [severity, code, object, message])).toEqual([
      [
        "error",
        "SECRET_UNAVAILABLE",
        "a",
        "dbsave.yaml:4: targets.a.encrypt.passphrase: env:NO: the variable is not set",
      ],
      ["error", "SECRET_UNAVAILABLE", "a", "dbsave.yaml:4: targets.a.url: env:NO_URL: the variable is not set"],
      [
        "error",
        "SECRET_UNAVAILABLE",
        "b",
        "dbsave.yaml:5: targets.b.encrypt.passphrase: file:open.txt: everybody may read it",
      ],
    ]);
    expect(findings[2]?.fix).toBe(`chmod 600 ${join(here.directory, "open.txt")}`);
  });
});

describe("a sqlite target", () => {
  it("may have its URL in the environment, as the application does", async () => {
    await using here = await workplace();
    await here.file("dbsave.yaml", `${storages}targets: { app: { engine: sqlite, url: env:DATABASE_URL } }\n`);
    const at = async (url: string) => {
      const [target] = (await here.load({ env: { DATABASE_URL: url } })).targets;
      expect(target?.source).toBe("env:DATABASE_URL");
      return await target?.open();
    };
    for (const url of [
      "sqlite:app.db",
      "file:./app.db?mode=ro",
      "app.db",
      `sqlite://${join(here.directory, "app.db")}`,
    ]) {
      await using opened = await at(url);
      expect(opened?.job.engine.name).toBe("sqlite");
    }
    const error = await failure(at("postgres://u:hunter2@db/app"));
    expect([error.code, error.message]).toEqual([
      "OPTIONS_INVALID",
      "dbsave.yaml:3: targets.app: sqlite: url: not a sqlite: URL",
    ]);
  });
});

it("opening a target touches neither the database nor the storage", async () => {
  await using here = await workplace();
  const target = await oneTarget(here, `${storages}targets: { app: { engine: sqlite, path: no/such.db } }\n`);
  const opened = await target.open();
  await opened[Symbol.asyncDispose]();
  expect(await readdir(here.directory)).toEqual(["dbsave.yaml"]);
});
