import { engineConformance } from "@dbsave/testkit";
import { describe } from "vitest";
import { type Setup, tryTimescaleServer } from "./server.ts";
import { subjectOn } from "./subject.ts";

/** The suite of engines on one server. Each has a file of its own, so that they run side by side. */
export async function timescaleConformance(setup: Setup): Promise<void> {
  const server = await tryTimescaleServer(setup);
  const isMissing = typeof server === "string";
  describe.skipIf(isMissing)(`TimescaleDB on PostgreSQL ${setup}${isMissing ? `: ${server}` : ""}`, () => {
    if (!isMissing) engineConformance({ name: "timescaledb", create: () => subjectOn(server), patienceMs: 6000 });
  });
}
