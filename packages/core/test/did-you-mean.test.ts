import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { didYouMean } from "../src/index.ts";

const keys = ["compress", "encrypt", "timezone", "keep", "verify", "save", "guard", "week_starts"];

describe("didYouMean", () => {
  it.each([
    ["compres", "compress"],
    ["encyrpt", "encrypt"],
    ["Keep", "keep"],
    ["kepe", "keep"],
    ["verfy", "verify"],
    ["week-starts", "week_starts"],
    ["time_zone", "timezone"],
  ])("takes %s for %s", (word, meant) => {
    expect(didYouMean(word, keys)).toBe(meant);
  });

  it.each(["retention", "x", "", "password"])("takes %j for nothing", (word) => {
    expect(didYouMean(word, keys)).toBeUndefined();
  });

  it("prefers the nearest, and the first among equals", () => {
    expect(didYouMean("tables", ["cables", "table", "tables"])).toBe("tables");
    expect(didYouMean("sabe", ["save", "sage"])).toBe("save");
  });

  it("finds every word that has one slip in it", () => {
    const slipped = fc
      .tuple(fc.constantFrom(...keys), fc.nat(), fc.constantFrom("drop", "double", "swap"))
      .map(([word, at, slip]) => {
        const i = at % (word.length - 1);
        const [a = "", b = ""] = [word[i], word[i + 1]];
        const middle = { drop: b, double: `${a}${a}${b}`, swap: `${b}${a}` }[slip] ?? "";
        return { word, slip: word.slice(0, i) + middle + word.slice(i + 2) };
      });
    fc.assert(
      fc.property(slipped, ({ word, slip }) => {
        expect(didYouMean(slip, [word])).toBe(word);
      }),
    );
  });
});
