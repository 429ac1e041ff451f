import type { Fingerprint } from "@dbsave/core";
import { openReadOnly, pin } from "../connect.ts";
import { fingerprintOf } from "../fingerprint.ts";
import { frame } from "../sql/frames.ts";
import { statements } from "../sql/statements.ts";
import type { JobPort, Jobs } from "../worker/protocol.ts";

const chunkBytes = 256 * 1024;

/** Sends the SQL text of one moment, then fingerprints that moment, all in one read transaction. */
export async function dumpSql(input: Jobs["dumpSql"]["input"], port: JobPort): Promise<Fingerprint> {
  const db = openReadOnly(input);
  try {
    pin(db);
    let pieces: Buffer[] = [];
    let bytes = 0;
    const flush = async (): Promise<void> => {
      await port.send(Buffer.concat(pieces));
      pieces = [];
      bytes = 0;
    };
    for (const statement of statements(db)) {
      const framed = frame(statement);
      pieces.push(framed);
      bytes += framed.length;
      if (bytes >= chunkBytes) await flush();
    }
    await flush();
    return fingerprintOf(db);
  } finally {
    db.close();
  }
}
