import { engineConformance } from "@dbsave/testkit";
import { afterAll, describe } from "vitest";
import { type TestServer, tryTestServer } from "./support/server.ts";
import { subjectOn } from "./support/subject.ts";

const server = await tryTestServer();
const isMissing = typeof server === "string";

describe.skipIf(isMissing)(`real server${isMissing ? `: ${server}` : ""}`, () => {
  afterAll(() => (server as TestServer)[Symbol.asyncDispose]());
  engineConformance({ name: "postgres", create: () => subjectOn(server as TestServer), patienceMs: 4000 });
});
