import * as z from "zod";
import { configSchema } from "./config-schema.ts";

/**
 * The JSON Schema of dbsave.yaml, for editors. What it cannot say is checked by `loadConfig` alone: that a time zone exists,
 * that `to` names a storage, that a policy keeps something, that what must be decrypted can be.
 */
export function configJsonSchema(): Readonly<Record<string, unknown>> {
  const { $schema, ...schema } = z.toJSONSchema(configSchema, { io: "input" });
  return {
    $schema,
    title: "dbsave.yaml",
    description: "Configuration of dbsave. Keys that begin with x- are the user's own.",
    ...schema,
    patternProperties: { "^x-": true },
  };
}
