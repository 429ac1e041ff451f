import { DbsaveError } from "@dbsave/core";
import { formatLsn } from "./lsn.ts";
import { mainData, type WalRecord } from "./record-reader.ts";

/** What of the WAL a recovery can end at: the end of a transaction, or a restore point. */
export interface Landmark {
  readonly kind: "commit" | "abort" | "restore point";
  /** Where its record begins, and where the next can begin. */
  readonly position: bigint;
  readonly end: bigint;
  /** When, by the clock of the server: microseconds since 1970. */
  readonly micros: bigint;
  /** As users see it, without its epoch; of a prepared transaction that of its preparation. 0 for a restore point. */
  readonly transaction: number;
  /** Of a restore point. */
  readonly name: string;
}

const [xlogManager, transactionManager] = [0, 1];
const restorePoint = 0x70;
const [operationMask, hasInfo] = [0x70, 0x80];
/** Operation to what it is, and whether of a transaction that was prepared by name. */
const operations: ReadonlyMap<number, { readonly kind: "commit" | "abort"; readonly isPrepared: boolean }> = new Map([
  [0x00, { kind: "commit", isPrepared: false }],
  [0x20, { kind: "abort", isPrepared: false }],
  [0x30, { kind: "commit", isPrepared: true }],
  [0x40, { kind: "abort", isPrepared: true }],
]);
/** 2000-01-01, from which servers count microseconds. */
const epochMicros = 946_684_800_000_000n;

/** Whether a record is a landmark. */
export function isLandmark(manager: number, info: number): boolean {
  if (manager === xlogManager) return (info & 0xf0) === restorePoint;
  return manager === transactionManager && operations.has(info & operationMask);
}

/** Of a record that `isLandmark`. SOURCE_INVALID for a form that no server of `major` writes. */
export function landmarkOf(record: WalRecord, major: number): Landmark {
  const { manager, info, position, end } = record;
  const data = mainData(record);
  const micros = epochMicros + data.readBigInt64LE(0);
  if (manager === xlogManager) {
    const name = data.toString("utf8", 8, data.indexOf(0, 8));
    return { kind: "restore point", position, end, micros, transaction: 0, name };
  }
  const operation = operations.get(info & operationMask);
  if (operation === undefined) throw new DbsaveError("INTERNAL", `postgres: no landmark at ${formatLsn(position)}`);
  const { kind, isPrepared } = operation;
  const transaction = isPrepared ? preparedTransaction(data, info, kind, major) : record.transaction;
  return { kind, position, end, micros, transaction, name: "" };
}

const sections = { database: 1, subtransactions: 2, relations: 4, invalidations: 8, prepared: 16, statistics: 256 };

/** It stands behind lists whose lengths are before them. */
function preparedTransaction(data: Buffer, info: number, kind: "commit" | "abort", major: number): number {
  if ((info & hasInfo) === 0) return 0;
  const flags = data.readUInt32LE(8);
  let at = 12;
  const pass = (section: number, itemBytes: number): void => {
    if ((flags & section) !== 0) at += 4 + data.readUInt32LE(at) * itemBytes;
  };
  if ((flags & sections.database) !== 0) at += 8;
  pass(sections.subtransactions, 4);
  pass(sections.relations, 12);
  pass(sections.statistics, major >= 18 ? 16 : 12);
  if (kind === "commit") pass(sections.invalidations, 16);
  return (flags & sections.prepared) === 0 ? 0 : data.readUInt32LE(at);
}
