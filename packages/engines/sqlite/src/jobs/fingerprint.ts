import { getPriority, platform, setPriority } from "node:os";
import type { Fingerprint } from "@dbsave/core";
import { openReadOnly, pin } from "../connect.ts";
import { fingerprintOf } from "../fingerprint.ts";
import type { Jobs } from "../worker/protocol.ts";
import { pinAsGuest } from "./meeting.ts";

/** Of the moment it begins; with a `meeting`, of the host's moment or not at all. */
export function fingerprint(input: Jobs["fingerprint"]["input"]): Fingerprint | null {
  stepBack();
  const db = openReadOnly(input);
  try {
    if (input.meeting === undefined) pin(db);
    else if (!pinAsGuest(db, input.meeting)) return null;
    return fingerprintOf(db);
  } finally {
    db.close();
  }
}

/** Others go first: the stream that is being compressed meanwhile, and the application. Only Linux has priorities per thread. */
function stepBack(): void {
  if (platform() === "linux") setPriority(Math.min(getPriority() + 10, 19));
}
