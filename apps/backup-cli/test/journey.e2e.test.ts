import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { buildOnce, dbsave, dbsaveJson, emptyDirectory } from "./support/built-dbsave.ts";
import { countOrders, isInstalled, makeDatabase, startWriter, stock } from "./support/databases.ts";

interface Backups {
  readonly targets: readonly [{ readonly backup: { readonly id: string; readonly rows: number } }];
}

buildOnce();

describe("from an empty directory, without any configuration", () => {
  it("backs up, proves, lists and restores a database that is written to all the time", async () => {
    const cwd = emptyDirectory();
    const source = makeDatabase(cwd, "app.db", 20_000);
    await startWriter(source);

    const backup = await dbsaveJson(["backup", "./app.db", "--to", "./b"], { cwd });
    expect(backup.status).toBe(0);
    const [{ backup: taken }] = (backup.json as Backups).targets;
    expect(taken.rows).toBeGreaterThanOrEqual(20_000);

    const verified = await dbsaveJson(["verify", "latest", "--from", "./b"], { cwd });
    expect(verified).toMatchObject({
      status: 0,
      json: { type: "verify", backup: taken.id, level: "restore", outcome: "passed" },
    });

    const restored = await dbsaveJson(["restore", "latest", "--from", "./b", "--into", "./copy.db"], { cwd });
    expect(restored).toMatchObject({ status: 0, json: { type: "restore", isEqual: true, movedAside: [] } });
    expect(countOrders(join(cwd, "copy.db"))).toBe(taken.rows);

    const listed = await dbsaveJson(["list", "--from", "./b"], { cwd });
    const good = { id: taken.id, target: "app", rows: taken.rows, state: "good", provenAt: expect.any(String) };
    expect(listed).toMatchObject({ status: 0, json: { backups: [good] } });
  });

  it.skipIf(!isInstalled("sqlite3"))("restores what the sqlite3 program finds whole", async () => {
    const cwd = emptyDirectory();
    await startWriter(makeDatabase(cwd));
    await dbsave(["backup", "./app.db", "--to", "./b"], { cwd });
    await dbsave(["restore", "latest", "--from", "./b", "--into", "./copy.db"], { cwd });
    expect(stock("sqlite3", ["copy.db", "pragma integrity_check"], { cwd })).toBe("ok\n");
  });
});

describe("RESTORE.md", () => {
  it.skipIf(!isInstalled("zstd") || !isInstalled("sqlite3"))(
    "has stock commands that, run as they stand, give the same file as dbsave",
    async () => {
      const cwd = emptyDirectory();
      await startWriter(makeDatabase(cwd));
      await dbsave(["backup", "./app.db", "--to", "./b"], { cwd });
      await dbsave(["restore", "latest", "--from", "./b", "--into", "./by-dbsave.db"], { cwd });
      const files = filesOf(cwd);
      const made = runRecipe(files);
      expect(readFileSync(join(files, made)).equals(readFileSync(join(cwd, "by-dbsave.db")))).toBe(true);
    },
  );

  it.skipIf(!isInstalled("age") || !isInstalled("age-keygen") || !isInstalled("zstd"))(
    "does so for an encrypted backup, with the key beside it",
    async () => {
      const cwd = emptyDirectory();
      makeDatabase(cwd);
      stock("age-keygen", ["-o", "key.txt"], { cwd });
      const recipient = stock("age-keygen", ["-y", "key.txt"], { cwd }).trim();
      const encrypted = await dbsave(["backup", "./app.db", "--to", "./b", "--encrypt", recipient], { cwd });
      expect(encrypted.status).toBe(0);
      const keyed = ["--from", "./b", "--identity", "key.txt"];
      expect((await dbsave(["verify", "latest", ...keyed], { cwd })).status).toBe(0);
      expect((await dbsave(["restore", "latest", ...keyed, "--into", "./by-dbsave.db"], { cwd })).status).toBe(0);
      const files = filesOf(cwd);
      writeFileSync(join(files, "key.txt"), readFileSync(join(cwd, "key.txt")));
      const made = runRecipe(files);
      expect(readFileSync(join(files, made)).equals(readFileSync(join(cwd, "by-dbsave.db")))).toBe(true);
    },
  );
});

/** The directory of the only backup. */
function filesOf(cwd: string): string {
  const backups = join(cwd, "b", "app", "backups");
  const [id = ""] = readdirSync(backups);
  return join(backups, id);
}

/** Runs the commands of RESTORE.md literally; the name of the database file that they made. */
function runRecipe(directory: string): string {
  const before = new Set(readdirSync(directory));
  const recipe = /```sh\n(.*?)```/s.exec(readFileSync(join(directory, "RESTORE.md"), "utf8"))?.[1];
  expect(stock("sh", ["-euc", recipe ?? "exit 1"], { cwd: directory })).toMatch(/ok\n$/);
  const [made] = readdirSync(directory).filter((name) => !before.has(name));
  expect(existsSync(join(directory, made ?? ""))).toBe(true);
  return made ?? "";
}
