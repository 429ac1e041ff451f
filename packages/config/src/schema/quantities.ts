import * as z from "zod";

const unitMs = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;
const unitBytes = { kB: 2 ** 10, MB: 2 ** 20, GB: 2 ** 30, TB: 2 ** 40 } as const;

/** A time: `15m`, `12h`, `7d`, `8w`. */
export const duration = z
  .string()
  .regex(/^[1-9]\d{0,5}[mhdw]$/, { error: "expected a duration such as 15m, 12h, 7d or 8w" });

/** A size, in the units of PostgreSQL's own settings: 1 kB is 1024 bytes. */
export const bytes = z
  .string()
  .regex(/^[1-9]\d{0,5}(kB|MB|GB|TB)$/, { error: "expected a size such as 512kB, 64MB, 10GB or 1TB" });

/** Milliseconds of what `duration` accepts. */
export function durationMs(text: string): number {
  return Number.parseInt(text, 10) * unitMs[text.slice(-1) as keyof typeof unitMs];
}

/** Bytes of what `bytes` accepts. */
export function sizeBytes(text: string): number {
  return Number.parseInt(text, 10) * unitBytes[text.slice(-2) as keyof typeof unitBytes];
}
