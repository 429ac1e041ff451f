import * as z from "zod";
import { targetSchema } from "../engines/engines.ts";
import { storageSchema } from "../storages/storages.ts";
import { path, storageName, targetName } from "./plain-values.ts";
import { policySchema } from "./policy-schema.ts";

const filled = (what: string) =>
  [(entries: object) => Object.keys(entries).length > 0, { error: `expected at least one ${what}` }] as const;

/** The whole dbsave.yaml. */
export const configSchema = z.strictObject({
  version: z.literal(1).describe("Version of this format."),
  scratch: path
    .exactOptional()
    .describe("Directory in which private scratch directories are made, in place of the temporary directory."),
  defaults: policySchema.exactOptional().describe("What holds for every target that does not say otherwise."),
  storages: z
    .record(storageName, storageSchema)
    .refine(...filled("storage"))
    .meta({ minProperties: 1, description: "Where backups are kept, by name." }),
  targets: z
    .record(targetName, targetSchema)
    .refine(...filled("target"))
    .meta({
      minProperties: 1,
      description: "What is backed up, by name. The name is the name of its folder in the storage.",
    }),
});

export type ConfigData = z.infer<typeof configSchema>;
