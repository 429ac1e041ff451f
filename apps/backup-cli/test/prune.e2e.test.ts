import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { keys, type Manifest, type RetentionPlan, readManifest, writeManifest } from "@dbsave/core";
import { expect, it } from "vitest";
import { buildOnce, dbsave, dbsaveJson, emptyDirectory } from "./support/built-dbsave.ts";
import { makeDatabase } from "./support/databases.ts";

interface Pruned {
  readonly targets: readonly [{ readonly plan: RetentionPlan; readonly removed: readonly string[] }];
}

const days = 60;
const dayMs = 24 * 60 * 60_000;

buildOnce();

/** A repository as `days` daily runs leave it, newest first: copies of one backup that began on the days before. */
async function dailyBackups(): Promise<{ readonly cwd: string; readonly ids: readonly string[] }> {
  const cwd = emptyDirectory();
  makeDatabase(cwd, "app.db", 10);
  await dbsave(["backup", "./app.db", "--to", "./b"], { cwd });
  const repository = join(cwd, "b");
  const [original = ""] = readdirSync(join(repository, keys.backups("app")));
  const manifest = readManifest(readFileSync(join(repository, keys.manifest("app", original)), "utf8"), original);
  rmSync(join(repository, keys.backup("app", original)), { recursive: true });
  return { cwd, ids: Array.from({ length: days }, (_, ageDays) => placeCopy(repository, manifest, ageDays)) };
}

function placeCopy(repository: string, manifest: Manifest, ageDays: number): string {
  const startedAt = new Date(manifest.startedAt.getTime() - ageDays * dayMs);
  const sequence = days - ageDays;
  const day = startedAt.toISOString().slice(0, 10).replaceAll("-", "");
  const id = `${day}${manifest.id.slice(8, 17)}${String(sequence).padStart(6, "0")}${manifest.id.slice(-9)}`;
  const copy = { ...manifest, id, sequence, startedAt, consistentAt: startedAt, finishedAt: startedAt };
  mkdirSync(join(repository, keys.backup("app", id)), { recursive: true });
  writeFileSync(join(repository, keys.manifest("app", id)), writeManifest(copy));
  return id;
}

it("prune --dry-run explains every backup, deletes nothing, and says what prune then does", async () => {
  const { cwd, ids } = await dailyBackups();
  const policy = ["prune", "--from", "./b", "--keep", "daily=7,weekly=4,monthly=6"];

  const frozen = await dbsaveJson([...policy, "--dry-run"], { cwd });
  expect(frozen.status).toBe(13); // most of the target at once needs a person who has looked
  const planned = await dbsaveJson([...policy, "--allow-mass-delete", "--dry-run"], { cwd });
  expect(planned.status).toBe(0);
  const [{ plan, removed }] = (planned.json as Pruned).targets;
  expect(removed).toEqual([]);
  expect([...plan.keep, ...plan.remove].map(({ id }) => id).toSorted()).toEqual(ids.toSorted());
  const reasons = [...plan.keep.map((kept) => kept.reasons.join("; ")), ...plan.remove.map(({ reason }) => reason)];
  expect(reasons.every((reason) => reason.length > 3)).toBe(true);

  const { stdout } = await dbsave([...policy, "--allow-mass-delete", "--dry-run"], { cwd });
  for (const id of ids) expect(stdout).toMatch(new RegExp(`^${id}  (keep|remove) +\\S.*$`, "m"));
  expect(await listedIds(cwd)).toEqual(ids);

  const pruned = await dbsaveJson([...policy, "--allow-mass-delete"], { cwd });
  expect((pruned.json as Pruned).targets[0].removed.toSorted()).toEqual(plan.remove.map(({ id }) => id).toSorted());
  expect(await listedIds(cwd)).toEqual(plan.keep.map(({ id }) => id));
});

it("a pinned backup stays whatever the policy says, until it is unpinned", async () => {
  const { cwd, ids } = await dailyBackups();
  const oldest = ids.at(-1) ?? "";
  const plan = ["prune", "--from", "./b", "--keep", "daily=7", "--allow-mass-delete", "--dry-run"];
  expect((await dbsave(["pin", oldest, "--from", "./b", "--reason", "before the migration"], { cwd })).status).toBe(0);
  expect((await dbsave(plan, { cwd })).stdout).toContain(`${oldest}  keep    pinned: before the migration`);
  expect((await dbsave(["unpin", oldest, "--from", "./b"], { cwd })).status).toBe(0);
  expect((await dbsave(plan, { cwd })).stdout).toContain(`${oldest}  remove`);
});

async function listedIds(cwd: string): Promise<readonly string[]> {
  const { json } = await dbsaveJson(["list", "--from", "./b"], { cwd });
  return (json as { readonly backups: readonly { readonly id: string }[] }).backups.map(({ id }) => id);
}
