import { engineConformance } from "@dbsave/testkit";
import { it } from "vitest";
import { testServer } from "./support/server.ts";
import { subjectOn } from "./support/subject.ts";

const server = await testServer();

if (typeof server === "string") it.skip(`postgres, as an engine: ${server}`);
else engineConformance({ name: "postgres", create: () => subjectOn(server) });
