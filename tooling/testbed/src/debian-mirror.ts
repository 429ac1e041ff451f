import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

interface AptSource {
  readonly uri: string;
  readonly suites: readonly string[];
  readonly components: readonly string[];
}

/** The mirror that this machine gets Debian itself from; other suites lie beside its own. Undefined where there is none. */
export function debianMirror(apt = "/etc/apt", osRelease = "/etc/os-release"): string | undefined {
  if (!existsSync(osRelease)) return undefined;
  const codename = /^VERSION_CODENAME=(\S+)$/m.exec(readFileSync(osRelease, "utf8"))?.[1];
  if (codename === undefined) return undefined;
  const source = sourcesIn(apt).find(
    ({ suites, components }) => suites.includes(codename) && components.includes("main"),
  );
  return source?.uri.replace(/\/$/, "");
}

function sourcesIn(apt: string): AptSource[] {
  const parts = join(apt, "sources.list.d");
  const more = existsSync(parts) ? readdirSync(parts).map((name) => join(parts, name)) : [];
  return [join(apt, "sources.list"), ...more].flatMap((path) => {
    if (!existsSync(path)) return [];
    const content = readFileSync(path, "utf8").replaceAll(/^#.*\n?/gm, "");
    return path.endsWith(".sources")
      ? content.split(/\n\s*\n/).flatMap(parseStanza)
      : content.split("\n").flatMap(parseLine);
  });
}

/** `deb [options] http://… suite component…` */
function parseLine(line: string): AptSource[] {
  const [, uri, suite, components] = /^deb\s+(?:\[[^\]]*\]\s*)?(\S+)\s+(\S+)\s*(.*)$/.exec(line.trim()) ?? [];
  if (uri === undefined || suite === undefined) return [];
  return [{ uri, suites: [suite], components: words(components) }];
}

/** Lines of `Field: words`. */
function parseStanza(stanza: string): AptSource[] {
  const field = (name: string) => words(new RegExp(`^${name}:(.*)$`, "mi").exec(stanza)?.[1]);
  if (!field("Types").includes("deb")) return [];
  const shared = { suites: field("Suites"), components: field("Components") };
  return field("URIs").map((uri) => ({ uri, ...shared }));
}

function words(text = ""): string[] {
  return text.split(/\s+/).filter(Boolean);
}
