import { spawn } from "node:child_process";
import { once } from "node:events";
import { docker } from "@dbsave/testbed";
import { expect, onTestFinished } from "vitest";

/** A database in a container, as the programs inside reach it. */
export interface BenchedDatabase {
  readonly container: string;
  readonly user: string;
  readonly database: string;
}

/** 16 MB for each unit of `scale`. */
export function fillWithPgbench(place: BenchedDatabase, scale: number): void {
  docker("exec", place.container, "pgbench", ...connection(place), "--initialize", "--quiet", `--scale=${scale}`);
}

/** Writes 300 times a second until the test is over, by the script given or by pgbench's own transactions. Resolves when it writes. */
export async function keepWriting(place: BenchedDatabase, script?: string): Promise<void> {
  const file = script === undefined ? [] : ["--file=/dev/stdin"];
  const bench = [
    "pgbench",
    ...connection(place),
    "--no-vacuum",
    "--client=2",
    "--rate=300",
    "--time=3600",
    "--progress=1",
    ...file,
  ];
  const child = spawn("docker", ["exec", "--interactive", place.container, ...bench], { stdio: "pipe" });
  const ended = once(child, "close");
  child.stdin.end(script);
  onTestFinished(async () => {
    query(place, "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'pgbench'");
    await ended;
  });
  const [progress] = (await once(child.stderr.setEncoding("utf8"), "data")) as [string];
  expect(progress).toContain("progress:");
}

/** The rows, `|` between columns. */
export function query(place: BenchedDatabase, sql: string): string {
  const psql = ["psql", ...connection(place), "-XAtq", "-v", "ON_ERROR_STOP=1", "-c", sql];
  return docker("exec", place.container, ...psql);
}

function connection({ user, database }: BenchedDatabase): readonly string[] {
  return ["--host=/tmp", `--username=${user}`, database];
}
