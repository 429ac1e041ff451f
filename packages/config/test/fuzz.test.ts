import { isDbsaveError } from "@dbsave/core";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { mergeSources } from "../src/file/merge-sources.ts";
import { parseYaml } from "../src/file/yaml-source.ts";
import { validate } from "../src/schema/validate.ts";
import { parseReference } from "../src/secrets/reference.ts";

const sound = `version: 1
defaults: { compress: zstd:6, keep: { daily: 7, within: 90d }, encrypt: { passphrase: env:PW }, guard: off }
storages:
  local: { type: fs, path: &b /srv/backups }
targets:
  app:
    engine: sqlite
    path: "app.db"
  other: { engine: sqlite, path: *b, to: local, verify: [hashes] }
`;

/** A configuration from text, as `loadConfig` does it, with all mistakes as one list of messages. */
function read(text: string): { readonly value?: object; readonly messages: readonly string[] } {
  const parsed = parseYaml(text, "dbsave.yaml");
  if ("issues" in parsed) return { messages: parsed.issues.map(({ place, message }) => `${place}: ${message}`) };
  try {
    const merged = mergeSources([parsed.source]);
    const result = validate(merged.value);
    if ("data" in result) return { value: result.data, messages: [] };
    return { messages: result.issues.map(({ path, message }) => `${merged.place(path)}: ${message}`) };
  } catch (error) {
    if (!isDbsaveError(error, "CONFIG_INVALID")) throw error;
    return { messages: [error.message] };
  }
}

const edits = fc.array(
  fc.tuple(
    fc.nat(sound.length),
    fc.nat(8),
    fc.constantFrom(
      "",
      " ",
      "\n",
      "\t",
      ":",
      "{",
      "}",
      "[",
      "]",
      "&a ",
      "*a",
      "- ",
      "!x ",
      "~",
      "0",
      "'",
      '"',
      "#",
      "|",
      "%",
      "\0",
      "ü",
    ),
  ),
  {
    minLength: 1,
    maxLength: 4,
  },
);

describe("any text", () => {
  it("is either accepted or refused with messages that name a line; nothing is thrown", () => {
    fc.assert(
      fc.property(edits, (changes) => {
        const text = changes.reduce(
          (current, [at, length, insert]) => current.slice(0, at) + insert + current.slice(at + length),
          sound,
        );
        const { value, messages } = read(text);
        expect(value === undefined ? messages.length : 1).toBeGreaterThan(0);
        for (const message of messages) expect(message).toMatch(/^dbsave\.yaml(:\d+)?: ./);
      }),
      { numRuns: 1000 },
    );
  });

  it("of any characters at all, too", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 200 }), (text) => {
        expect(read(text).messages.length).toBeGreaterThan(0);
      }),
    );
  });

  it.each([
    ["nested a hundred thousand deep", "[".repeat(100_000)],
    [
      "of aliases that multiply",
      `a: &a [x]\n${Array.from({ length: 30 }, (_, i) => `b${i}: &b${i} [*${i ? `b${i - 1}` : "a"}, *${i ? `b${i - 1}` : "a"}]\n`).join("")}`,
    ],
    ["with an alias inside its own anchor", "a: &a [*a]\n"],
    ["with a map merged into itself", "a: &a { <<: *a }\n"],
    ["with a key of a million characters", `${"k".repeat(1_000_000)}: 1\n`],
  ])("%s, is refused", (_what, text) => {
    const { value, messages } = read(text);
    expect([value, messages.length > 0]).toEqual([undefined, true]);
    for (const message of messages) expect(message.length).toBeLessThan(4000);
  });
});

describe("any value in any place", () => {
  it("is accepted unchanged or refused; a reference is never taken for a plain value", () => {
    const places = ["passphrase", "identities"] as const;
    fc.assert(
      fc.property(fc.constantFrom(...places), fc.string(), (place, text) => {
        const encrypt = place === "passphrase" ? { passphrase: text } : { age: ["env:R"], identities: [text] };
        const value = {
          version: 1,
          storages: { l: { type: "fs", path: "b" } },
          targets: { a: { engine: "sqlite", path: "a", encrypt } },
        };
        expect("data" in validate(value)).toBe(parseReference(text) !== undefined);
      }),
    );
  });

  it("of any shape never makes the check itself fail", () => {
    const shape = fc.anything({ withNullPrototype: true });
    fc.assert(
      fc.property(shape, shape, shape, (defaults, storages, targets) => {
        expect(validate({ version: 1, defaults, storages, targets })).toHaveProperty("issues");
      }),
    );
  });
});
