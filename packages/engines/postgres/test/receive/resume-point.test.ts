import { describe, expect, it } from "vitest";
import { firstMissing, pointAt, resumePoint, type StartingPoint } from "../../src/receive/resume-point.ts";
import { stretchesOf } from "../../src/wal/history.ts";
import { segmentName } from "../../src/wal/segment.ts";

const size = 2 ** 20;
/** Segments of timelines that begin at 0: 1 up to the middle of number 5, 2 up to the end of number 7, then 3. */
const way = stretchesOf(3, [
  { timeline: 1, end: 5n * BigInt(size) + 1000n },
  { timeline: 2, end: 8n * BigInt(size) },
]);

const server = { way, segmentBytes: size };

/** Segments as `timeline/number`. */
function safe(...places: readonly string[]): ReadonlySet<string> {
  const segments = places.map((place) => place.split("/").map(Number));
  return new Set(segments.map(([timeline = 0, number = 0]) => segmentName({ timeline, number: BigInt(number) }, size)));
}

function shown(point: StartingPoint | null): string {
  return point === null ? "anywhere" : `${point.timeline}/${point.position / BigInt(size)}`;
}

function after(newest: Readonly<Record<number, number>>): string {
  return shown(resumePoint(server, safe(...Object.entries(newest).map((entry) => entry.join("/")))));
}

/** Where it goes on when the slot holds what is from the segment `held` on. */
function behind(held: number, ...places: readonly string[]): string {
  const there = safe(...places);
  const resume = resumePoint(server, there);
  return shown(resume && firstMissing(server, there, BigInt(held * size) + 7n, resume));
}

describe("receiving goes on", () => {
  it("behind the last whole segment of the newest timeline that the server was on", () => {
    expect(after({ 1: 3 })).toBe("1/4");
    expect(after({ 1: 4, 2: 6 })).toBe("2/7");
    expect(after({ 1: 4, 2: 7, 3: 9 })).toBe("3/10");
  });

  it("on the old timeline where that ended within a segment, which holds what nobody else has", () => {
    expect(after({ 1: 4 })).toBe("1/5");
  });

  it("on the next timeline, from the segment's beginning, where the old one is whole", () => {
    expect(after({ 1: 5 })).toBe("2/5");
    expect(after({ 2: 7 })).toBe("3/8");
  });

  it("where the server left the timeline, when more of it was received than the server has", () => {
    expect(after({ 1: 9 })).toBe("2/5");
    expect(after({ 2: 12 })).toBe("3/8");
  });

  it("as if nothing was there, when the server never was on what is archived", () => {
    expect(after({})).toBe("anywhere");
    expect(after({ 4: 2 })).toBe("anywhere");
  });

  it("with the first segment that was lost of those that the slot still holds", () => {
    expect(behind(2, "1/1", "1/2", "1/3")).toBe("1/4");
    expect(behind(2, "1/1", "1/3")).toBe("1/2");
    expect(behind(4, "1/1", "1/3")).toBe("1/4");
    expect(behind(3, "1/3", "1/4", "2/5", "2/7", "3/8")).toBe("2/6");
    expect(behind(3, "1/3", "1/4", "2/5", "2/6", "2/7", "3/8")).toBe("3/9");
  });

  it("at first with the segment and timeline of what the slot keeps", () => {
    expect(pointAt(server, 5n * BigInt(size) + 999n)).toEqual({ timeline: 1, position: 5n * BigInt(size) });
    expect(pointAt(server, 5n * BigInt(size) + 1000n)).toEqual({ timeline: 2, position: 5n * BigInt(size) });
    expect(pointAt(server, 8n * BigInt(size))).toEqual({ timeline: 3, position: 8n * BigInt(size) });
  });
});
