import { Readable } from "node:stream";
import { compareFingerprints, Secret } from "@dbsave/core";
import { expect, it } from "vitest";
import { postgres } from "../src/index.ts";
import { testContext, tools } from "./support/context.ts";
import { sampleSql } from "./support/sample-database.ts";
import { anotherServer, testServer } from "./support/server.ts";
import { take } from "./support/taken.ts";

it("the stock commands of a backup's recipe give a database with the same fingerprint", async (test) => {
  const server = await testServer(test);
  const database = await server.create();
  await server.query(
    database,
    `${sampleSql}; CREATE ROLE app_${database} LOGIN; GRANT SELECT ON customers TO app_${database};
     ALTER DATABASE ${database} SET work_mem = '5MB'; GRANT CREATE ON DATABASE ${database} TO app_${database}`,
  );
  await using engine = postgres(server.engineOptions(database));
  await using ctx = await testContext();
  const { facts, artifacts } = await take(engine, ctx);

  await using other = await anotherServer(test);
  const { host, port, user } = other.own;
  for (const step of facts.recipe) {
    if (!("pipeTo" in step)) continue;
    const { password } = step.artifact === "globals.sql" ? other : server; // that of the old server comes with the globals
    const env = { PGHOST: host, PGPORT: String(port), PGUSER: user, PGPASSWORD: new Secret(password) };
    const input = Readable.from([artifacts.get(step.artifact)], { objectMode: false });
    const running = tools.run("sh", ["-c", step.pipeTo], { signal: ctx.signal, env, input });
    running.stdout.resume();
    await running.done;
  }
  await using restored = postgres(other.engineOptions(database, { password: server.password }));
  expect(
    compareFingerprints(facts.fingerprint ?? { algorithm: "none", items: [] }, await restored.fingerprint(ctx)),
  ).toEqual([]);
});
