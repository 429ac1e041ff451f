import { DbsaveError } from "../errors/dbsave-error.ts";
import { dayMs } from "./duration.ts";
import type { Weekday } from "./policy.ts";

/** Keys of the periods an instant lies in. Keys of one kind sort by time. */
export interface Periods {
  /** `2026-11-21` */
  readonly day: string;
  /** The day its week begins: `2026-11-21`. */
  readonly week: string;
  /** `2026-11` */
  readonly month: string;
  /** `2026` */
  readonly year: string;
}

/**
 * The retention calendar of one zone. Weeks begin on `anchor`, months and years on their first `anchor` day, so every month is
 * whole weeks and every year whole months: the backup that stands for a year is the one that stood for its month and its week,
 * and a yearly rule needs no copy of its own. The days of January before the first `anchor` still belong to the year before.
 * An unknown zone or weekday is POLICY_INVALID. The result is to be reused: making one is slow, calling it is fast.
 */
export function createCalendar(timeZone: string, anchor: Weekday): (instant: Date) => Periods {
  if (!(anchor in weekdayNames))
    throw new DbsaveError("POLICY_INVALID", `retention: not a weekday: anchor is ${anchor}`);
  const format = localDateFormat(timeZone);
  return (instant) => {
    const day = localDate(format, instant);
    const week = new Date(day.getTime() - ((day.getUTCDay() - anchor + 7) % 7) * dayMs);
    const weekKey = isoDate(week);
    // A week lies in the month and year of its first day, because those begin with the first such day.
    return { day: isoDate(day), week: weekKey, month: weekKey.slice(0, -3), year: weekKey.slice(0, -6) };
  };
}

export const weekdayNames = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"] as const;

function localDateFormat(timeZone: string): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat("en-u-ca-iso8601-nu-latn", {
      timeZone,
      year: "numeric",
      month: "numeric",
      day: "numeric",
    });
  } catch (cause) {
    throw new DbsaveError("POLICY_INVALID", `retention: unknown time zone: ${timeZone}`, { cause });
  }
}

/** The local calendar date as a UTC date: midnight exists on every day there, and every day has 24 hours. */
function localDate(format: Intl.DateTimeFormat, instant: Date): Date {
  const parts = format.formatToParts(instant);
  const part = (type: "year" | "month" | "day") => Number(parts.find((each) => each.type === type)?.value);
  return new Date(Date.UTC(part("year"), part("month") - 1, part("day")));
}

const isoDate = (date: Date): string => date.toISOString().slice(0, -"T00:00:00.000Z".length);
