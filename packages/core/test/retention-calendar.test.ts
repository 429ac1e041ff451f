import { describe, expect, it } from "vitest";
import { createCalendar } from "../src/retention/calendar.ts";

const periods = (timeZone: string, instant: string, anchor: 0 | 1 | 6 = 6) =>
  Object.values(createCalendar(timeZone, anchor)(new Date(instant)));

describe("days", () => {
  it.each([
    ["UTC", "2026-11-21T00:00:00.000Z", "2026-11-21"],
    ["UTC", "2026-11-20T23:59:59.999Z", "2026-11-20"],
    ["Asia/Kathmandu", "2026-11-20T18:14:59Z", "2026-11-20"],
    ["Asia/Kathmandu", "2026-11-20T18:15:00Z", "2026-11-21"],
    ["Pacific/Kiritimati", "2026-11-20T10:00:00Z", "2026-11-21"],
    ["Pacific/Niue", "2026-11-21T10:59:59Z", "2026-11-20"],
  ])("end at the midnight of %s: %s is %s", (zone, instant, day) => {
    expect(periods(zone, instant)[0]).toBe(day);
  });

  it("has 25 hours when summer time ends in Berlin", () => {
    expect(periods("Europe/Berlin", "2026-10-24T22:00:00Z")[0]).toBe("2026-10-25");
    expect(periods("Europe/Berlin", "2026-10-25T22:59:59Z")[0]).toBe("2026-10-25");
    expect(periods("Europe/Berlin", "2026-10-25T23:00:00Z")[0]).toBe("2026-10-26");
  });

  it("begins at 01:00 when Santiago skips midnight, and the week with it", () => {
    expect(periods("America/Santiago", "2026-09-06T03:59:59Z", 0).slice(0, 2)).toEqual(["2026-09-05", "2026-08-30"]);
    expect(periods("America/Santiago", "2026-09-06T04:00:00Z", 0).slice(0, 2)).toEqual(["2026-09-06", "2026-09-06"]);
  });

  it("has the hour before midnight twice when Santiago returns to winter time", () => {
    const hourBefore = ["2026-04-05T02:30:00Z", "2026-04-05T03:30:00Z"].map(
      (instant) => periods("America/Santiago", instant)[0],
    );
    expect(hourBefore).toEqual(["2026-04-04", "2026-04-04"]);
    expect(periods("America/Santiago", "2026-04-05T04:00:00Z")[0]).toBe("2026-04-05");
  });

  it("goes from Thursday to Saturday where Samoa crossed the date line", () => {
    expect(periods("Pacific/Apia", "2011-12-30T09:59:59Z").slice(0, 2)).toEqual(["2011-12-29", "2011-12-24"]);
    expect(periods("Pacific/Apia", "2011-12-30T10:00:00Z").slice(0, 2)).toEqual(["2011-12-31", "2011-12-31"]);
  });
});

describe("weeks, months and years", () => {
  it.each([
    ["a Saturday", "2026-11-21", ["2026-11-21", "2026-11-21", "2026-11", "2026"]],
    ["the Friday after it", "2026-11-27", ["2026-11-27", "2026-11-21", "2026-11", "2026"]],
    ["the days before the first Saturday", "2026-12-04", ["2026-12-04", "2026-11-28", "2026-11", "2026"]],
    ["the first Saturday", "2026-12-05", ["2026-12-05", "2026-12-05", "2026-12", "2026"]],
    ["New Year before the first Saturday", "2027-01-01", ["2027-01-01", "2026-12-26", "2026-12", "2026"]],
    ["the first Saturday of the year", "2027-01-02", ["2027-01-02", "2027-01-02", "2027-01", "2027"]],
    ["New Year on a Saturday", "2028-01-01", ["2028-01-01", "2028-01-01", "2028-01", "2028"]],
    ["a leap day", "2028-02-29", ["2028-02-29", "2028-02-26", "2028-02", "2028"]],
  ])("begin on Saturdays: %s", (_, date, expected) => {
    expect(periods("UTC", `${date}T12:00:00Z`)).toEqual(expected);
  });

  it("begin on the weekday that is configured", () => {
    expect(periods("UTC", "2026-11-01T12:00:00Z", 1)).toEqual(["2026-11-01", "2026-10-26", "2026-10", "2026"]);
    expect(periods("UTC", "2026-11-02T12:00:00Z", 1)).toEqual(["2026-11-02", "2026-11-02", "2026-11", "2026"]);
  });

  it("refuse a zone and a weekday that do not exist", () => {
    expect(() => createCalendar("Mars/Olympus", 6)).toThrow(
      expect.objectContaining({ code: "POLICY_INVALID", message: "retention: unknown time zone: Mars/Olympus" }),
    );
    expect(() => createCalendar("UTC", 7 as 6)).toThrow(expect.objectContaining({ code: "POLICY_INVALID" }));
  });
});
