import { once } from "node:events";
import { connect } from "node:net";
import { connect as connectTls } from "node:tls";
import { describe, expect, it } from "vitest";
import { SERVERS, server, startTimeoutMs } from "../src/index.ts";

/** What PostgreSQL expects before TLS begins. */
const sslRequest = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]);

describe.each(SERVERS)("the server $name", ({ name, major }) => {
  it("is of the version that its name says, and keeps SCRAM secrets", { timeout: startTimeoutMs }, async (test) => {
    const asked = await server(name, test);
    expect(await asked.sql("show server_version")).toMatch(new RegExp(`^${major}\\.`));
    expect(await asked.sql("select rolpassword like 'SCRAM-SHA-256$%' from pg_authid where rolname = 'postgres'")).toBe(
      "t",
    );
  });

  it("speaks TLS with a certificate of its own authority", { timeout: startTimeoutMs }, async (test) => {
    const { host, port, authority } = await server(name, test);
    if (authority === undefined) test.skip("needs a server that the testbed started itself");
    const socket = connect(port, host);
    socket.write(sslRequest);
    const [answer] = (await once(socket, "data")) as [Buffer];
    expect(answer.toString()).toBe("S");
    const secure = connectTls({ socket, ca: authority, host, servername: "localhost" });
    await once(secure, "secureConnect");
    expect(secure.authorized).toBe(true);
    secure.destroy();
  });

  it("gives every test a database of its own, and drops it", { timeout: startTimeoutMs }, async (test) => {
    const asked = await server(name, test);
    let dropped: string;
    {
      await using one = await asked.database();
      await using other = await asked.database("template template0 encoding 'UTF8'");
      await one.sql("create table t (a int); insert into t values (1), (2)");
      expect(await one.sql("select sum(a), count(*) from t")).toBe("3|2");
      await expect(other.sql("select * from t")).rejects.toThrow('relation "t" does not exist');
      dropped = one.name;
    }
    expect(await asked.sql(`select count(*) from pg_database where datname = '${dropped}'`)).toBe("0");
  });
});

describe.each(SERVERS.filter(({ hasTimescale }) => hasTimescale))("the server $name", ({ name }) => {
  it("has TimescaleDB", { timeout: startTimeoutMs }, async (test) => {
    await using database = await (await server(name, test)).database();
    await database.sql("create extension timescaledb; create table t (at timestamptz not null, v int)");
    expect(await database.sql("select table_name from create_hypertable('t', 'at')")).toBe("t");
  });
});
