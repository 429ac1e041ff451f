export type { DatabaseSettings } from "./catalog/database-settings.ts";
export type { Session } from "./connect.ts";
export { postgres, postgresWith } from "./engine.ts";
export { type Given, libpqOptions, type Surroundings } from "./libpq.ts";
export type { LocatedServer, ServerLocator } from "./locator.ts";
export type { FingerprintMode, GlobalsPolicy, PostgresOptions, TlsMode } from "./options.ts";
export type { Details, NewDatabase, PostgresProfile, Pour, ReadStep } from "./profile.ts";
export { databaseArgument, displayName, identifier, literal } from "./sql/quote.ts";
