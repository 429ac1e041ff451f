import { type ServerName, server } from "@dbsave/testbed";
import { onTestFinished, type TestContext } from "vitest";
import { databaseContainer, imageOf } from "./containers.ts";
import { type BenchedDatabase, fillWithPgbench, query } from "./pgbench.ts";

export interface BusyDatabase {
  readonly place: BenchedDatabase;
  /** As a configuration writes it. */
  readonly target: string;
  /** What its references need. */
  readonly env: Readonly<Record<string, string>>;
  /** Of one transaction of a writer; pgbench's own when left out. */
  readonly script?: string;
  /** True at every moment between two transactions, and at no other: one table alone does not make it so. */
  readonly invariant: string;
  readonly rows: string;
}

const pgbench = {
  invariant: `select coalesce(sum(delta), 0) = all (array[(select sum(abalance) from pgbench_accounts),
    (select sum(tbalance) from pgbench_tellers), (select sum(bbalance) from pgbench_branches)]) from pgbench_history`,
  rows: "select count(*) from pgbench_history",
};

/** On a server that is reached through its port, with the programs of this machine. */
export async function behindUrl(scale: number, test: TestContext): Promise<BusyDatabase> {
  const { place, url } = await ownDatabase("postgres-15", test);
  fillWithPgbench(place, scale);
  return { place, target: '{ engine: postgres, url: "env:SOURCE" }', env: { SOURCE: url }, ...pgbench };
}

/** On a server that has no port outside of its container, with the programs beside it. */
export async function withoutPort(scale: number, test: TestContext): Promise<BusyDatabase> {
  const { name } = databaseContainer(await imageOf("postgres-18-timescale", test));
  const place = { container: name, user: "shop", database: "orders" };
  fillWithPgbench(place, scale);
  return { place, target: `{ engine: postgres, container: { name: ${name} } }`, env: {}, ...pgbench };
}

/** A hypertable of a hundred chunks; every transaction writes into two of them. */
export async function inChunks(scale: number, test: TestContext): Promise<BusyDatabase> {
  const { place, url } = await ownDatabase("postgres-17-timescale", test);
  query(
    place,
    `create extension timescaledb;
     create table readings (at timestamptz not null, device int not null, delta int not null, note text);
     select create_hypertable('readings', by_range('at', interval '1 day'));
     insert into readings select timestamptz '2026-01-01Z' + i % 100 * interval '1 day', i % 50, 0, md5(i::text)
       from generate_series(1, ${scale * 120_000}) i`,
  );
  const script = `\\set from random(0, 99)
\\set to random(0, 99)
\\set delta random(1, 1000)
begin;
insert into readings values (timestamptz '2026-01-01Z' + :from * interval '1 day', 0, -:delta);
insert into readings values (timestamptz '2026-01-01Z' + :to * interval '1 day', 0, :delta);
commit;
`;
  const { container: name, database } = place;
  return {
    place,
    target: `{ engine: timescaledb, container: { name: ${name} }, database: ${database}, password: "env:PASSWORD" }`,
    env: { PASSWORD: new URL(url).password },
    script,
    invariant: "select sum(delta) = 0 from readings",
    rows: "select count(*) from readings",
  };
}

/** A database of this test on a server of the run. */
async function ownDatabase(
  name: ServerName,
  test: TestContext,
): Promise<{ readonly place: BenchedDatabase; readonly url: string }> {
  const shared = await server(name, test);
  const { container, user } = shared;
  if (container === undefined) return test.skip("needs docker");
  const database = await shared.database();
  onTestFinished(() => database[Symbol.asyncDispose]());
  return { place: { container: container.name, user, database: database.name }, url: database.url };
}
