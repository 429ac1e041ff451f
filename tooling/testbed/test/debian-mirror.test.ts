import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { debianMirror } from "../src/debian-mirror.ts";

/** A folder like `/etc/apt`, and what the mirror of a bookworm machine with it is. */
function mirrorWith(
  files: Readonly<Record<string, string>>,
  osRelease = "VERSION_CODENAME=bookworm\n",
): string | undefined {
  const apt = mkdtempSync(join(tmpdir(), "dbsave-apt-"));
  onTestFinished(() => rmSync(apt, { recursive: true }));
  mkdirSync(join(apt, "sources.list.d"));
  for (const [name, text] of Object.entries({ ...files, "os-release": osRelease }))
    writeFileSync(join(apt, name), text);
  return debianMirror(apt, join(apt, "os-release"));
}

const stanza = `Types: deb
# URIs: http://commented.example/debian
URIs: http://mirror.example/debian
Suites: bookworm bookworm-updates
Components: main contrib

Types: deb
URIs: http://mirror.example/debian-security
Suites: bookworm-security
Components: main
`;

it("the mirror of Debian itself is found among other sources", () => {
  const others =
    "deb https://packages.example/apt cloud-sdk-bookworm main\ndeb [signed-by=/k] https://x.example nodistro main\n";
  expect(mirrorWith({ "sources.list.d/a.list": others, "sources.list.d/debian.sources": stanza })).toBe(
    "http://mirror.example/debian",
  );
  expect(mirrorWith({ "sources.list": `${others}deb [arch=amd64] http://m.example/debian/ bookworm main\n` })).toBe(
    "http://m.example/debian",
  );
});

it("there is none on another system, or when only updates or other components come from a source", () => {
  expect(mirrorWith({ "sources.list.d/debian.sources": stanza }, "ID=alpine\n")).toBe(undefined);
  expect(mirrorWith({ "sources.list.d/debian.sources": stanza }, "VERSION_CODENAME=noble\n")).toBe(undefined);
  expect(mirrorWith({ "sources.list": "deb-src http://m.example/debian bookworm main\n" })).toBe(undefined);
  expect(mirrorWith({ "sources.list": "deb http://m.example/debian bookworm contrib\n" })).toBe(undefined);
  expect(mirrorWith({})).toBe(undefined);
});
