import { engineConformance } from "@dbsave/testkit";
import { describe } from "vitest";
import { setups, tryTimescaleServer } from "./support/server.ts";
import { subjectOn } from "./support/subject.ts";

describe.each(setups)("TimescaleDB on PostgreSQL %s", async (setup) => {
  const server = await tryTimescaleServer(setup);
  const isMissing = typeof server === "string";
  describe.skipIf(isMissing)(`real server${isMissing ? `: ${server}` : ""}`, () => {
    if (!isMissing) engineConformance({ name: "timescaledb", create: () => subjectOn(server), patienceMs: 6000 });
  });
});
