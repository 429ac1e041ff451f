import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { readCatalog, verify } from "@dbsave/core";
import { postgres } from "@dbsave/postgres";
import { expect, it } from "vitest";
import { buildOnce, type Ended } from "./support/built-dbsave.ts";
import { type Place, type PostgresTarget, postgresTarget } from "./support/postgres-target.ts";

/** Few on every run; a release is tested with DBSAVE_TEST_POSTGRES_KILLS=200. */
const kills = Number(process.env["DBSAVE_TEST_POSTGRES_KILLS"] ?? 6);

/** Of what a killed restore left, which the next restore takes away. */
const warned = 5;

buildOnce();

interface Way {
  readonly place: Place;
  readonly settings: readonly string[];
  readonly kills: number;
  restoreInto(target: PostgresTarget, count: number): string;
}

const logical = {
  settings: ["database: app"],
  kills,
  restoreInto: (_: PostgresTarget, count: number) => `copy_${count}`,
} as const;
const physical = {
  settings: ["method: physical"],
  kills: kills / 2,
  restoreInto: ({ cwd }: PostgresTarget, count: number) => join(cwd, `copy_${count}`),
} as const;

it.for<readonly [string, Way]>([
  ["logical, with programs on the host", { ...logical, place: "on the host" }],
  ["logical, with programs in the container", { ...logical, place: "in the container" }],
  ["physical", { ...physical, place: "in the container" }],
])(
  "%s: ends of dbsave at random moments of backup, verify and restore leave only whole backups, nothing that lasts, and the next run works",
  { timeout: 120_000 + kills * 30_000 },
  async ([, way], test) => {
    const target = await postgresTarget(test, way.place, { settings: way.settings });
    const commands: Readonly<Record<string, (count: number) => readonly string[]>> = {
      backup: () => ["backup", "app"],
      verify: () => ["verify", "latest", "--level", "restore"],
      restore: (count) => ["restore", "latest", "--into", way.restoreInto(target, count)],
    };
    const durations = new Map<string, number>();
    for (const [name, command] of Object.entries(commands)) {
      const begun = performance.now();
      const first = await target.run(command(0));
      expect(first.status, first.stdout + first.stderr).toBe(0);
      durations.set(name, performance.now() - begun);
    }
    for (let kill = 1; kill <= way.kills; kill += 1) {
      const [name = "", command = () => []] = Object.entries(commands)[kill % 3] ?? [];
      const how = kill % 2 === 0 ? "SIGKILL" : "SIGTERM";
      const delayMs = Math.random() * (durations.get(name) ?? 0);
      const what = `${how} of ${name} after ${Math.round(delayMs)} ms`;
      const before = await target.leftBehind(); // by a SIGKILL, until the next command of that kind
      const { status } = await endAfter(target, command(kill), how, delayMs);
      await expect.poll(() => target.working(), { timeout: 20_000, message: what }).toEqual([]);
      const more = (await target.leftBehind()).filter((each) => !before.includes(each));
      expect(status === null ? [] : more, what).toEqual([]);
      await everyBackupIsWhole(target, what);
    }
    for (const command of Object.values(commands)) {
      const next = await target.run(command(way.kills + 1));
      expect([0, warned], next.stdout + next.stderr).toContain(next.status);
    }
    expect(await target.leftBehind()).toEqual([]);
  },
);

async function everyBackupIsWhole({ repository }: PostgresTarget, what: string): Promise<void> {
  const { entries, damaged } = await readCatalog(repository, "app", new AbortController().signal);
  expect(damaged, what).toEqual([]);
  for (const { manifest } of entries) {
    const proof = await verify(postgres({}), { repository, manifest, level: "hashes" });
    expect(proof.outcome, `${what}: ${manifest.id}`).toBe("passed");
  }
}

async function endAfter(
  target: PostgresTarget,
  args: readonly string[],
  how: NodeJS.Signals,
  delayMs: number,
): Promise<Ended> {
  const { child, ended } = target.start(args);
  await wait(delayMs);
  child.kill(how);
  return await ended;
}
