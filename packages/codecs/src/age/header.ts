import { createHmac, hkdfSync, timingSafeEqual } from "node:crypto";
import { decodeBase64, encodeBase64 } from "./base64.ts";
import { damaged } from "./damaged.ts";

const versionLine = "age-encryption.org/v1";
const columns = 64;
const maxHeaderBytes = 1024 * 1024;

/** The file key, wrapped for one recipient. `args[0]` is its type. */
export interface Stanza {
  readonly args: readonly string[];
  readonly body: Buffer;
}

export interface Header {
  readonly stanzas: readonly Stanza[];
  readonly mac: Buffer;
  /** What `mac` is computed over. */
  readonly authenticated: string;
}

/** The whole header, its MAC included. */
export function formatHeader(stanzas: readonly Stanza[], fileKey: Buffer): string {
  const authenticated = [versionLine, ...stanzas.flatMap(stanzaLines), "---"].join("\n");
  return `${authenticated} ${encodeBase64(headerMac(authenticated, fileKey))}\n`;
}

/** Length of the header `data` starts with, undefined when more bytes are needed; DECODE_FAILED when it is none. */
export function headerLength(data: Buffer): number | undefined {
  const start = data.subarray(0, versionLine.length).toString("latin1");
  if (!versionLine.startsWith(start)) throw damaged(notAge(start));
  const lastLine = data.indexOf("\n---");
  const end = lastLine === -1 ? -1 : data.indexOf("\n", lastLine + 1);
  if (end === -1 && data.length > maxHeaderBytes) throw damaged("its header does not end");
  return end === -1 ? undefined : end + 1;
}

/** Reads `data`, as long as `headerLength` says, strictly: there is one way to write a header. DECODE_FAILED otherwise. */
export function parseHeader(data: Buffer): Header {
  const text = data.toString("latin1");
  const lines = text.slice(0, -1).split("\n");
  const macLine = lines.pop() ?? "";
  if (lines.shift() !== versionLine || !macLine.startsWith("--- ")) throw damaged("not an age v1 header");
  const stanzas: Stanza[] = [];
  while (lines.length > 0) stanzas.push(takeStanza(lines));
  if (stanzas.length === 0) throw damaged("the header has no recipients");
  const mac = decodeBase64(macLine.slice("--- ".length));
  if (mac?.length !== 32) throw damaged("the header's MAC is malformed");
  return { stanzas, mac, authenticated: text.slice(0, text.length - macLine.length - 1 + "---".length) };
}

/** DECODE_FAILED unless the header was written by someone who knew the file key. */
export function verifyHeader(header: Header, fileKey: Buffer): void {
  if (timingSafeEqual(headerMac(header.authenticated, fileKey), header.mac)) return;
  throw damaged("the header was changed");
}

function headerMac(authenticated: string, fileKey: Buffer): Buffer {
  const key = Buffer.from(hkdfSync("sha256", fileKey, "", "header", 32));
  return createHmac("sha256", key).update(authenticated, "latin1").digest();
}

function stanzaLines(stanza: Stanza): string[] {
  const body = encodeBase64(stanza.body);
  const full = body.match(new RegExp(`.{${columns}}`, "g")) ?? [];
  return [`-> ${stanza.args.join(" ")}`, ...full, body.slice(full.length * columns)];
}

/** Removes one stanza from the front of `lines`: its arguments, full lines of body, and the shorter line that ends it. */
function takeStanza(lines: string[]): Stanza {
  const [arrow, ...args] = (lines.shift() ?? "").split(" ");
  const bodyLines = lines.splice(0, lines.findIndex((line) => line.length < columns) + 1);
  const isWellFormed =
    arrow === "->" &&
    args.length > 0 &&
    args.every((arg) => /^[\x21-\x7e]+$/.test(arg)) &&
    bodyLines.length > 0 &&
    bodyLines.every((line) => line.length <= columns);
  const body = isWellFormed ? decodeBase64(bodyLines.join("")) : undefined;
  if (body === undefined) throw damaged("a recipient in the header is malformed");
  return { args, body };
}

function notAge(start: string): string {
  const isArmored = start.startsWith("-----BEGIN");
  return isArmored ? "the file is armored; pass it through `age -d` instead" : "not an age v1 file";
}
