import { type OwnServer, type ServerName, tryOwnServer } from "@dbsave/testbed";
import { expect, onTestFinished, type TestContext } from "vitest";
import type { ParsedOptions } from "../../../src/options.ts";
import { optionsOf } from "./servers.ts";

export const summarizingMajors = ["postgres-17-timescale", "postgres-18-timescale"] as const satisfies ServerName[];

export interface SummarizingServer {
  readonly own: OwnServer;
  readonly options: ParsedOptions;
  readonly container: string;
  readonly sql: OwnServer["sql"];
}

/** A server in a container, of one test alone, that notes which blocks its WAL changes. */
export async function summarizingServer(
  name: (typeof summarizingMajors)[number],
  test: Pick<TestContext, "skip">,
): Promise<SummarizingServer> {
  const own = await tryOwnServer(name);
  if (typeof own === "string") return test.skip(own);
  onTestFinished(() => own[Symbol.asyncDispose]());
  if (own.container === undefined) return test.skip(`needs ${name}: it is in no container that has its programs`);
  await own.sql("alter system set summarize_wal = on");
  await own.sql("select pg_reload_conf()");
  await expect.poll(() => own.sql("show summarize_wal")).toBe("on");
  return { own, options: optionsOf(own), container: own.container.name, sql: (statements) => own.sql(statements) };
}
