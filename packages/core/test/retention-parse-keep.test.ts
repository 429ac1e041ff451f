import { describe, expect, it } from "vitest";
import { isDbsaveError, parseKeep } from "../src/index.ts";
import { day, hour } from "./support/retention-histories.ts";

const place = "targets.orders.keep";

function refusal(value: unknown): string {
  try {
    parseKeep(value, place);
  } catch (error) {
    if (isDbsaveError(error, "POLICY_INVALID")) return error.message;
    throw error;
  }
  return "accepted";
}

describe("keep rules", () => {
  it("reads counts, and leaves out what is not written", () => {
    expect(parseKeep({ daily: 7, weekly: 4, monthly: 6 }, place)).toEqual({ daily: 7, weekly: 4, monthly: 6 });
    expect(parseKeep({ last: 3, yearly: 2, daily: 0 }, place)).toEqual({ last: 3, yearly: 2, daily: 0 });
  });

  it.each([
    ["12h", 12 * hour],
    ["90d", 90 * day],
    ["8w", 56 * day],
  ])("reads %s as a duration", (within, withinMs) => {
    expect(parseKeep({ within }, place)).toEqual({ withinMs });
  });

  it.each([
    ["rules that keep nothing", { daily: 0, within: "0d" }, `keeps nothing: ${place} is { daily: 0, withinMs: 0 }`],
    ["no rule", {}, `keeps nothing: ${place} is {}`],
    ["nothing", null, `not a set of rules: ${place} is null`],
    ["a number alone", 7, `not a set of rules: ${place} is 7`],
    ["a list", [7], `not a set of rules: ${place} is [ 7 ]`],
    ["an unknown rule", { dayly: 7 }, `unknown rule: ${place}.dayly is 7`],
    ["the name of code, not of the file", { withinMs: 7 }, `unknown rule: ${place}.withinMs is 7`],
    ["a negative count", { daily: -1 }, `not a count: ${place}.daily is -1`],
    ["half a backup", { weekly: 1.5 }, `not a count: ${place}.weekly is 1.5`],
    ["not a number", { monthly: Number.NaN }, `not a count: ${place}.monthly is NaN`],
    ["without end", { last: Number.POSITIVE_INFINITY }, `not a count: ${place}.last is Infinity`],
    ["a count without value", { daily: null }, `not a count: ${place}.daily is null`],
    ["a duration where a count belongs", { daily: "7d" }, `not a count: ${place}.daily is '7d'`],
    ["a count written as text", { daily: "7" }, `not a count: ${place}.daily is '7'`],
    ["a count where a duration belongs", { within: 90 }, `not a duration: ${place}.within is 90`],
    ["a duration without unit", { within: "90" }, `not a duration: ${place}.within is '90'`],
    ["a negative duration", { within: "-90d" }, `not a duration: ${place}.within is '-90d'`],
    ["half a day", { within: "1.5d" }, `not a duration: ${place}.within is '1.5d'`],
    ["an unknown unit", { within: "3m" }, `not a duration: ${place}.within is '3m'`],
    ["a duration beyond all numbers", { within: "9007199254740991w" }, "not a duration"],
    ["an empty duration", { within: "" }, `not a duration: ${place}.within is ''`],
  ])("refuses %s, naming place and value", (_, value, message) => {
    expect(refusal(value)).toContain(message);
  });

  it("tells what to write instead", () => {
    expect(() => parseKeep({ daily: "7d" }, place)).toThrow(
      expect.objectContaining({ hint: "Write how many backups to keep, such as 7. Only `within` takes a duration." }),
    );
    expect(() => parseKeep({ hourly: 7 }, place)).toThrow(
      expect.objectContaining({ hint: "The rules are last, daily, weekly, monthly, yearly and within." }),
    );
  });
});
