import { DatabaseSync } from "node:sqlite";

/** What the copy turned out to be, seen with SQLite itself and none of dbsave's code. */
export interface Comparison {
  readonly integrity: string;
  readonly rows: number;
  readonly liveRows: number;
  /** Rows of the copy that the live database does not have exactly so. */
  readonly differing: number;
  /** Every transaction books an amount and its opposite: anything but 0 is half a transaction. */
  readonly sum: number;
}

/** A ledger in WAL mode with `transfers` transfers in it. */
export function createLedger(path: string, transfers: number): void {
  using ledger = openLedger(path);
  ledger.exec(
    "create table entry (id integer primary key, account text not null, amount integer not null, note blob not null)",
  );
  for (let done = 0; done < transfers; done += 1000) book(ledger, Math.min(1000, transfers - done));
}

export function openLedger(path: string): DatabaseSync {
  const ledger = new DatabaseSync(path);
  ledger.exec("pragma journal_mode = wal; pragma busy_timeout = 5000");
  return ledger;
}

/** One transaction with `transfers` transfers, two rows each. */
export function book(ledger: DatabaseSync, transfers: number): void {
  const insert = ledger.prepare("insert into entry (account, amount, note) values (?, ?, randomblob(64))");
  ledger.exec("begin immediate");
  for (let index = 0; index < transfers; index += 1) {
    insert.run(`from-${index}`, -index);
    insert.run(`to-${index}`, index);
  }
  ledger.exec("commit");
}

/** Compares `copy` with the live ledger that it was once taken from. Rows are only ever added, so all of the copy's must still be there. */
export function compareLedgers(live: string, copy: string): Comparison {
  using ledger = new DatabaseSync(copy, { readOnly: true });
  const number = (query: string): number => Number(Object.values(ledger.prepare(query).get() ?? {})[0]);
  ledger.prepare("attach ? as live").run(live);
  return {
    integrity: String(ledger.prepare("pragma main.integrity_check").get()?.["integrity_check"]),
    rows: number("select count(*) from main.entry"),
    liveRows: number("select count(*) from live.entry"),
    differing: number("select count(*) from (select * from main.entry except select * from live.entry)"),
    sum: number("select sum(amount) from main.entry"),
  };
}
