import { DbsaveError, type Manifest } from "@dbsave/core";
import { parseLsn } from "../wal/lsn.ts";
import { isArchive, manifestName } from "./artifacts.ts";
import type { Tablespace } from "./protocol/base-backup.ts";

/** What a manifest says of a physical backup. */
export interface PhysicalContents {
  readonly serverMajor: number;
  readonly systemIdentifier: string;
  /** The one that the backup ended on. */
  readonly timeline: number;
  /** The backup holds the WAL from `start` to `stop`, from where on it is consistent. */
  readonly start: bigint;
  readonly stop: bigint;
  readonly walSegmentBytes: number;
  readonly bootstrapRole: string;
  readonly hasTimescale: boolean;
  readonly maxPreparedTransactions: number;
  readonly tablespaces: readonly Tablespace[];
  /** Names of the archives, the data directory's last. */
  readonly archives: readonly string[];
}

/** SOURCE_INVALID for a backup of something else. */
export function physicalContentsOf({ id, method, details, artifacts }: Manifest): PhysicalContents {
  const names = artifacts.map(({ name }) => name);
  const archives = names.filter((name) => isArchive(name)).toSorted((one, other) => rank(one) - rank(other));
  if (method !== "physical" || !names.includes(manifestName) || archives.length === 0)
    throw new DbsaveError("SOURCE_INVALID", `postgres: not a physical backup of this engine: ${id}`);
  return {
    serverMajor: Number.parseInt(String(details["serverVersion"]), 10),
    systemIdentifier: String(details["systemIdentifier"]),
    timeline: Number(details["timeline"]),
    start: parseLsn(String(details["startLsn"])),
    stop: parseLsn(String(details["stopLsn"])),
    walSegmentBytes: Number(details["walSegmentBytes"]),
    bootstrapRole: String(details["bootstrapRole"]),
    hasTimescale: details["hasTimescale"] === true,
    maxPreparedTransactions: Number(details["maxPreparedTransactions"]),
    tablespaces: JSON.parse(String(details["tablespaces"] ?? "[]")) as readonly Tablespace[],
    archives,
  };
}

function rank(name: string): number {
  return name.startsWith("base.") ? 1 : 0;
}
