import { Writable } from "node:stream";
import { stripVTControlCharacters } from "node:util";
import type { BytesEvent, PhaseEvent, ProgressEvent } from "@dbsave/core";
import stringWidth from "string-width";
import { describe, expect, it } from "vitest";
import { barLine } from "../src/output/bar-line.ts";
import { barReporter } from "../src/output/bar-reporter.ts";
import { eventReporter, logReporter } from "../src/output/log-reporter.ts";
import { plain } from "../src/output/paint.ts";
import type { Loudness } from "../src/output/reporter.ts";

const at = new Date("2026-11-21T07:58:00.400Z");
const mebibyte = 1024 * 1024;
const half: BytesEvent = {
  type: "progress",
  at,
  target: "orders",
  phase: "backup",
  item: "a",
  doneBytes: 5 * mebibyte,
  totalBytes: 10 * mebibyte,
  bytesPerSecond: mebibyte,
};
const phase = (state: PhaseEvent["state"], message?: string): PhaseEvent => ({
  type: "phase",
  at,
  target: "orders",
  phase: "backup",
  state,
  durationMs: 1200,
  ...(message === undefined ? {} : { message }),
});

function logged(
  events: readonly ProgressEvent[],
  loudness: Loudness,
  format: "text" | "json" = "text",
): readonly string[] {
  const lines: string[] = [];
  const reporter = logReporter((line) => lines.push(line), { format, loudness, now: () => at });
  for (const event of events) reporter.event(event);
  return lines;
}

describe("a bar", () => {
  it("shows how far, how much, how fast and how long", () => {
    expect(barLine("orders backup", half, 200, plain)).toBe(
      `  orders backup ${"█".repeat(15)}${"░".repeat(15)} 50 % 5.0 MiB of 10.0 MiB 1.0 MiB/s 5.0 s left`,
    );
  });

  it("shrinks with the terminal", () => {
    expect(stringWidth(barLine("orders backup", half, 80, plain))).toBeLessThan(80);
  });

  it("shows bytes alone while nobody knows how many there will be", () => {
    const { totalBytes: _, ...unknown } = half;
    expect(barLine("orders backup", unknown, 80, plain)).toBe("  orders backup 5.0 MiB 1.0 MiB/s");
  });

  it("never goes past its end when the estimate was too small", () => {
    expect(barLine("orders backup", { ...half, doneBytes: 20 * mebibyte }, 200, plain)).toContain(
      `${"█".repeat(30)} 100 %`,
    );
  });
});

describe("the log", () => {
  it("has one line for a finished phase of a target", () => {
    const lines = logged(
      [phase("started"), half, phase("ok", "20261121T075800Z…: 10.0 MiB, 2.1 MiB stored")],
      "normal",
    );
    expect(lines).toEqual(["2026-11-21T07:58:00Z orders backup ok 1.2 s 20261121T075800Z…: 10.0 MiB, 2.1 MiB stored"]);
  });

  it("is silent about what went well when only trouble is wanted", () => {
    expect(logged([phase("started"), phase("ok"), phase("skipped")], "trouble")).toEqual([]);
    expect(logged([phase("warning", "little space"), phase("failed", "full")], "trouble")).toHaveLength(2);
  });

  it("has beginnings when details are wanted", () => {
    expect(logged([phase("started"), phase("ok")], "detail")).toHaveLength(2);
  });

  it("has one JSON object a line, with a level", () => {
    const [line = ""] = logged([phase("failed", "full")], "normal", "json");
    expect(JSON.parse(line)).toEqual({
      level: "error",
      type: "phase",
      at: at.toJSON(),
      target: "orders",
      phase: "backup",
      state: "failed",
      durationMs: 1200,
      message: "full",
    });
  });
});

it("progress json is every event as it is", () => {
  const lines: string[] = [];
  eventReporter(
    (line) => lines.push(line),
    () => at,
  ).event(half);
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([{ ...half, at: at.toJSON() }]);
});

it("a terminal keeps what a phase said, and nothing that moved", () => {
  let written = "";
  const terminal = Object.assign(
    new Writable({
      write: (chunk, _encoding, done) => {
        written += String(chunk);
        done();
      },
    }),
    { isTTY: true, columns: 100, rows: 30 },
  );
  const reporter = barReporter(terminal as unknown as NodeJS.WriteStream, plain, "normal");
  reporter.event(phase("started"));
  reporter.event(half);
  reporter.event(phase("ok", "10.0 MiB"));
  reporter.close();
  const lines = stripVTControlCharacters(written).split("\n");
  expect(lines).toContain("✔ orders backup 1.2 s 10.0 MiB");
  expect(written.lastIndexOf("50 %")).toBeLessThan(written.lastIndexOf("✔ orders"));
});
