import { describe, expect, it } from "vitest";
import { failure, workplace } from "./workplace.ts";

/** Lines of a sound file, to which each case adds what is wrong. */
const top = "version: 1\nstorages: { local: { type: fs, path: /srv/backups } }\n";
const target = "targets:\n  app:\n    engine: sqlite\n    path: app.db\n";
const withTarget = (line: string) => `${top}${target}    ${line}\n`;
const withDefault = (line: string) => `${top}${target}defaults:\n  ${line}\n`;

const cases: readonly (readonly [promise: string, text: string, message: string])[] = [
  [
    "a missing version",
    "storages: { l: { type: fs, path: b } }\ntargets: { a: { engine: sqlite, path: a } }\n",
    "dbsave.yaml:1: version: missing: expected 1",
  ],
  [
    "another version",
    `version: 2\n${top.slice(11)}${target}`,
    "dbsave.yaml:1: version: expected 1, got a whole number",
  ],
  [
    "a missing section",
    "version: 1\ntargets: { a: { engine: sqlite, path: a } }\n",
    "dbsave.yaml:1: storages: missing: expected a set of keys",
  ],
  ["no target at all", `${top}targets: {}\n`, "dbsave.yaml:3: targets: expected at least one target"],
  [
    "a section of the wrong kind",
    `${top}targets: [app]\n`,
    "dbsave.yaml:3: targets: expected a set of keys, got a list",
  ],
  [
    "a key with nothing after it",
    withDefault("keep:"),
    "dbsave.yaml:8: defaults.keep: expected rules such as { daily: 7, weekly: 4, monthly: 6 }, or all",
  ],
  [
    "an unknown key at the top",
    `${top}${target}target: x\n`,
    'dbsave.yaml:7: target: unknown key "target": did you mean "targets"?',
  ],
  [
    "an unknown key of a target",
    withTarget("compres: zstd"),
    'dbsave.yaml:7: targets.app.compres: unknown key "compres": did you mean "compress"?',
  ],
  [
    "an unknown key like no other",
    withDefault("guard: { ratio: 1 }"),
    'dbsave.yaml:8: defaults.guard.ratio: unknown key "ratio": the keys here are min_size_ratio, min_rows_ratio',
  ],
  [
    "a slip in the engine",
    `${top}targets: { a: { engine: sqlit, path: a } }\n`,
    'dbsave.yaml:3: targets.a.engine: unknown engine "sqlit": did you mean "sqlite"?',
  ],
  [
    "an engine of a later version",
    `${top}targets: { a: { engine: redis, url: x } }\n`,
    'dbsave.yaml:3: targets.a.engine: this version of dbsave has no engine "redis" yet; it has sqlite, postgres, timescaledb',
  ],
  [
    "both ways to say where a server is",
    `${top}targets: { a: { engine: postgres, url: "postgres://db/app", host: db } }\n`,
    "dbsave.yaml:3: targets.a: expected exactly one of url, service, host, container",
  ],
  [
    "a container that is named in two ways",
    `${top}targets: { a: { engine: postgres, container: { name: pg, label: a=b } } }\n`,
    "dbsave.yaml:3: targets.a.container: expected exactly one of compose, label and name",
  ],
  [
    "a compose service without its project",
    `${top}targets: { a: { engine: postgres, container: { compose: db } } }\n`,
    "dbsave.yaml:3: targets.a.container.compose: expected project/service",
  ],
  [
    "a password that stands in the file",
    `${top}targets: { a: { engine: postgres, host: db, password: hunter2 } }\n`,
    "dbsave.yaml:3: targets.a.password: expected env:NAME, file:/path or cmd:program with arguments, without quotes and shell signs: a secret never stands in the file itself",
  ],
  [
    "a missing engine",
    `${top}targets: { a: { path: a } }\n`,
    "dbsave.yaml:3: targets.a.engine: missing: expected sqlite, postgres or timescaledb",
  ],
  [
    "a storage of a later version",
    `version: 1\nstorages: { s: { type: s3, bucket: b } }\n${target}`,
    'dbsave.yaml:2: storages.s.type: this version of dbsave has no storage "s3" yet; it has fs',
  ],
  [
    "a missing path",
    `${top}targets:\n  app: { engine: sqlite }\n`,
    "dbsave.yaml:4: targets.app: expected either path or url",
  ],
  ["a path and a url", withTarget("url: env:U"), "dbsave.yaml:4: targets.app: expected either path or url"],
  [
    "a url of another kind",
    `${top}targets: { a: { engine: sqlite, url: "postgres://u:hunter2@db" } }\n`,
    "dbsave.yaml:3: targets.a.url: expected sqlite:/path, or env:NAME, file:/path or cmd:program that gives such a URL",
  ],
  [
    "a path with a tilde",
    `${top}targets: { a: { engine: sqlite, path: ~/a.db } }\n`,
    "dbsave.yaml:3: targets.a.path: expected a path; ~ is not expanded, write it out",
  ],
  [
    "a number as text",
    withTarget('keep: { daily: "7" }'),
    "dbsave.yaml:7: targets.app.keep.daily: expected a whole number, got text",
  ],
  [
    "a broken number",
    withTarget("keep: { daily: 1.5 }"),
    "dbsave.yaml:7: targets.app.keep.daily: expected a whole number, got a number",
  ],
  [
    "a negative number",
    withTarget("keep: { daily: -1 }"),
    "dbsave.yaml:7: targets.app.keep.daily: expected at least 0",
  ],
  [
    "a duration for a count",
    withDefault("keep: { daily: 7d }"),
    "dbsave.yaml:8: defaults.keep.daily: expected a whole number, got text",
  ],
  [
    "a count for a duration",
    withDefault("keep: { within: 90 }"),
    "dbsave.yaml:8: defaults.keep.within: expected text, got a whole number",
  ],
  [
    "a duration of no unit",
    withDefault("keep: { within: 90m }"),
    "dbsave.yaml:8: defaults.keep.within: expected a duration such as 12h, 90d or 8w",
  ],
  [
    "a policy that keeps nothing",
    withDefault("keep: { daily: 0 }"),
    "dbsave.yaml:8: defaults.keep: keeps nothing: set at least one rule above zero, or write keep: all",
  ],
  [
    "a word that is none",
    withDefault("verify: restor"),
    'dbsave.yaml:8: defaults.verify: expected hashes, structure, restore or off, got "restor": did you mean "restore"?',
  ],
  [
    "yes where a word belongs",
    withDefault("save: true"),
    "dbsave.yaml:8: defaults.save: expected required, optional or off, got true or false",
  ],
  [
    "an unknown compression",
    withDefault("compress: zstd:23"),
    "dbsave.yaml:8: defaults.compress: expected none, gzip, gzip:1 to gzip:9, zstd or zstd:1 to zstd:22",
  ],
  [
    "a time zone that does not exist",
    withDefault("timezone: Europe/Berlim"),
    "dbsave.yaml:8: defaults.timezone: expected the name of a time zone, such as Europe/Berlin",
  ],
  [
    "an offset for a time zone",
    withDefault("timezone: +01:00"),
    "dbsave.yaml:8: defaults.timezone: expected the name of a time zone, such as Europe/Berlin",
  ],
  [
    "a ratio above one",
    withDefault("guard: { min_rows_ratio: 80 }"),
    "dbsave.yaml:8: defaults.guard.min_rows_ratio: expected at most 1",
  ],
  [
    "a target name with a slash",
    `${top}targets: { a/b: { engine: sqlite, path: a } }\n`,
    'dbsave.yaml:3: targets."a/b": expected a name of letters, digits, dots, dashes and underscores, beginning with a letter or digit',
  ],
  [
    "a target name of the repository itself",
    `${top}targets: { runs: { engine: sqlite, path: a } }\n`,
    "dbsave.yaml:3: targets.runs: this name is used by the repository itself",
  ],
  [
    "target names that differ in case",
    `${top}targets:\n  App: { engine: sqlite, path: a }\n  app: { engine: sqlite, path: b }\n`,
    "dbsave.yaml:5: targets.app: differs from App in case only: both would use one folder",
  ],
  [
    "a storage that is not there",
    withTarget("to: lokal"),
    'dbsave.yaml:7: targets.app.to: no storage is called lokal: did you mean "local"?',
  ],
  [
    "a choice among storages not made",
    `version: 1\nstorages:\n  a: { type: fs, path: a }\n  b: { type: fs, path: b }\n${target}`,
    "dbsave.yaml:6: targets.app.to: missing: expected the name of a storage, a or b",
  ],
  [
    "a list that is none",
    withDefault("encrypt: { age: file:r.txt }"),
    "dbsave.yaml:8: defaults.encrypt.age: expected a list, got text",
  ],
  [
    "an empty list",
    withDefault("encrypt: { age: [] }"),
    "dbsave.yaml:8: defaults.encrypt.age: expected at least one entry",
  ],
  [
    "neither recipients nor passphrase",
    withDefault("encrypt: {}"),
    "dbsave.yaml:8: defaults.encrypt: expected either age (recipients) or passphrase",
  ],
  [
    "encryption by a word",
    withDefault("encrypt: age"),
    "dbsave.yaml:8: defaults.encrypt: expected recipients such as { age: [age1...] }, { passphrase: ... }, or none",
  ],
  [
    "identities beside a passphrase",
    withDefault("encrypt: { passphrase: env:P, identities: [env:I] }"),
    "dbsave.yaml:8: defaults.encrypt: identities go with age recipients, not with a passphrase",
  ],
  [
    "a verify that could not decrypt",
    withDefault("encrypt: { age: [env:R] }"),
    "dbsave.yaml:7: defaults.verify: restore must decrypt the backup: add identities to encrypt, or choose verify: hashes",
  ],
  [
    "a number with a leading zero",
    withTarget("keep: { daily: 0415 }"),
    'dbsave.yaml:7: a number with a leading zero: quote it if it is a text or a time ("04:15"), else drop the zero',
  ],
  ["a key written twice", withTarget("path: b.db"), "dbsave.yaml:7: this key is written twice"],
  [
    "a second document",
    `${top}${target}---\n${top}`,
    "dbsave.yaml:7: a second document begins here: one file holds one",
  ],
  ["a tab", `${top}targets:\n\tapp: {}\n`, "dbsave.yaml:4: a tab in the indentation: use spaces"],
  [
    "a bracket that does not close",
    `${top}targets: { a: { engine: sqlite\n`,
    "dbsave.yaml:4: the indentation does not fit, or a bracket above is not closed",
  ],
  [
    "an alias without its anchor",
    withTarget("keep: *nowhere"),
    "dbsave.yaml:7: an alias (*name) without an anchor of that name (&name) before it",
  ],
  ["a tag", withTarget("keep: !!js/function x"), "dbsave.yaml:7: a tag that is not known"],
  [
    "a key that would reach behind the scenes",
    `${top}${target}__proto__: { x: 1 }\n`,
    "dbsave.yaml:7: not usable as a key",
  ],
  ["an empty file", "", "dbsave.yaml:1: expected keys such as version, storages and targets"],
  [
    "a list in place of everything",
    "- version: 1\n",
    "dbsave.yaml:1: expected keys such as version, storages and targets",
  ],
];

describe("a mistake is refused, naming file, line and path:", () => {
  it.each(cases)("%s", async (_promise, text, message) => {
    await using here = await workplace();
    await here.file("dbsave.yaml", text);
    const error = await failure(here.load());
    expect([error.code, error.message]).toEqual(["CONFIG_INVALID", message]);
  });
});

describe("mistakes", () => {
  it("in a file for a later version name what this one does not have, line by line", async () => {
    await using here = await workplace();
    await here.file(
      "dbsave.yaml",
      `version: 1
defaults: { encrypt: { age: [file:/etc/dbsave/recipients.txt] }, timezone: Europe/Berlin }
storages: { local: { type: fs, path: /srv/backups }, offsite: { type: s3, bucket: acme-db, keep: { within: 90d } } }
targets:
  orders: { engine: mongodb, container: { compose: shop/db }, method: [logical, physical], oplog: archive, to: local }
  app: { engine: sqlite, path: /data/app.db, to: local }
notify: { on: [fail, recovered], mail: ops@example.org, healthchecks: env:HC_URL }
`,
    );
    const { message } = await failure(here.load());
    expect(message.split("\n  ")).toEqual([
      "config: 4 mistakes:",
      "dbsave.yaml:2: defaults.verify: restore must decrypt the backup: add identities to encrypt, or choose verify: hashes",
      'dbsave.yaml:3: storages.offsite.type: this version of dbsave has no storage "s3" yet; it has fs',
      'dbsave.yaml:5: targets.orders.engine: this version of dbsave has no engine "mongodb" yet; it has sqlite, postgres, timescaledb',
      "dbsave.yaml:7: notify: this version of dbsave has no notify yet",
    ]);
  });

  it("are all reported at once, whatever kind they are", async () => {
    await using here = await workplace();
    await here.file(
      "dbsave.yaml",
      [
        "version: 1",
        "defaults: { compress: lz4, keep: { dayly: 7, weekly: x } }",
        "storages:",
        "  a: { type: fs }",
        "  b: { type: fs, path: /b }",
        "targets:",
        "  one: { engine: sqlite, path: 1, to: c }",
        "  two: { engine: redis }",
      ].join("\n"),
    );
    const { message } = await failure(here.load());
    expect(message.split("\n  ")).toEqual([
      "config: 8 mistakes:",
      "dbsave.yaml:2: defaults.compress: expected none, gzip, gzip:1 to gzip:9, zstd or zstd:1 to zstd:22",
      "dbsave.yaml:2: defaults.keep.weekly: expected a whole number, got text",
      'dbsave.yaml:2: defaults.keep.dayly: unknown key "dayly": did you mean "daily"?',
      "dbsave.yaml:4: storages.a.path: missing: expected text",
      "dbsave.yaml:7: targets.one.path: expected text, got a whole number",
      "dbsave.yaml:7: targets.one.to: no storage is called c: expected a or b",
      'dbsave.yaml:8: targets.two.engine: this version of dbsave has no engine "redis" yet; it has sqlite, postgres, timescaledb',
      "dbsave.yaml:8: targets.two.to: missing: expected the name of a storage, a or b",
    ]);
  });

  it("of syntax are all reported at once, too", async () => {
    await using here = await workplace();
    await here.file("dbsave.yaml", 'version: 1\nversion: 1\na: "\\q"\nb: *c\n');
    const { message } = await failure(here.load());
    expect(message).toContain("dbsave.yaml:2: this key is written twice");
    expect(message).toContain("dbsave.yaml:3: an unknown escape");
    expect(message).toContain("dbsave.yaml:4: an alias");
  });

  it("in values that came through an anchor are found where the anchor stands", async () => {
    await using here = await workplace();
    await here.file("dbsave.yaml", `x-keep: &keep { daily: x }\n${withTarget("keep: *keep")}`);
    expect((await failure(here.load())).message).toBe(
      "dbsave.yaml:1: targets.app.keep.daily: expected a whole number, got text",
    );
  });

  it("never quote what may be a secret", async () => {
    const secret = "hunter2-correct-horse";
    const places = [
      withDefault(`encrypt: { passphrase: ${secret} }`),
      withDefault(`encrypt: { passphrase: "${secret}: x" }`),
      withDefault(`encrypt: { passphrase: ${secret}: x }`),
      withDefault(`encrypt: { passphrase: "${secret}\\q" }`),
      withDefault(`encrypt: { passphrase: [${secret}] }`),
      withDefault(`encrypt: { age: [env:R], identities: [${secret}] }`),
      withDefault(`encrypt: { age: [${secret}] }`),
      withDefault(`encrypt: ${secret}`),
      withTarget(`keep: ${secret}`),
      withTarget(`compress: ${secret}`),
      withTarget(`timezone: ${secret}`),
      withTarget(`guard: ${secret}`),
      withTarget(`password: &${secret} "a" "b"`),
      `${top}targets: { a: { engine: sqlite, path: "\\0${secret}" } }\n`,
      `${top}targets: ${secret}\n`,
      `${secret}\n`,
      `- ${secret}\n`,
      `${top}${target}x: !${secret} y\n`,
    ];
    for (const text of places) {
      await using here = await workplace();
      await here.file("dbsave.yaml", text);
      const error = await failure(here.load());
      expect(error.code, text).toBe("CONFIG_INVALID");
      expect(`${error.message} ${error.hint} ${JSON.stringify(error)}`, text).not.toContain(secret);
    }
  });
});
