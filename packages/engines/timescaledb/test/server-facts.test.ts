import { describe, expect, it } from "vitest";
import { timescaledb } from "../src/index.ts";
import { sampleSql } from "./support/sample-database.ts";
import { setups, timescaleServer } from "./support/server.ts";
import { runStock, take } from "./support/taken.ts";

describe.each(setups)("on PostgreSQL %s", { timeout: 180_000 }, (setup) => {
  it("a save proves itself by a checkpoint, and tells what is in hypertables", async (test) => {
    const server = await timescaleServer(test, setup);
    const database = await server.create();
    await server.sql(sampleSql, database);
    const version = await server.sql("SELECT extversion FROM pg_extension WHERE extname = 'timescaledb'", database);
    await using engine = timescaledb(server.options(database));
    await using ctx = await server.context();
    const { proof, details } = await engine.save(ctx);
    expect(proof).toMatch(/^checkpoint /);
    const chunks = Number(await server.sql("SELECT count(*) FROM timescaledb_information.chunks", database));
    const said = { timescaledb: version, extensionSchema: "public", hypertables: 4, chunks, compressedChunks: 0 };
    expect(details).toMatchObject(said);
    expect(details["chunkBytes"]).toBeGreaterThan(chunks * 8192);
    expect((await engine.probe(ctx)).details).toMatchObject(said);
  });

  it("a server that was started without the library is told what to set", async (test) => {
    const server = await timescaleServer(test, setup);
    await runStock(server, withoutLibrary);
    await using engine = timescaledb(server.options("postgres", { port: 5499 }));
    await using ctx = await server.context();
    const failure = { code: "SOURCE_INVALID", message: expect.stringContaining("did not load TimescaleDB") };
    const { findings, details } = await engine.probe(ctx);
    expect(findings).toContainEqual(
      expect.objectContaining({
        ...failure,
        severity: "error",
        fix: expect.stringContaining("shared_preload_libraries"),
      }),
    );
    expect(details).not.toHaveProperty("chunks");
    await expect(take(engine, ctx)).rejects.toMatchObject(failure);
  });
});

it("rows that a hypertable does not show, though its chunks hold them, are an error", {
  timeout: 180_000,
}, async (test) => {
  const server = await timescaleServer(test, "17");
  const database = await server.create();
  await server.sql(sampleSql, database);
  const astray = "INSERT INTO counters VALUES (1, 'beside all chunks', 1)";
  await server.sql(`SET session_replication_role = replica; SET timescaledb.restoring = on; ${astray}`, database);
  await using engine = timescaledb(server.options(database));
  await using ctx = await server.context();
  await expect(engine.fingerprint(ctx)).rejects.toMatchObject({
    code: "SOURCE_INVALID",
    message: expect.stringMatching(/public\.counters shows 3000 rows, its chunks hold 3001/),
  });
});

/** A second server in the container, which loads the library while the extension is created and not afterwards. */
const withoutLibrary = `set -e
start() { pg_ctl -D /testbed/other -w -l /testbed/other.log -o "-c port=5499 -c listen_addresses=* -c unix_socket_directories=/testbed $1" start; }
initdb -D /testbed/other -U postgres --auth=trust --no-sync
echo 'host all all all trust' >> /testbed/other/pg_hba.conf
start '-c shared_preload_libraries=timescaledb'
unset PGHOST PGPORT
psql -X -h /testbed -p 5499 -c 'CREATE EXTENSION timescaledb'
pg_ctl -D /testbed/other -w -m fast stop
start > /dev/null 2>&1 &
wait
`;
