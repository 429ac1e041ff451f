import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { connect } from "../src/connect.ts";
import { parseOptions } from "../src/options.ts";
import { toolDatabase } from "../src/tools/tool-connection.ts";
import { testServer } from "./support/server.ts";

const isLinux = process.platform === "linux";

it.runIf(isLinux)("an idle session asks the server now and then whether it is still there", async (test) => {
  const server = await testServer(test);
  const options = parseOptions(server.engineOptions("postgres"));
  if (options.host.startsWith("/")) test.skip("its server is reached by a socket");
  const before = keptAlive(options.port);
  await using session = await connect(options, "postgres", new AbortController().signal);
  expect(session.database).toBe("postgres");
  await expect.poll(() => keptAlive(options.port)).toBe(before + 1);
});

it("programs of PostgreSQL ask as well, about the one database of this name", () => {
  expect(toolDatabase("host=evil")).toMatch(/^dbname='host=evil' keepalives_idle=30 /);
});

/** Connections of this machine to a port whose timer, the second field after the queues, is that of keepalives. */
function keptAlive(port: number): number {
  const hex = port.toString(16).toUpperCase().padStart(4, "0");
  const lines = ["tcp", "tcp6"].flatMap((name) => readFileSync(`/proc/self/net/${name}`, "utf8").split("\n"));
  return lines.filter((line) => new RegExp(`^ *\\d+: \\w+:\\w+ \\w+:${hex} 01 \\w+:\\w+ 02:`).test(line)).length;
}
