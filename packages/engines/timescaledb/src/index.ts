export { timescaledb } from "./engine.ts";
export type { TimescaledbOptions } from "./options.ts";
