import * as z from "zod";
import { unknownKind } from "../schema/unknown-kind.ts";
import type { EngineKind } from "./engine-kind.ts";
import { postgres } from "./postgres.ts";
import { postgresSchema, timescaledbSchema } from "./postgres-schema.ts";
import { sqlite, sqliteSchema } from "./sqlite.ts";
import { timescaledb } from "./timescaledb.ts";

/** Engines that dbsave will have; naming one gets a clearer answer than a slip of the pen. */
export const laterEngines = ["redis", "mongodb", "qdrant", "arangodb", "files"] as const;

/** A target, told apart by its engine. */
export const targetSchema = z.discriminatedUnion("engine", [sqliteSchema, postgresSchema, timescaledbSchema], {
  error: unknownKind("engine", laterEngines),
});

export type TargetSettings = z.infer<typeof targetSchema>;

/** Every engine of this build. A kind is only ever given the settings of its own engine, which no type here can say. */
const kinds = { postgres, timescaledb, sqlite };

export const engineKinds: readonly EngineKind<TargetSettings>[] = Object.values(kinds) as EngineKind<TargetSettings>[];

export const engineNames: readonly string[] = Object.keys(kinds);

export function engineKind(engine: TargetSettings["engine"]): EngineKind<TargetSettings> {
  return kinds[engine];
}

export function isEngine(name: string): name is TargetSettings["engine"] {
  return Object.hasOwn(kinds, name);
}
