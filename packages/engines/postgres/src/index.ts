export { postgres } from "./engine.ts";
export type { LocatedServer, ServerLocator } from "./locate.ts";
export type { GlobalsPolicy, PostgresOptions, TlsMode } from "./options.ts";
