import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { buildOnce, dbsave, dbsaveJson, emptyDirectory } from "./support/built-dbsave.ts";
import { isInstalled, makeDatabase, stock } from "./support/databases.ts";

buildOnce();

/** A repository with one backup, and the directory of that backup. */
async function oneBackup(...options: readonly string[]): Promise<{ readonly cwd: string; readonly files: string }> {
  const cwd = emptyDirectory();
  makeDatabase(cwd, "app.db", 200);
  expect((await dbsave(["backup", "./app.db", "--to", "./b", ...options], { cwd })).status).toBe(0);
  return { cwd, files: filesOf(cwd) };
}

function filesOf(cwd: string): string {
  const backups = join(cwd, "b", "app", "backups");
  const [id = ""] = readdirSync(backups);
  return join(backups, id);
}

/** Flips one bit in the middle of a file. */
function damage(path: string): void {
  const bytes = readFileSync(path);
  const middle = Math.floor(bytes.length / 2);
  bytes.writeUInt8(bytes.readUInt8(middle) ^ 1, middle);
  writeFileSync(path, bytes);
}

describe("a flipped bit", () => {
  it.each(["database.sqlite.zst", "RESTORE.md", "SHA256SUMS"])(
    "in %s is found at every level, exit 4, and named",
    async (file) => {
      const { cwd, files } = await oneBackup();
      damage(join(files, file));
      for (const level of ["hashes", "structure", "restore"]) {
        const verified = await dbsaveJson(["verify", "latest", "--from", "./b", "--level", level], { cwd });
        expect(verified).toMatchObject({
          status: 4,
          json: { outcome: "failed", findings: [{ severity: "error", code: "CHECKSUM_MISMATCH", object: file }] },
        });
      }
      const { status, stdout } = await dbsave(["verify", "latest", "--from", "./b"], { cwd });
      expect(status).toBe(4);
      expect(stdout).toContain(file);
    },
  );

  it("in manifest.json is found, exit 4, and named", async () => {
    const { cwd, files } = await oneBackup();
    damage(join(files, "manifest.json"));
    const { status, stderr } = await dbsave(["verify", "latest", "--from", "./b"], { cwd });
    expect(status).toBe(4);
    expect(stderr).toContain("manifest.json");
    const asJson = await dbsaveJson(["verify", "latest", "--from", "./b"], { cwd });
    expect(asJson).toMatchObject({ status: 4, json: { type: "error", code: "MANIFEST_INVALID" } });
  });

  it("in the newest manifest is not passed over by verifying an older backup", async () => {
    const { cwd, files } = await oneBackup();
    await dbsave(["backup", "./app.db", "--to", "./b"], { cwd });
    const newest = readdirSync(join(files, "..")).toSorted().at(-1) ?? "";
    damage(join(files, "..", newest, "manifest.json"));
    expect((await dbsave(["verify", "latest", "--from", "./b"], { cwd })).status).toBe(4);
  });

  it("makes pruning freeze, exit 13, and restore take the older good backup and say so", async () => {
    const { cwd, files } = await oneBackup();
    await dbsave(["backup", "./app.db", "--to", "./b"], { cwd });
    const newest = readdirSync(join(files, "..")).toSorted().at(-1) ?? "";
    damage(join(files, "..", newest, "manifest.json"));
    const pruned = await dbsaveJson(["prune", "--from", "./b", "--keep", "last=1"], { cwd });
    expect(pruned).toMatchObject({ status: 13, json: { targets: [{ removed: [] }] } });
    const restored = await dbsave(["restore", "latest", "--from", "./b", "--into", "./copy.db"], { cwd });
    expect(restored.status).toBe(0);
    expect(restored.stderr).toContain(`${newest} is newer, but it is damaged`);
  });

  it.skipIf(!isInstalled("age-keygen"))("in an encrypted artifact is found without any key", async () => {
    const keys = emptyDirectory();
    stock("age-keygen", ["-o", "key.txt"], { cwd: keys });
    const recipient = stock("age-keygen", ["-y", "key.txt"], { cwd: keys }).trim();
    const { cwd, files } = await oneBackup("--encrypt", recipient);
    damage(join(files, "database.sqlite.zst.age"));
    const verified = await dbsaveJson(["verify", "latest", "--from", "./b", "--level", "hashes"], { cwd });
    expect(verified).toMatchObject({ status: 4, json: { findings: [{ object: "database.sqlite.zst.age" }] } });
  });

  it("in a backup keeps a restore from leaving anything behind", async () => {
    const { cwd, files } = await oneBackup();
    damage(join(files, "database.sqlite.zst"));
    const before = readdirSync(cwd).toSorted();
    const restored = await dbsaveJson(["restore", "latest", "--from", "./b", "--into", "./copy.db"], { cwd });
    expect(restored).toMatchObject({ status: 4, json: { type: "error" } });
    expect(readdirSync(cwd).toSorted()).toEqual(before);
  });
});

describe("a file that is missing", () => {
  it("is found and named", async () => {
    const { cwd, files } = await oneBackup();
    rmSync(join(files, "database.sqlite.zst"));
    const verified = await dbsaveJson(["verify", "latest", "--from", "./b"], { cwd });
    expect(verified).toMatchObject({
      status: 4,
      json: { findings: [{ code: "OBJECT_NOT_FOUND", object: "database.sqlite.zst" }] },
    });
  });
});
