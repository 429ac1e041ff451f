import type { LogLimits } from "../log/log-standing.ts";
import type { RetentionPolicy } from "../retention/policy.ts";
import type { Codec } from "./codec.ts";
import type { Engine } from "./engine.ts";

/** How far `verify` climbs. Each level includes those before it. */
export const verifyLevels = ["hashes", "structure", "restore"] as const;
export type VerifyLevel = (typeof verifyLevels)[number];

/** Compared with the median of the target's last good backups; below a ratio the guard trips. Ratios are 0 to 1, 0 turns one off. */
export interface GuardPolicy {
  readonly minSizeRatio: number;
  readonly minRowsRatio: number;
}

/** When a chain of incremental backups ends, and the next one is full. */
export interface IncrementalPolicy {
  /** No backup is taken upon a full one that is older. */
  readonly fullEveryMs: number;
  /** So many at most are taken upon one full backup. A restore reads all of them, and needs each. */
  readonly longestChain: number;
}

/** What a run makes of the archived log of its target. */
export interface LogJob extends LogLimits {
  /** How far back recovery to any moment stays possible. Null: as far as backups are kept. */
  readonly keepMs: number | null;
}

/** One target with everything the pipeline needs to know about it. Made by `@dbsave/config` or by hand. */
export interface Job {
  /** One path segment; names the target's folder in the repository. */
  readonly target: string;
  readonly engine: Engine;
  /** Applied in this order: compression first, then encryption. The same codecs must be able to decode for `verify`. */
  readonly codecs: readonly Codec[];
  /** A run takes one backup by each, in this order. @default only the engine's first */
  readonly methods?: readonly string[];
  /** For the methods that can. Null, or absent: every backup is a full one. */
  readonly incremental?: IncrementalPolicy | null;
  /** `required`: a failed save fails the target before any backup. `optional`: it is recorded and warned about. */
  readonly save: "required" | "optional" | "off";
  readonly verify: VerifyLevel | "off";
  /** Null: this target is never pruned. */
  readonly retention: RetentionPolicy | null;
  /** Of targets whose log is archived by somebody else meanwhile. Absent, or null: nobody is known to do so. */
  readonly log?: LogJob | null;
  readonly guard: GuardPolicy | null;
  /** IANA zone written into manifests. */
  readonly timeZone: string;
}
