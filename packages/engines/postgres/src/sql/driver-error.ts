import { DbsaveError, type ErrorCode, isDbsaveError } from "@dbsave/core";
import { lockTableFull } from "./lock-table-full.ts";
import { replayConflict } from "./replay-conflict.ts";

/** What an error of the server or the driver means to an operator. Where only the caller can tell it stays without a code. */
export function driverError(error: unknown, what: string): unknown {
  if (isDbsaveError(error) || !(error instanceof Error)) return error;
  const state = sqlState(error);
  if (state === "40001") return replayConflict(error, what);
  if (state === "53200" && /shared memory/.test(error.message)) return lockTableFull(error, what);
  const code = codes.find(([prefix]) => state?.startsWith(prefix))?.[1] ?? systemCodes.get(state ?? lost(error));
  if (code === undefined) return new Error(text(error, what), { cause: error });
  return new DbsaveError(code, text(error, what), { cause: error });
}

/** What the server called an error that `driverError` made: `42710`. */
export function sqlStateOf(error: unknown): string | undefined {
  return error instanceof Error ? sqlState(error.cause) : undefined;
}

/** Five characters from the server, or the system's code. */
export function sqlState(error: unknown): string | undefined {
  const code = typeof error === "object" && error !== null && "code" in error ? error.code : undefined;
  return typeof code === "string" ? code : undefined;
}

/** The driver has no code for a connection that ended without a word. */
function lost({ message }: Error): string {
  return /^Connection terminated|^timeout expired|connection error and is not queryable/.test(message)
    ? "ECONNRESET"
    : "";
}

function text(error: Error, what: string): string {
  const reasons = error instanceof AggregateError ? error.errors.map(messageOf) : []; // one for each address of a name
  return `${what}: ${error.message || reasons.join(", ")}`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** By SQLSTATE, the longest first. */
const codes: readonly (readonly [state: string, code: ErrorCode])[] = [
  ["3D000", "SOURCE_NOT_FOUND"],
  ["28", "PERMISSION_DENIED"],
  ["42501", "PERMISSION_DENIED"],
  ["40P01", "SOURCE_BUSY"],
  ["55P03", "SOURCE_BUSY"],
  ["55006", "SOURCE_BUSY"],
  ["53100", "NO_SPACE"],
  ["XX001", "SOURCE_INVALID"],
  ["XX002", "SOURCE_INVALID"],
  ["53300", "CONNECT_FAILED"],
  ["57P", "CONNECT_FAILED"],
  ["08", "CONNECT_FAILED"],
];

const systemCodes: ReadonlyMap<string, ErrorCode> = new Map(
  [
    "ECONNREFUSED",
    "ECONNRESET",
    "ENOENT",
    "ENOTFOUND",
    "EAI_AGAIN",
    "ETIMEDOUT",
    "EHOSTUNREACH",
    "ENETUNREACH",
    "EPIPE",
  ].map((code) => [code, "CONNECT_FAILED"]),
);
