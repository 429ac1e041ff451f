import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { buildOnce, dbsave, dbsaveJson, emptyDirectory } from "./support/built-dbsave.ts";
import { isInstalled, makeDatabase, stock } from "./support/databases.ts";

buildOnce();

async function oneBackup(): Promise<string> {
  const cwd = emptyDirectory();
  makeDatabase(cwd, "app.db", 123);
  await dbsave(["backup", "./app.db", "--to", "./b"], { cwd });
  return cwd;
}

const orders = expect.objectContaining({ kind: "table", name: "orders", count: 123 });

it("inspect shows the tables of a database and changes nothing in it; --count counts their rows", async () => {
  const cwd = emptyDirectory();
  const source = makeDatabase(cwd, "app.db", 123);
  const estimated = { kind: "table", path: ["orders"], rows: { count: 123, isExact: false } };
  const inspected = await dbsaveJson(["inspect", "./app.db"], { cwd });
  expect(inspected).toMatchObject({ status: 0, json: { type: "inspect", engine: "sqlite", description: source } });
  expect(inspected.json).toMatchObject({ items: [estimated] });
  expect((await dbsave(["inspect", "./app.db"], { cwd })).stdout).toMatch(/^orders +~123$/m);
  expect((await dbsave(["inspect", "./app.db", "--count"], { cwd })).stdout).toMatch(/^orders +[\d.]+ KiB +123$/m);
});

it("options of inspect for a database do not go with a backup", async () => {
  const cwd = await oneBackup();
  for (const option of [["--count"], ["--all"], ["--database", "app"]])
    expect(
      await dbsaveJson(["inspect", "latest", "--from", "./b", ...option], { cwd }),
      option.join(" "),
    ).toMatchObject({
      status: 2,
      json: { code: "USAGE" },
    });
});

it("inspect shows the contents of a backup, and records that it can be decoded", async () => {
  const cwd = await oneBackup();
  const inspected = await dbsaveJson(["inspect", "latest", "--from", "./b"], { cwd });
  expect(inspected).toMatchObject({ status: 0, json: { proof: { level: "structure", outcome: "passed" } } });
  expect(inspected.json).toMatchObject({ fingerprint: { items: expect.arrayContaining([orders]) } });
});

it("show tells the files, the proofs, and why a backup is kept", async () => {
  const cwd = await oneBackup();
  await dbsave(["verify", "latest", "--from", "./b"], { cwd });
  const shown = await dbsaveJson(["show", "latest", "--from", "./b", "--keep", "daily=7"], { cwd });
  expect(shown).toMatchObject({
    status: 0,
    json: {
      type: "backup",
      target: "app",
      artifacts: [{ storedName: "database.sqlite.zst", codecs: ["zstd"] }],
      proofs: [{ level: "restore", outcome: "passed" }],
      retention: { kept: expect.arrayContaining(["newest proven"]) },
    },
  });
  const { stdout } = await dbsave(["show", "--from", "./b"], { cwd });
  expect(stdout).toContain("database.sqlite.zst");
  expect(stdout).toContain("no retention policy is known here");
});

it.skipIf(!isInstalled("sha256sum"))(
  "export copies plain files that sha256sum finds whole, and never over others",
  async () => {
    const cwd = await oneBackup();
    const exported = await dbsaveJson(["export", "latest", "--from", "./b", "--to", "./tape"], { cwd });
    expect(exported).toMatchObject({ status: 0, json: { type: "export", target: "app" } });
    const [folder = ""] = readdirSync(join(cwd, "tape"));
    expect(readdirSync(join(cwd, "tape", folder)).toSorted()).toEqual([
      "RESTORE.md",
      "SHA256SUMS",
      "database.sqlite.zst",
      "manifest.json",
    ]);
    expect(stock("sha256sum", ["-c", "SHA256SUMS"], { cwd: join(cwd, "tape", folder) })).toContain(
      "database.sqlite.zst: OK",
    );
    expect(await dbsaveJson(["export", "latest", "--from", "./b", "--to", "./tape"], { cwd })).toMatchObject({
      status: 2,
      json: { code: "TARGET_NOT_EMPTY" },
    });
  },
);

it("empty places say what to do next", async () => {
  const cwd = await oneBackup();
  await dbsave(["init", "./app.db", "--to", "./empty"], { cwd });
  expect((await dbsave(["list"], { cwd })).stdout).toContain("Take one: dbsave backup");
  expect((await dbsave(["log"], { cwd })).stdout).toContain("No runs recorded");
  expect(await dbsaveJson(["status"], { cwd })).toMatchObject({
    status: 1,
    json: { targets: [{ target: "app", verdict: "stale", newest: null }] },
  });
});

it("--progress json tells every event on standard error, and the result stays one object on standard output", async () => {
  const cwd = emptyDirectory();
  makeDatabase(cwd);
  const { stdout, stderr } = await dbsave(["backup", "./app.db", "--to", "./b", "--json", "--progress", "json"], {
    cwd,
  });
  expect(JSON.parse(stdout)).toMatchObject({ type: "backup", exit: 0 });
  const events = stderr
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as { readonly type: string });
  expect(new Set(events.map(({ type }) => type))).toEqual(new Set(["note", "phase", "progress"]));
});

it("--json alone leaves standard error empty", async () => {
  const cwd = emptyDirectory();
  makeDatabase(cwd);
  expect((await dbsave(["backup", "./app.db", "--to", "./b", "--json"], { cwd })).stderr).toBe("");
});
