import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openRepository } from "@dbsave/core";
import { fsStorage } from "@dbsave/storage-fs";
import { server, startTimeoutMs } from "@dbsave/testbed";
import { expect, it } from "vitest";
import { buildOnce, dbsave, dbsaveJson, emptyDirectory } from "./support/built-dbsave.ts";

buildOnce();

const hourMs = 3_600_000;

it("what of the WAL is archived is shown as windows of recovery; gaps, a stalled archive and its size are alarms; prune cleans up", {
  timeout: startTimeoutMs,
}, async (test) => {
  const postgres = await server("postgres-17-timescale", test);
  const cwd = emptyDirectory();
  const { user, password, host, port } = postgres;
  writeFileSync(
    join(cwd, "dbsave.yaml"),
    `version: 1
storages: { local: { type: fs, path: ./b } }
targets:
  app:
    engine: postgres
    url: env:URL
    method: physical
    verify: "off"
    keep: { last: 1 }
    wal: { mode: receive, stalled_after: 1h, max_size: 10kB }
`,
  );
  await openRepository(fsStorage({ path: join(cwd, "b") }), { create: true });
  const env = { URL: `postgres://${user}:${password}@${host}:${port}/postgres` };
  const take = async (): Promise<{ id: string; system: string; number: number }> => {
    const taken = await dbsave(["backup", "app"], { cwd, env });
    expect(taken).toMatchObject({ status: 5, stderr: expect.stringContaining("nothing was archived yet") });
    const { json } = await dbsaveJson(["show", "latest"], { cwd, env });
    const { id, details } = json as { id: string; details: { systemIdentifier: string; stopLsn: string } };
    return {
      id,
      system: details.systemIdentifier,
      number: Number.parseInt(details.stopLsn.split("/")[1] ?? "", 16) >> 24,
    };
  };
  const first = await take();
  const folder = join(cwd, "b/app/log", first.system, "0000000100000000");
  const nameOf = (offset: number): string =>
    `0000000100000000000000${(first.number + offset).toString(16).toUpperCase().padStart(2, "0")}`;
  const archive = (offset: number, age: number, bytes = 100): void => {
    const contents = Buffer.alloc(bytes, `${offset}`);
    mkdirSync(folder, { recursive: true });
    const path = join(folder, `${nameOf(offset)}-${createHash("sha256").update(contents).digest("hex")}`);
    writeFileSync(path, contents);
    const at = new Date(Date.now() - age);
    utimesSync(path, at, at);
  };
  const status = async () => {
    const { json, status: exit } = await dbsaveJson(["status"], { cwd, env });
    const [log] = (json as { logs: { windows: object[]; findings: { code: string; object: string }[] }[] }).logs;
    const alarms = (log?.findings ?? []).map(({ code, object }) => `${code} ${object}`);
    return { exit, alarms, windows: log?.windows ?? [] };
  };
  const say = async (...words: readonly string[]) => await dbsave(words, { cwd, env });

  expect((await status()).alarms).toEqual(["LOG_STALLED archived log"]);
  for (const offset of [-2, -1, 0, 1, 2]) archive(offset, 0.5 * hourMs);
  const whole = await status();
  expect(whole.alarms).toEqual([]);
  expect(whole.windows).toEqual([
    expect.objectContaining({ timeline: 1, gap: null, from: expect.objectContaining({ backup: first.id }) }),
  ]);
  expect((await say("show")).stdout).toMatch(/Recovery +to any moment until .*Z \(\d+\/\w+, timeline 1\)$/m);

  archive(4, 0.4 * hourMs);
  const broken = await status();
  expect(broken).toMatchObject({ exit: 1, alarms: [`LOG_INCOMPLETE ${nameOf(3)}`] });
  const told = (await say("list")).stdout;
  expect(told).toMatch(/^app: archived log: 6 files, 600 B, the newest 24 min old$/m);
  expect(told).toMatch(new RegExp(`^RECOVERABLE FROM .*\n.* ${first.id} +${nameOf(3)}$`, "m"));
  expect(told).toContain(`error: ${nameOf(3)} is missing: recovery from ${first.id} ends at`);
  expect(told).toContain("Take a physical backup");
  const sick = await say("healthcheck");
  expect(sick).toMatchObject({ status: 1, stdout: expect.stringContaining(`app: ${nameOf(3)} is missing`) });

  archive(3, 0.4 * hourMs, 11_000);
  expect((await status()).alarms).toEqual(["LOG_TOO_LARGE archived log"]);
  for (const name of readdirSync(folder)) utimesSync(join(folder, name), new Date(0), new Date(0));
  expect((await status()).alarms).toEqual([`LOG_STALLED ${nameOf(4)}`, "LOG_TOO_LARGE archived log"]);

  const planned = await say("prune", "--dry-run");
  expect(planned.stdout).toContain("archived log: 5 files kept");
  expect(planned.stdout).toContain("2 files would be removed, 200 B: not needed any more");
  expect(readdirSync(folder)).toHaveLength(7);
  await say("prune", "--yes");
  expect(readdirSync(folder).map((name) => name.slice(0, 24))).toEqual([0, 1, 2, 3, 4].map(nameOf));
  rmSync(folder, { recursive: true });
});
