import { expect, it } from "vitest";
import { formatLocal, parseMoment } from "../src/places/local-time.ts";

const berlin = "Europe/Berlin";
const refused = (hint: string) => expect.objectContaining({ code: "USAGE", hint: expect.stringContaining(hint) });

it("a time with an offset is that moment in every zone", () => {
  for (const text of ["2026-11-20 14:30:00+01", "2026-11-20T13:30Z", "2026-11-20 19:00+05:30", "2026-11-20 05:30-0800"])
    expect(parseMoment(text, "America/New_York").toISOString()).toBe("2026-11-20T13:30:00.000Z");
});

it("a time without an offset is one by the clocks of the zone, summer and winter, to the millisecond", () => {
  expect(parseMoment("2026-11-20 14:30:00.250", berlin).toISOString()).toBe("2026-11-20T13:30:00.250Z");
  expect(parseMoment("2026-07-20", berlin).toISOString()).toBe("2026-07-19T22:00:00.000Z");
  expect(parseMoment("2026-11-20 14:30", "Asia/Kolkata").toISOString()).toBe("2026-11-20T09:00:00.000Z");
  expect(parseMoment("2026-11-20 14:30", "UTC").toISOString()).toBe("2026-11-20T14:30:00.000Z");
});

it("a time that clocks skipped or showed twice needs an offset", () => {
  expect(() => parseMoment("2026-03-29 02:30", berlin)).toThrow(refused("offset"));
  expect(() => parseMoment("2026-10-25 02:30", berlin)).toThrow(
    refused("2026-10-25 02:30:00+02:00 or 2026-10-25 02:30:00+01:00"),
  );
  expect(parseMoment("2026-10-25 03:00", berlin).toISOString()).toBe("2026-10-25T02:00:00.000Z");
});

it("what is no time, or finer than times are kept, is refused", () => {
  for (const text of ["yesterday", "2026-02-30", "2026-11-20 25:00", "14:30", "2026-11-20 14:30:00 CET"])
    expect(() => parseMoment(text, "UTC")).toThrow(refused("2026-11-20 14:30:00+01"));
  expect(() => parseMoment("2026-11-20 14:30:00.1234", "UTC")).toThrow(refused("three digits"));
});

it("a moment is shown by the clocks of a zone, and read again", () => {
  const moment = new Date("2026-07-20T12:30:00.250Z");
  expect(formatLocal(moment, berlin)).toBe("2026-07-20 14:30:00.250+02:00");
  expect(formatLocal(moment, "America/St_Johns")).toBe("2026-07-20 10:00:00.250-02:30");
  for (const zone of [berlin, "UTC", "Asia/Kolkata", "America/St_Johns"])
    expect(parseMoment(formatLocal(moment, zone), "UTC")).toEqual(moment);
});
