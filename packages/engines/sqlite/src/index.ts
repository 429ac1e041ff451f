export { type DetectOptions, detectSqlite } from "./detect.ts";
export { sqlite } from "./engine.ts";
export type { SqliteOptions } from "./options.ts";
