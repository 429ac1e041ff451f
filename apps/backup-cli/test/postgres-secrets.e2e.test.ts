import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { compareFingerprints, readCatalog } from "@dbsave/core";
import { postgres } from "@dbsave/postgres";
import { tryOwnServer } from "@dbsave/testbed";
import { expect, it } from "vitest";
import { buildOnce } from "./support/built-dbsave.ts";
import { type Place, postgresTarget } from "./support/postgres-target.ts";

buildOnce();

const timeout = 300_000;
const places: readonly Place[] = ["on the host", "in the container"];

it.for(places)(
  "the password is in no command line, log, event or file, with programs %s",
  { timeout },
  async (place, test) => {
    const target = await postgresTarget(test, place, { rows: 5000 });
    const { password, container } = target.server;
    const shown: string[] = [];
    for (const args of [
      ["backup", "app", "-v", "--log-format", "json"],
      ["verify", "latest", "--level", "restore", "-v"],
      ["restore", "latest", "--into", "copy", "--json"],
      [
        "restore",
        "latest",
        "--into",
        `postgres://postgres:${encodeURIComponent(password)}%20@127.0.0.1:1/copy`,
        "--json",
      ],
    ]) {
      const { child, ended } = target.start(args);
      while (child.exitCode === null) {
        shown.push(commandLines(child.pid));
        await wait(20);
      }
      const { stdout, stderr } = await ended;
      shown.push(stdout, stderr);
    }
    if (container !== undefined)
      shown.push(docker("logs", container.id), docker("events", "--since=10m", "--until=0s"));
    shown.push(...filesBelow(join(target.cwd, "backups")));
    expect(
      shown.some((text) => /pg_dump .*dbname=/.test(text)),
      "the tools were seen at work",
    ).toBe(true);
    expect(shown.filter((text) => text.includes(password))).toEqual([]);
  },
);

it("the commands of RESTORE.md, run by bash with stock tools only, give a database with the same fingerprint", {
  timeout,
}, async (test) => {
  const target = await postgresTarget(test, "on the host", { rows: 500 });
  expect(await target.run(["backup", "app"])).toMatchObject({ status: 0 });
  const { entries } = await readCatalog(target.repository, "app", new AbortController().signal);
  const [{ manifest } = never()] = entries;
  const found = await tryOwnServer("postgres-15");
  if (typeof found === "string") return test.skip(found);
  await using other = found;
  await other.sql(`alter role postgres password '${target.server.password}'`); // the globals bring it along
  const directory = join(target.cwd, "backups", "app", "backups", manifest.id);
  const recipe = /```sh\n(.*?)```/s.exec(readFileSync(join(directory, "RESTORE.md"), "utf8"))?.[1] ?? "";
  const { host, port, user } = other;
  const env = {
    PATH: process.env["PATH"],
    PGHOST: host,
    PGPORT: String(port),
    PGUSER: user,
    PGPASSWORD: target.server.password,
  };
  const { status, stderr } = spawnSync("bash", ["-ec", recipe], { cwd: directory, env, encoding: "utf8" });
  expect(status, stderr).toBe(0);
  await using restored = postgres({ host, port, user, password: target.server.password, database: target.database });
  const context = { signal: new AbortController().signal } as Parameters<typeof restored.fingerprint>[0];
  expect(compareFingerprints(manifest.fingerprint ?? never(), await restored.fingerprint(context))).toEqual([]);
});

/** Of every process but the command itself, whose arguments are the test's own. */
function commandLines(except: number | undefined): string {
  return readdirSync("/proc")
    .filter((pid) => /^\d+$/.test(pid) && Number(pid) !== except)
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
      } catch {
        return "";
      }
    })
    .join("\n");
}

function docker(...args: readonly string[]): string {
  const { stdout, stderr } = spawnSync("docker", args, { encoding: "utf8" });
  return `${stdout}${stderr}`;
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), "latin1"));
}

function never(): never {
  throw new Error("it is not there");
}
