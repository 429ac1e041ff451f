import { timescaleConformance } from "./support/conformance.ts";

await timescaleConformance("18");
