export { sqlite } from "./engine.ts";
export type { SqliteOptions } from "./options.ts";
