import { describe, expect, it } from "vitest";
import type { LogFile } from "../src/contracts/log.ts";
import { logStanding } from "../src/log/log-standing.ts";

const hour = 3_600_000;
const at = (hours: number): Date => new Date(Date.parse("2026-03-01T00:00:00Z") + hours * hour);
const file = (name: string, hours: number): LogFile => ({
  folder: "f",
  name,
  plainSha256: "a".repeat(64),
  extensions: [],
  storedBytes: 1024,
  archivedAt: at(hours),
});
const nothing = { windows: [], findings: [] };
const limits = { stalledAfterMs: 2 * hour, maxBytes: null };

describe("the standing of a log", () => {
  it("tells how many files, how large, and how old the newest is, whatever its name", () => {
    expect(logStanding([file("a", 3), file("b", 1)], nothing, null, at(4))).toEqual({
      ...nothing,
      files: 2,
      bytes: 2048,
      newestAt: at(3),
      newestAgeMs: hour,
    });
  });

  it("is an alarm when nothing came for too long, or ever", () => {
    const codes = (files: readonly LogFile[], hours: number): readonly string[] =>
      logStanding(files, nothing, limits, at(hours)).findings.map(({ code, object }) => `${code} ${object}`);
    expect(codes([file("a", 0), file("b", 1)], 3)).toEqual([]);
    expect(codes([file("a", 0), file("b", 1)], 4)).toEqual(["LOG_STALLED b"]);
    expect(codes([], 0)).toEqual(["LOG_STALLED archived log"]);
  });

  it("is an alarm when it is too large, before what the engine found", () => {
    const finding = { severity: "error", code: "LOG_INCOMPLETE", object: "b", message: "is missing" } as const;
    const small = { ...limits, maxBytes: 1500 };
    const { findings } = logStanding([file("a", 0), file("b", 0)], { windows: [], findings: [finding] }, small, at(1));
    expect(findings).toEqual([
      expect.objectContaining({
        code: "LOG_TOO_LARGE",
        severity: "error",
        message: "takes 2.0 KiB, more than 1.5 KiB",
      }),
      finding,
    ]);
  });
});
