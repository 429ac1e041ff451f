import { expect, it } from "vitest";
import { MortalServer } from "./support/mortal-server.ts";
import { Network } from "./support/network.ts";
import { expectSame, place, Receiving } from "./support/receiving.ts";

const segment = "SELECT pg_logical_emit_message(false, 'x', repeat('x', 1000000)), pg_switch_wal()";

it("a receiver whose network is cut, with or without a word, goes on when it is back, and has all of the WAL", {
  timeout: 60_000,
}, async (test) => {
  const settings = { wal_keep_size: "1GB", max_slot_wal_keep_size: "2GB", wal_sender_timeout: "2s" };
  const server = await MortalServer.start(test, settings);
  const { host } = (await server.options.locator?.locate(new AbortController().signal)) ?? {};
  const network = await Network.to(`${host}/.s.PGSQL.5432`);
  const at = await place();
  const receiving = new Receiving({ host: "127.0.0.1", port: network.port, user: "postgres" }, at);
  await receiving.until("streaming");
  await server.sql(segment);
  await receiving.until("archived");

  network.silence();
  await server.sql(segment);
  await receiving.until("interrupted", /says nothing any more/);
  network.mend();
  await receiving.until("streaming", /./, 2);

  const writing = server.sql(`${segment} FROM generate_series(1, 8)`);
  network.breakDown();
  await writing;
  await receiving.until("interrupted", /./, 2);
  network.mend();
  await receiving.until("streaming", /./, 3);
  const [last] = await server.sql("SELECT pg_walfile_name(pg_switch_wal() - 1) AS name");
  await receiving.until("archived", new RegExp(`^${String(last?.["name"])}$`));
  await receiving.stop();
  expect((await expectSame(at.log, server.sql)).length).toBeGreaterThan(8);
});
