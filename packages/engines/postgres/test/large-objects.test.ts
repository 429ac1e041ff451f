import { expect, it } from "vitest";
import { postgres } from "../src/index.ts";
import { testServer } from "./support/server.ts";

it("large objects are read without a copy of them on the server's disk", async (test) => {
  const server = await testServer(test);
  const database = await server.create();
  await server.query(
    database,
    "SELECT lo_from_bytea(0, decode(repeat(md5(i::text), 1 << 18), 'hex')) FROM generate_series(1, 8) i",
  );
  const written = async (): Promise<unknown> =>
    (await server.query(database, "SELECT temp_bytes FROM pg_stat_database WHERE datname = current_database()"))[0];
  const before = await written();
  await using engine = postgres(server.engineOptions(database));
  const { items } = await engine.fingerprint(await server.context());
  expect(items.find(({ kind }) => kind === "large-objects")).toMatchObject({ count: 8 });
  expect(await written()).toEqual(before);
});
