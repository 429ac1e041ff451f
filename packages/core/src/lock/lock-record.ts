import { Fields } from "../documents/fields.ts";
import { sealJson, unsealJson } from "../documents/sealed-json.ts";
import { isAlive, type ProcessIdentity } from "./process-identity.ts";

const staleMs = 15 * 60_000;

/** Who holds a lock. `token` tells two holders apart even when everything else is equal. */
export interface LockRecord {
  readonly token: string;
  readonly run: string;
  readonly holder: ProcessIdentity;
  readonly refreshedAt: Date;
}

/** Dead holders are stale at once, live ones never on their own host, unknown ones after 15 minutes without a refresh. */
export function isStale(record: LockRecord, now: Date): boolean {
  const alive = isAlive(record.holder);
  if (alive !== "unknown") return alive === "dead";
  return now.getTime() - record.refreshedAt.getTime() > staleMs;
}

export function writeLockRecord(record: LockRecord): string {
  return sealJson({ formatVersion: 1, ...record });
}

/** MANIFEST_INVALID when it is damaged: a lock that cannot be read is held, not free. */
export function readLockRecord(text: string, what: string): LockRecord {
  const fields = new Fields(unsealJson(text, what), what);
  const holder = fields.fields("holder");
  return {
    token: fields.text("token"),
    run: fields.text("run"),
    holder: {
      host: holder.text("host"),
      bootId: holder.anyText("bootId"),
      pidNamespace: holder.anyText("pidNamespace"),
      pid: holder.count("pid"),
      startTime: holder.anyText("startTime"),
    },
    refreshedAt: fields.date("refreshedAt"),
  };
}
