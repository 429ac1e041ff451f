import { expect, it } from "vitest";
import { counted, formatAge, formatDuration, formatTime } from "../src/output/quantities.ts";

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

it.each([
  [0, "0.0 s"],
  [1234, "1.2 s"],
  [42 * second, "42 s"],
  [59.6 * second, "59 s"],
  [3 * minute + 5 * second, "3 min 5 s"],
  [2 * hour + 10 * minute, "2 h 10 min"],
])("a duration of %d ms is told as %s", (durationMs, text) => {
  expect(formatDuration(durationMs)).toBe(text);
});

it.each([
  [-5 * minute, "0 s"],
  [12 * second, "12 s"],
  [5 * minute + 59 * second, "5 min"],
  [26 * hour, "26 h"],
  [49 * hour, "2 d"],
  [400 * day, "400 d"],
])("an age of %d ms is told in its largest unit, %s", (ageMs, text) => {
  expect(formatAge(ageMs)).toBe(text);
});

it("counts are told with separators, and one of something is not several", () => {
  expect(counted(1, "backup")).toBe("1 backup");
  expect(counted(104_211, "row")).toBe("104,211 rows");
});

it("times are told to the second, in UTC", () => {
  expect(formatTime(new Date("2026-11-21T07:58:00.999Z"))).toBe("2026-11-21T07:58:00Z");
});
