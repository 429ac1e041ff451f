import type { Finding } from "../contracts/finding.ts";
import type { LogFile, LogSurvey } from "../contracts/log.ts";
import { formatBytes } from "../run/format-bytes.ts";

/** From when on a log is an alarm. */
export interface LogLimits {
  /** Nothing was archived for so long. */
  readonly stalledAfterMs: number;
  /** It takes more room than this; null: never. */
  readonly maxBytes: number | null;
}

/** How the log of a target stands: what can be recovered with it, what is wrong with it, and how large and how old it is. */
export interface LogStanding extends LogSurvey {
  readonly files: number;
  readonly bytes: number;
  /** When the newest file was archived; null where there is none. */
  readonly newestAt: Date | null;
  readonly newestAgeMs: number | null;
}

/** `limits` is null where nobody said that the log is being archived: then its age and size are no alarm. */
export function logStanding(
  files: readonly LogFile[],
  survey: LogSurvey,
  limits: LogLimits | null,
  now: Date,
): LogStanding {
  const newest = files.reduce<LogFile | null>(
    (last, file) => (last && last.archivedAt > file.archivedAt ? last : file),
    null,
  );
  const newestAt = newest?.archivedAt ?? null;
  const bytes = files.reduce((sum, { storedBytes }) => sum + storedBytes, 0);
  const newestAgeMs = newestAt && Math.max(0, now.getTime() - newestAt.getTime());
  const alarms = limits === null ? [] : [...alarmsOf({ newest, newestAgeMs, bytes }, limits)];
  return { ...survey, findings: [...alarms, ...survey.findings], files: files.length, bytes, newestAt, newestAgeMs };
}

interface Figures {
  readonly newest: LogFile | null;
  readonly newestAgeMs: number | null;
  readonly bytes: number;
}

function* alarmsOf(
  { newest, newestAgeMs, bytes }: Figures,
  { stalledAfterMs, maxBytes }: LogLimits,
): Generator<Finding> {
  const stalled = { severity: "error", code: "LOG_STALLED" } as const;
  if (newest === null || newestAgeMs === null)
    yield { ...stalled, object: "archived log", message: "is empty: nothing was archived yet" };
  else if (newestAgeMs > stalledAfterMs)
    yield {
      ...stalled,
      object: newest.name,
      message: `is the newest file, archived ${newest.archivedAt.toISOString()}: nothing came since`,
    };
  if (maxBytes !== null && bytes > maxBytes) {
    const message = `takes ${formatBytes(bytes)}, more than ${formatBytes(maxBytes)}`;
    yield { severity: "error", code: "LOG_TOO_LARGE", object: "archived log", message };
  }
}
