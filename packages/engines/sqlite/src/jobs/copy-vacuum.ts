import { openReadOnly } from "../connect.ts";
import type { Jobs } from "../worker/protocol.ts";
import type { Copied } from "../worker/results.ts";
import { checkCopy, copyFacts } from "./copy-online.ts";

/**
 * Writes a compact database with the contents of one moment into the existing empty file `into`, through SQLite's own
 * engine, so that most damage of the source is noticed. Works while others write; needs no write access to the source.
 */
export function copyVacuum(input: Jobs["copyVacuum"]["input"]): Copied {
  const db = openReadOnly(input);
  try {
    db.prepare("VACUUM INTO ?").run(input.into);
    const journalMode = copyFacts(db).journalMode;
    const copy = openReadOnly({ path: input.into, busyTimeoutMs: 0 });
    try {
      const facts = { ...copyFacts(copy), journalMode, met: false };
      checkCopy(input.into, facts);
      return facts;
    } finally {
      copy.close();
    }
  } finally {
    db.close();
  }
}
