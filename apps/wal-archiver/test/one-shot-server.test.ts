import { execFileSync } from "node:child_process";
import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startTimeoutMs } from "@dbsave/testbed";
import { expect, it, onTestFinished } from "vitest";
import { archiveOf } from "./support/cluster.ts";
import { dbsaveWal } from "./support/dbsave-wal.ts";
import { hostServer, pushCommand } from "./support/host-server.ts";
import { installed } from "./support/shim.ts";

it("PostgreSQL archives by push and recovers by the script for fetch, and never promotes because of an error", {
  timeout: startTimeoutMs,
}, async (test) => {
  if (process.getuid?.() !== 0) return test.skip("needs root, to be the server's user");
  const root = mkdtempSync(join(tmpdir(), "dbsave-wal-server-"));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  const archive = await archiveOf(root);
  execFileSync("chown", ["-R", "postgres", root]);
  const primary = await hostServer(
    test,
    (data, run) =>
      run("/usr/lib/postgresql/15/bin/initdb", "-D", data, "-U", "postgres", "--auth=trust", "--wal-segsize=1"),
    { archive_mode: "on", archive_command: pushCommand(archive) },
  );
  await primary.sql("create table marker (i int, t text)");
  const base = join(root, "base");
  await primary.run(
    "pg_basebackup",
    "-h",
    primary.socketDirectory,
    "-U",
    "postgres",
    "-D",
    base,
    "-X",
    "none",
    "-c",
    "fast",
  );
  await primary.sql("insert into marker select i, repeat(md5(i::text), 30) from generate_series(1, 1500) i");
  const last = await primary.sql("select pg_walfile_name(pg_switch_wal() - 1)");
  const question = `select coalesce(max(last_archived_wal), '') >= '${last}' from pg_stat_archiver`;
  await expect.poll(() => primary.sql(question), { timeout: 90_000, interval: 200 }).toBe("t");
  await primary.stop();

  const script = join(root, "fetch-wal");
  writeFileSync(script, (await dbsaveWal(["shim", "--for", "fetch"], root)).stdout);
  const fetch = `PATH=${installed(archive)}:$PATH sh ${script} --config ${archive.config} --prefetch-dir ${root}/ahead`;
  const recover = () =>
    hostServer(
      test,
      async (data, run) => {
        await run("cp", "-a", base, data);
        await run("touch", `${data}/recovery.signal`);
      },
      { restore_command: `${fetch} %f %p` },
    );
  renameSync(archive.repository, `${archive.repository}.away`);
  await expect(recover()).rejects.toMatchObject({
    code: "TOOL_FAILED",
    message: expect.stringContaining("exit code 200"),
  });
  renameSync(`${archive.repository}.away`, archive.repository);
  const recovered = await recover();
  expect(await recovered.sql("select count(*), max(i) from marker")).toBe("1500|1500");
});
