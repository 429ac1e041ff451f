export { postgres } from "./engine.ts";
export type { GlobalsPolicy, PostgresOptions, TlsMode } from "./options.ts";
