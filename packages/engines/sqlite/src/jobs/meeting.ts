import { type Database, pin, pragmaNumber, pragmaText } from "../connect.ts";

const attempts = 20;
const patienceMs = 1_000;

/** What the two sides say to each other, in the one cell of their shared memory. `missed` ends the meeting. */
const said = { nothing: 0, ready: 1, pinned: 2, agreed: 3, missed: 4 } as const;
type Word = (typeof said)[keyof typeof said];

/**
 * Begins a transaction on `db` such that, if it returns true, the guest's transaction sees exactly the same moment: the host
 * notes `data_version`, the guest begins, then the host begins; if the version is still the same, nobody committed from
 * before the guest's beginning until after the host's. Outside WAL mode, under a very busy writer, or when no guest comes,
 * it gives up and returns false; `db` has its transaction either way.
 */
export function pinAsHost(db: Database, meeting: SharedArrayBuffer): boolean {
  const cell = new Int32Array(meeting);
  const rounds = pragmaText(db, "journal_mode") === "wal" ? attempts : 0;
  for (let round = 1; round <= rounds; round++) {
    const before = pragmaNumber(db, "data_version");
    if (ask(cell, said.ready) !== said.pinned) break;
    pin(db);
    if (pragmaNumber(db, "data_version") === before && answer(cell, said.agreed) === said.pinned) return true;
    db.exec("COMMIT");
  }
  say(cell, said.missed);
  pin(db);
  return false;
}

/** The other side: true when `db` is in a transaction that sees the host's moment, else `db` is in none. */
export function pinAsGuest(db: Database, meeting: SharedArrayBuffer): boolean {
  const cell = new Int32Array(meeting);
  while (hear(cell, said.nothing) === said.ready) {
    pin(db);
    ask(cell, said.pinned);
    if (answer(cell, said.missed) === said.agreed) return true;
    db.exec("COMMIT");
  }
  return false;
}

function say(cell: Int32Array, word: Word): void {
  Atomics.store(cell, 0, word);
  Atomics.notify(cell, 0);
}

function ask(cell: Int32Array, word: Word): number {
  say(cell, word);
  return hear(cell, word);
}

/** Answers `pinned`, unless the other side was quicker; returns what was said before. The first answer is final. */
function answer(cell: Int32Array, word: Word): number {
  const before = Atomics.compareExchange(cell, 0, said.pinned, word);
  Atomics.notify(cell, 0);
  return before;
}

/** The word after `old`, or `old` when the other side stays silent for too long. */
function hear(cell: Int32Array, old: Word): number {
  Atomics.wait(cell, 0, old, patienceMs);
  return Atomics.load(cell, 0);
}
