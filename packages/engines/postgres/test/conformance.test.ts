import { engineConformance } from "@dbsave/testkit";
import { describe } from "vitest";
import { type Setup, tryTestServer } from "./support/server.ts";
import { subjectOn } from "./support/subject.ts";

describe.each<Setup>(["15", "18"])("PostgreSQL %s", async (setup) => {
  const server = await tryTestServer(setup);
  const isMissing = typeof server === "string";
  describe.skipIf(isMissing)(`real server${isMissing ? `: ${server}` : ""}`, () => {
    if (!isMissing) engineConformance({ name: "postgres", create: () => subjectOn(server), patienceMs: 4000 });
  });
});
