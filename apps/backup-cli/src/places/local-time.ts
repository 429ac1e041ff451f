import { DbsaveError } from "@dbsave/core";

const form =
  /^(?<date>\d{4}-\d\d-\d\d)(?:[ T](?<time>\d\d:\d\d(?::\d\d(?:\.\d+)?)?))?(?: ?(?<zone>Z|[+-]\d\d(?::?\d\d)?))?$/;
const dayMs = 24 * 60 * 60_000;

/**
 * A moment as people write it: `2026-11-20 14:30:00+01`, `2026-11-20T13:30Z`; without an offset by the clocks of `timeZone`, where the
 * time may not exist or exist twice when these are changed. USAGE for all that does not name one moment, to the millisecond.
 */
export function parseMoment(text: string, timeZone: string): Date {
  const { date, time = "00:00", zone } = form.exec(text.trim())?.groups ?? {};
  if (date === undefined) throw invalid(text, "it is no time", "Write it like 2026-11-20 14:30:00+01");
  if (/\.\d{4,}/.test(time))
    throw invalid(
      text,
      "times are known to the millisecond",
      "Give three digits of a second: cut off to stop before it, rounded up to take it along.",
    );
  const wall = new Date(`${date}T${time}Z`);
  if (Number.isNaN(wall.getTime()) || wall.toISOString().slice(0, 10) !== date)
    throw invalid(text, "it is no time", "Write it like 2026-11-20 14:30:00+01");
  if (zone !== undefined) return new Date(wall.getTime() - offsetOf(zone));
  const offsets = new Set([-dayMs, dayMs].map((distance) => offsetAt(new Date(wall.getTime() + distance), timeZone)));
  const moments = [...offsets]
    .map((offset) => new Date(wall.getTime() - offset))
    .filter((moment) => moment.getTime() + offsetAt(moment, timeZone) === wall.getTime());
  const [moment, other] = moments;
  if (moment === undefined)
    throw invalid(text, `clocks in ${timeZone} skipped it`, "Add the offset that you mean: +01");
  if (other !== undefined)
    throw invalid(
      text,
      `clocks in ${timeZone} showed it twice`,
      `Add the offset: ${moments.map((each) => formatLocal(each, timeZone)).join(" or ")}`,
    );
  return moment;
}

/** `2026-11-20 14:30:00.250+01:00`, by the clocks of `timeZone`. */
export function formatLocal(moment: Date, timeZone: string): string {
  const offset = offsetAt(moment, timeZone);
  const wall = new Date(moment.getTime() + offset)
    .toISOString()
    .replace("T", " ")
    .replace(/\.000Z$|Z$/, "");
  const [hours, minutes] = [Math.floor(Math.abs(offset) / 3_600_000), (Math.abs(offset) / 60_000) % 60];
  return `${wall}${offset < 0 ? "-" : "+"}${two(hours)}:${two(minutes)}`;
}

function offsetOf(zone: string): number {
  if (zone === "Z") return 0;
  const [hours, minutes] = [Number(zone.slice(1, 3)), Number(zone.slice(3).replace(":", "") || "0")];
  return (zone.startsWith("-") ? -1 : 1) * (hours * 60 + minutes) * 60_000;
}

/** What clocks there show beyond UTC. */
function offsetAt(moment: Date, timeZone: string): number {
  const format = new Intl.DateTimeFormat("en", { timeZone, timeZoneName: "longOffset" });
  const name = format.formatToParts(moment).find(({ type }) => type === "timeZoneName")?.value ?? "GMT";
  return name === "GMT" ? 0 : offsetOf(name.slice(3));
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}

function invalid(text: string, why: string, hint: string): DbsaveError {
  return new DbsaveError("USAGE", `"${text}": ${why}`, { hint });
}
