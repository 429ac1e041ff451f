import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  visit,
  type YAMLError,
} from "yaml";
import type { ConfigPath, Place, PlacedIssue } from "../issues/issue.ts";

/** One parsed file. */
export interface YamlSource {
  readonly value: unknown;
  /** Where `path`, or the last part of it that is written, stands in the file. */
  place(path: ConfigPath): Place;
}

export type ParsedYaml = { readonly source: YamlSource } | { readonly issues: readonly PlacedIssue[] };

/**
 * YAML 1.2 (core schema) with anchors and merge keys. Refused: keys written twice, several documents, unknown tags, and
 * numbers with a leading zero, because `0415` reads as a time to people and as 415 to YAML. All mistakes are returned; none
 * quotes the text, which may hold secrets.
 */
export function parseYaml(text: string, file: string): ParsedYaml {
  const lines = new LineCounter();
  const placeAt = (offset: number): Place => `${file}:${lines.linePos(offset).line || 1}`;
  try {
    const document = parseDocument(text, {
      lineCounter: lines,
      prettyErrors: false,
      stringKeys: true,
      merge: true,
      schema: "core",
      version: "1.2",
      logLevel: "error",
    });
    const issues: PlacedIssue[] = [...document.errors, ...document.warnings].map((error) => ({
      place: placeAt(error.pos[0]),
      path: [],
      message: syntaxMessages[error.code],
    }));
    issues.push(...traps(document, placeAt));
    if (issues.length > 0) return { issues };
    return { source: { value: document.toJS(), place: (path) => placeAt(offsetOf(document, path)) } };
  } catch (cause) {
    // Deep nesting and aliases that multiply end here: the parser throws what it has no code for.
    const message = cause instanceof RangeError ? "nested too deeply" : "its aliases cannot be resolved";
    return { issues: [{ place: file, path: [], message }] };
  }
}

/** What YAML accepts and means differently from what people read. */
function traps(document: Document, placeAt: (offset: number) => Place): PlacedIssue[] {
  const issues: PlacedIssue[] = [];
  visit(document, {
    Scalar(key, { value, source, range }) {
      const place = placeAt(range?.[0] ?? 0);
      if (typeof value === "number" && /^[-+]?0\d/.test(source ?? ""))
        issues.push({ place, path: [], message: leadingZero });
      if (key === "key" && value === "__proto__") issues.push({ place, path: [], message: "not usable as a key" });
    },
    Alias(_key, alias) {
      if (alias.resolve(document) !== undefined) return;
      issues.push({ place: placeAt(alias.range?.[0] ?? 0), path: [], message: syntaxMessages.BAD_ALIAS });
    },
  });
  return issues;
}

const leadingZero = 'a number with a leading zero: quote it if it is a text or a time ("04:15"), else drop the zero';

function offsetOf(document: Document, path: ConfigPath): number {
  let offset = 0;
  let node: unknown = document.contents;
  for (const part of path) {
    if (isAlias(node)) node = node.resolve(document);
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && key.value === part);
      if (pair === undefined) return offset;
      offset = (pair.key as Node).range?.[0] ?? offset;
      node = pair.value;
    } else if (isSeq(node)) {
      node = node.items[Number(part)];
      offset = (node as Node | undefined)?.range?.[0] ?? offset;
    } else return offset;
  }
  return offset;
}

/** Own words for the parser's codes: its messages may quote the text. */
const syntaxMessages: Readonly<Record<YAMLError["code"], string>> = {
  ALIAS_PROPS: "an alias (*name) can have no anchor or tag",
  BAD_ALIAS: "an alias (*name) without an anchor of that name (&name) before it",
  BAD_COLLECTION_TYPE: "a tag that does not fit what follows",
  BAD_DIRECTIVE: "a % directive that is not known",
  BAD_DQ_ESCAPE: "an unknown escape in a double-quoted text: double the backslash, or use single quotes",
  BAD_INDENT: "the indentation does not fit, or a bracket above is not closed",
  BAD_PROP_ORDER: "an anchor or tag in the wrong place",
  BAD_SCALAR_START: "a text cannot begin with this character: put it in quotes",
  BLOCK_AS_IMPLICIT_KEY: "two keys on one line: put the text in quotes if it holds a colon and a space",
  BLOCK_IN_FLOW: "an indented block inside { } or [ ]",
  DUPLICATE_KEY: "this key is written twice",
  IMPOSSIBLE: "not YAML",
  KEY_OVER_1024_CHARS: "a key of more than 1024 characters",
  MISSING_CHAR: "something is missing: a quote, a bracket, a comma, or the space after a colon",
  MULTILINE_IMPLICIT_KEY: "a key over several lines",
  MULTIPLE_ANCHORS: "two anchors on one value",
  MULTIPLE_DOCS: "a second document begins here: one file holds one",
  MULTIPLE_TAGS: "two tags on one value",
  NON_STRING_KEY: "a key that is not a text",
  RESOURCE_EXHAUSTION: "nested too deeply",
  TAB_AS_INDENT: "a tab in the indentation: use spaces",
  TAG_RESOLVE_FAILED: "a tag that is not known",
  UNEXPECTED_TOKEN: "something that does not belong here",
};
