import { describe, expect, it } from "vitest";
import { parseKeepOption } from "../src/command-line/keep-option.ts";
import { parseMaxAge } from "../src/command-line/max-age.ts";
import { parse } from "../src/command-line/parse.ts";
import { usageError } from "../src/command-line/usage-error.ts";
import { commands } from "../src/commands.ts";

describe("--keep", () => {
  it("is read as rules, in the zone and weeks of the configured policy", () => {
    const like = { keep: { last: 1 }, timeZone: "Europe/Berlin", anchor: 1 } as const;
    expect(parseKeepOption("daily=7, weekly=4,within=90d", like)).toEqual({
      keep: { daily: 7, weekly: 4, withinMs: 90 * 86_400_000 },
      timeZone: "Europe/Berlin",
      anchor: 1,
    });
    expect(parseKeepOption("last=3", undefined)).toEqual({ keep: { last: 3 }, timeZone: "UTC", anchor: 6 });
  });

  it.each(["", "7", "daily", "daily=", "daily=7 weekly=4", "daily=7,daily=8"])("refuses %j", (text) => {
    expect(() => parseKeepOption(text, undefined)).toThrow(expect.objectContaining({ code: "USAGE" }));
  });

  it.each(["daily=-1", "daily=0", "dayly=7", "daily=7d", "within=7"])("refuses the slip %j", (text) => {
    expect(() => parseKeepOption(text, undefined)).toThrow(
      expect.objectContaining({ code: expect.stringMatching(/^(POLICY_INVALID|USAGE)$/) }),
    );
  });
});

describe("--max-age", () => {
  it.each([
    ["90m", 5_400_000],
    ["26h", 93_600_000],
    ["8d", 691_200_000],
  ])("reads %s", (text, maxAgeMs) => {
    expect(parseMaxAge(text)).toBe(maxAgeMs);
  });

  it.each(["", "26", "h", "-1h", "0h", "1.5h", "26 h", "26x"])("refuses %j", (text) => {
    expect(() => parseMaxAge(text)).toThrow(expect.objectContaining({ code: "USAGE" }));
  });
});

describe("what is not understood", () => {
  const known = { command: "list", words: [], commands: ["list", "log"], options: ["from", "target", "json"] };

  it("is named once, though the parser complains in two spellings", () => {
    expect(usageError("Unknown arguments: max-agee, maxAgee", known).message).toBe(
      'list does not understand "max-agee"',
    );
  });

  it("is named as it was written, also when it is a path", () => {
    expect(usageError("Unknown argument: Data/App.db", known).message).toBe('list does not understand "Data/App.db"');
  });

  it("is told in words of its own where something is missing", () => {
    const pin = { ...known, command: "pin", words: ["<backup>"] };
    const told = (complaint: string) => usageError(complaint, pin).message;
    expect(told("Missing required argument: to")).toBe("pin: --to is missing");
    expect(told("Not enough non-option arguments: got 0, need at least 1")).toBe("pin: <backup> is missing");
    expect(told("Not enough arguments following: from")).toMatch(/^pin: --from needs a value/);
  });

  it("may be a path that begins with a dash", () => {
    expect(usageError("Unknown arguments: a, p", known).hint).toContain("./-app.db");
  });

  it("comes with the nearest word", () => {
    expect(usageError("Unknown argument: form", known).hint).toBe("Did you mean --from? See `dbsave list --help`.");
    expect(usageError("Unknown command: lits", { ...known, command: undefined }).hint).toContain("Did you mean list?");
  });
});

describe.each(commands)("$usage", (entry) => {
  const name = entry.usage.split(" ", 1).join("");

  it("understands its own examples", async () => {
    const { command } = await entry.load();
    expect(command.examples.length).toBeGreaterThan(0);
    for (const [line] of command.examples) {
      const [program, ...words] = [...line.matchAll(/'([^']*)'|(\S+)/g)].map(
        ([, quoted, word]) => quoted ?? word ?? "",
      );
      expect(program).toBe("$0");
      expect(words[0]).toBe(name);
      expect(await parse(words, "1.0.0")).toMatchObject({ command: { examples: command.examples } });
    }
  });

  it("refuses what it does not know", async () => {
    await expect(parse([name, "x", "--no-such-option", "x"], "1.0.0")).rejects.toMatchObject({ code: "USAGE" });
  });
});
