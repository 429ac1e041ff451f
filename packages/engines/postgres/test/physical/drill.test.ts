import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { setTimeout } from "node:timers/promises";
import {
  backup,
  drill,
  memoryStorage,
  openLog,
  openRepository,
  type Repository,
  readCatalog,
  verify,
} from "@dbsave/core";
import { hostServers, hostTools } from "@dbsave/exec";
import { startTimeoutMs } from "@dbsave/testbed";
import { expect, it } from "vitest";
import { postgres } from "../../src/index.ts";
import { type OwnServer, ownServer } from "./support/own-server.ts";

const { signal } = new AbortController();
const env = process.env;
const run = { tools: hostTools({ env }), servers: hostServers({ env }), signal };
const target = "own";

/** Archives the segments that are whole, as somebody would who may read the directory. */
async function archive(source: OwnServer, repository: Repository): Promise<readonly string[]> {
  const [row] = await source.sql(
    "SELECT current_setting('data_directory') || '/pg_wal' AS folder, system_identifier::text AS id, pg_walfile_name(pg_switch_wal()) AS last FROM pg_control_system()",
  );
  const log = openLog(repository, target, [], signal);
  const names = (await readdir(String(row?.["folder"]))).filter((name) => /^[0-9A-F]{24}$/.test(name)).toSorted();
  const whole = names.filter((name) => name <= String(row?.["last"]));
  for (const name of whole) {
    const bytes = await readFile(join(String(row?.["folder"]), name));
    const plainSha256 = createHash("sha256").update(bytes).digest("hex");
    const folder = `${String(row?.["id"])}/${name.slice(0, 16)}`;
    await log.append({ folder, name, plainSha256 }, () => Readable.from([bytes]));
  }
  return whole;
}

it("a drill recovers to a moment of the log, reads everything there, and is recorded as a proof", {
  timeout: startTimeoutMs,
}, async (test) => {
  const source = await ownServer(test, { wal_keep_size: "1GB" });
  await source.sql("CREATE TABLE marker (id serial PRIMARY KEY, at timestamptz DEFAULT clock_timestamp())");
  await using engine = postgres({ host: source.options.host, physical: {} });
  const repository = await openRepository(memoryStorage(), { create: true });
  const manifest = await backup(engine, { ...run, repository, target, method: "physical" });
  await expect(drill(engine, { ...run, repository, target })).rejects.toMatchObject({ code: "RECOVERY_UNREACHABLE" });
  for (let id = 0; id < 30; id += 1) {
    await source.sql("INSERT INTO marker DEFAULT VALUES");
    await setTimeout(20); // so that the moments between commits are many
  }
  await archive(source, repository);

  const proof = await drill(engine, { ...run, repository, target, seed: 7 });
  expect(proof).toMatchObject({ backup: manifest.id, level: "restore", outcome: "passed", findings: [] });
  const { drill: reached, durationMs } = proof.restored ?? {};
  expect(durationMs).toBeGreaterThan(0);
  expect(reached?.seed).toBe(7);
  expect(reached?.position).toMatch(/^\d+\/[0-9A-F]+$/);
  const asked = String(reached?.requested.toISOString());
  const [before] = await source.sql(`SELECT max(at) AS last FROM marker WHERE at <= '${asked}'`);
  const lag = Number(reached?.reached ?? before?.["last"]) - Number(before?.["last"]);
  expect(Math.abs(lag)).toBeLessThan(20); // the commit of that marker, not the one before or after
  expect(proof.summary).toMatch(/^recovered to \S+ in \S+ s: .* rows read; .*amcheck/);

  const again = await drill(engine, { ...run, repository, target, seed: 7 });
  expect(again.restored?.drill?.requested).toEqual(reached?.requested);
  const [entry] = (await readCatalog(repository, target, signal)).entries;
  expect(entry).toMatchObject({ state: "good", proven: { restored: { examined: true, drill: { seed: 7 } } } });

  const plain = await verify(engine, { ...run, repository, manifest, level: "restore" });
  expect(plain).toMatchObject({ outcome: "passed", findings: [], restored: { examined: true } });
  expect(plain.summary).toMatch(/^restored in \S+ s: 2 databases, .* checksums of pages verified$/);

  const log = openLog(repository, target, [], signal);
  const files = await log.list();
  const damaged = await Promise.all(
    files.map(async (file) => ({
      key: `${target}/log/${file.folder}/${file.name}-${file.plainSha256}`,
      bytes: await buffer(await log.open(file)),
    })),
  );
  for (const { key, bytes } of damaged) {
    bytes.fill(1, bytes.length >> 1, (bytes.length >> 1) + 8);
    await repository.storage.put(key, Readable.from([bytes]), { signal, ifExists: "replace" });
  }
  const failed = await drill(engine, { ...run, repository, target, seed: 7 }).catch((error: unknown) => error);
  expect(failed).toMatchObject({ code: "CHECKSUM_MISMATCH" });
  expect((await readCatalog(repository, target, signal)).entries[0]?.state).toBe("good");
});
