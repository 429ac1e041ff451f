import * as z from "zod";
import { expected, wrongWord } from "../issues/schema-messages.ts";
import { path } from "../schema/plain-values.ts";
import { bytes, duration } from "../schema/quantities.ts";

const methods = ["logical", "physical"] as const;
const method = z.enum(methods);
const severalMethods = z
  .array(method)
  .min(1)
  .refine((chosen) => new Set(chosen).size === chosen.length, { error: "a method stands there twice" })
  .meta({ uniqueItems: true });

const slotName = z
  .string()
  .regex(/^[a-z0-9_]{1,63}$/, { error: "expected lower case letters, digits and underscores" });

const ofEveryMode = {
  keep: duration
    .exactOptional()
    .describe(
      "How far back recovery to any time stays possible: `14d`. Older WAL is pruned, older backups stay what they are.",
    ),
  stalled_after: duration.exactOptional().describe("Alarm when no WAL was archived for so long: `15m`, `12h`, `7d`."),
  max_size: bytes.exactOptional().describe("Alarm when the archived WAL takes more room than this: `100GB`."),
};

const modes = ["archive", "receive"] as const;

const walOptions = z.discriminatedUnion(
  "mode",
  [
    z.strictObject({
      mode: z.literal("archive").describe("The server hands its WAL over, by its archive_command."),
      spool: path.exactOptional().describe("Directory in which archive_command and the daemon of dbsave-wal meet."),
      workers: z.int().min(1).max(16).exactOptional().describe("How many segments are compressed side by side."),
      ...ofEveryMode,
    }),
    z.strictObject({
      mode: z.literal("receive").describe("dbsave-wal reads the WAL from the server, as a standby does."),
      slot: slotName.exactOptional().describe("Name of the replication slot that keeps WAL for dbsave-wal."),
      spool: path.exactOptional().describe("Directory on a local disk for WAL that is on its way."),
      max_lag: bytes.exactOptional().describe("Alarm when the slot keeps more WAL on the server than this."),
      ...ofEveryMode,
    }),
  ],
  { error: ({ input }) => wrongWord(modes, (input as { readonly mode?: unknown } | undefined)?.mode) },
);

/** What a target of a PostgreSQL server may say of physical backups, its WAL and incremental backups. */
export const physicalShape = {
  method: z
    .union([method, severalMethods], {
      error: ({ input }) => (typeof input === "string" ? wrongWord(methods, input) : expected("a list", input)),
    })
    .exactOptional()
    .describe("How the backup is taken: `logical` by pg_dump, `physical` as a copy of the data directory, or both."),
  physical: z
    .strictObject({
      checkpoint: z
        .enum(["fast", "spread"])
        .exactOptional()
        .describe("Whether the server's checkpoint before a backup is quick or gentle."),
      max_rate: bytes.exactOptional().describe("The most the server sends in a second: `32kB` to `1GB`."),
      workers: z.int().min(0).max(64).exactOptional().describe("Threads of the server that compress."),
      check_files: z
        .boolean()
        .exactOptional()
        .describe("Compare every file with the server's own checksum while it passes."),
    })
    .exactOptional()
    .describe("How physical backups are taken."),
  wal: z
    .union([z.enum(["archive", "receive", "off"]), walOptions], {
      error: ({ input }) => (typeof input === "string" ? wrongWord([...modes, "off"], input) : wrongWal(input)),
    })
    .exactOptional()
    .describe("How the server's WAL comes into the repository, for recovery to any time."),
  incremental: z
    .union(
      [
        z.literal("off"),
        z.strictObject({
          full_every: duration.exactOptional().describe("Age of the full backup at which the next one is full."),
          longest_chain: z.int().min(1).max(100).exactOptional().describe("The most incremental ones upon a full one."),
        }),
      ],
      { error: "expected { full_every: 7d, longest_chain: 6 }, or off" },
    )
    .exactOptional()
    .describe("Physical backups that hold only what changed since the one before; needs PostgreSQL 17."),
};

function wrongWal(input: unknown): string {
  return expected("archive, receive, off, or options such as { mode: archive, stalled_after: 1h }", input);
}

export type WalKeys = z.infer<typeof walOptions>;

export type PhysicalKeys = { readonly [K in keyof typeof physicalShape]?: z.infer<(typeof physicalShape)[K]> };
