import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { buildOnce } from "./support/built-dbsave.ts";
import { pushWal } from "./support/built-dbsave-wal.ts";
import { isInstalled, stock } from "./support/databases.ts";
import { type PostgresTarget, postgresTarget } from "./support/postgres-target.ts";

buildOnce("@dbsave/wal-archiver");

const berlin = "timezone: Europe/Berlin";

/** Finishes the segment at hand and archives it. */
async function archiveSegment(target: PostgresTarget): Promise<{ readonly segment: string; readonly bytes: Buffer }> {
  const { server, cwd } = target;
  const segment = await server.sql("select pg_walfile_name(pg_switch_wal())");
  const bytes = Buffer.from(await server.docker("exec", "base64", `/testbed/data/pg_wal/${segment}`), "base64");
  mkdirSync(join(cwd, "pg_wal"));
  writeFileSync(join(cwd, "pg_wal", segment), bytes);
  pushWal(target, `pg_wal/${segment}`);
  return { segment, bytes };
}

it("a recovery from what is encrypted shows its way in the target's zone and in UTC, refuses what it cannot reach, and makes a directory that needs nothing else, tablespaces where they are told to be", async (test) => {
  if (!isInstalled("age-keygen")) return test.skip("needs age-keygen");
  const secretKey = stock("age-keygen", [], { cwd: "/" });
  const encrypt = `encrypt: { age: [${/age1\w+/.exec(secretKey)?.[0]}], identities: ["file:./key.txt"] }`;
  const lines = ["method: physical", berlin, encrypt];
  const target = await postgresTarget(test, "on the host", { rows: 100, settings: lines });
  const { server, cwd } = target;
  if (server.container === undefined) return test.skip("needs docker");
  await server.sql("copy (select) to program 'cat; mkdir /testbed/space'");
  await server.sql("create tablespace space location '/testbed/space'");
  await server.sql("create table in_space tablespace space as select 1 as a");
  const key = join(cwd, "key.txt");
  writeFileSync(key, secretKey, { mode: 0o600 });
  const taken = await target.run(["backup", "app"]);
  expect(taken.status, taken.stderr).toBe(0);
  const commit = async (): Promise<readonly string[]> => {
    const times = `select to_char(t at time zone 'Europe/Berlin', f), to_char(t at time zone 'UTC', f)
      from (select clock_timestamp() as t, 'YYYY-MM-DD HH24:MI:SS.MS' as f) x`;
    const insert = "create table if not exists m (i int); insert into m values (1); select pg_sleep(0.05);";
    return (await server.sql(`${insert} ${times}`)).trim().split("|");
  };
  const [wall = "", utc = ""] = (await commit()).map((time) => time.replace(/\.000$/, ""));
  await commit();
  renameSync(key, `${key}.away`); // to archive is possible without it
  const { segment, bytes } = await archiveSegment(target);
  renameSync(`${key}.away`, key);
  const log = readdirSync(join(cwd, "backups/app/log"), { recursive: true, encoding: "utf8" });
  expect(log.filter((file) => file.includes(`/${segment}-`))).toEqual([expect.stringMatching(/\.zst\.age$/)]);
  const into = join(cwd, "pg");
  const space = join(cwd, "space");
  const restore = (at: string, ...more: readonly string[]) =>
    target.run(["restore", "app", "--at", at, "--into", into, "--tablespace", `/testbed/space=${space}`, ...more]);

  const refused = await restore("2126-11-20 14:30", "--dry-run");
  expect(refused.status).toBe(2);
  expect(refused.stderr).toContain("What can be reached: ");
  expect((await restore("2026-10-25 02:30", "--dry-run")).status).toBe(2);
  const unknown = await restore(wall, "--dry-run", "--tablespace", `/testbed/other=${cwd}/other`);
  expect(unknown).toMatchObject({ status: 2, stderr: expect.stringContaining("/testbed/space") });
  expect(existsSync(into)).toBe(false);

  const shown = await restore(wall, "--dry-run");
  expect(shown.status, shown.stderr).toBe(0);
  expect(shown.stdout).toContain(`Recovering app to ${wall}`);
  expect(shown.stdout).toContain(`Europe/Berlin (${utc}+00:00)`);
  expect(shown.stdout.split("\n")).toEqual(
    expect.arrayContaining([
      expect.stringMatching(/^ {2}can be recovered: .* timeline 1/),
      expect.stringMatching(/^ {2}chain: full /),
      expect.stringMatching(/^Reads .*, writes .*, takes about/),
    ]),
  );
  expect(existsSync(into)).toBe(false);
  const plan = JSON.parse((await restore(wall, "--dry-run", "--json")).stdout) as Record<string, unknown>;
  expect(plan).toMatchObject({
    type: "restore-plan",
    estimate: { writtenBytes: expect.any(Number) },
    recovery: { to: { kind: "time", time: new Date(`${utc}Z`).toISOString() }, timeline: 1, log: { last: segment } },
  });

  const done = await restore(wall);
  expect(done.status, done.stderr).toBe(0);
  expect(done.stdout).toContain("its first start recovers to");
  expect(readFileSync(join(into, "pg_wal", segment)).equals(bytes)).toBe(true);
  expect(readFileSync(join(into, "tablespace_map"), "utf8").trim()).toMatch(new RegExp(`^\\d+ ${space}$`));
  expect(readdirSync(space)).toEqual([expect.stringMatching(/^PG_15_/)]);
  const settings = readFileSync(join(into, "postgresql.auto.conf"), "utf8");
  expect(settings).toContain(`recovery_target_time = '${utc}`);
  expect(settings).toContain("restore_command = 'false'");
}, 120_000);
