import { compareFingerprints } from "@dbsave/core";
import { describe, expect, it } from "vitest";
import { timescaledb } from "../src/index.ts";
import { communitySql, sampleSql } from "./support/sample-database.ts";
import { setups, timescaleServer } from "./support/server.ts";
import { runStock, take } from "./support/taken.ts";

describe.each(setups)("on PostgreSQL %s", { timeout: 180_000 }, (setup) => {
  it.for(["public", '"Ext"'])(
    "the stock commands of a recipe give the same fingerprint, with TimescaleDB in %s",
    async (schema, test) => {
      const server = await timescaleServer(test, setup);
      const database = await server.create("it's odd");
      await server.sql(`DROP EXTENSION timescaledb; CREATE SCHEMA IF NOT EXISTS ${schema}`, database);
      await server.sql(`CREATE EXTENSION timescaledb SCHEMA ${schema}`, database);
      const sql = server.isCommunity ? sampleSql + communitySql : sampleSql;
      await server.sql(
        `SET search_path = public, ${schema}; ${sql}; ALTER DATABASE "${database}" SET work_mem = '5MB'; COMMENT ON DATABASE "${database}" IS 'ours'`,
        database,
      );
      await using engine = timescaledb(server.options(database));
      await using ctx = await server.context();
      const { facts, artifacts, fingerprint } = await take(engine, ctx);

      await server.sql(`ALTER DATABASE "${database}" RENAME TO "${database} before"`);
      const artifactOf = (step: object): Buffer | undefined =>
        "artifact" in step ? artifacts.get(String(step.artifact)) : undefined;
      for (const step of facts.recipe) {
        const command = "pipeTo" in step ? step.pipeTo : "run" in step ? step.run : undefined;
        if (command !== undefined)
          await runStock(server, schema === "public" ? command : `${command} || true`, artifactOf(step));
      }
      expect(compareFingerprints(fingerprint, await engine.fingerprint(ctx))).toEqual([]);
    },
  );
});
