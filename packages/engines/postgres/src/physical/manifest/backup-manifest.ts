import { createHash } from "node:crypto";
import { DbsaveError } from "@dbsave/core";

/** One file as the server's `backup_manifest` describes it. */
export interface ManifestFile {
  readonly path: string;
  readonly size: number;
  /** Hex. */
  readonly sha256: string;
}

export interface WalRange {
  readonly timeline: number;
  readonly start: string;
  readonly end: string;
}

export interface ManifestFacts {
  readonly version: number;
  /** Of servers since 17. */
  readonly systemIdentifier: string | null;
  /** The WAL without which the backup cannot be restored. */
  readonly walRanges: readonly WalRange[];
}

/** Opens the last line, which holds the checksum of all lines before it. */
const lastKey = '"Manifest-Checksum"';

/**
 * Reads a `backup_manifest` in chunks of any size: the server writes one object a line, so that no more than a line is held.
 * SOURCE_INVALID when it is not one, when it uses other checksums than SHA-256, and when its own checksum is wrong.
 */
export class BackupManifestReader {
  readonly #onFile: (file: ManifestFile) => void;
  readonly #hash = createHash("sha256");
  readonly #walRanges: WalRange[] = [];
  #line = "";
  #version = 0;
  #systemIdentifier: string | null = null;
  #checksum = "";
  #isWhole = false;

  constructor(onFile: (file: ManifestFile) => void) {
    this.#onFile = onFile;
  }

  read(chunk: Buffer): void {
    const lines = (this.#line + chunk.toString("latin1")).split("\n");
    this.#line = lines.pop() ?? "";
    for (const line of lines) {
      if (!line.startsWith(lastKey)) this.#hash.update(`${line}\n`, "latin1");
      this.#take(Buffer.from(line, "latin1").toString());
    }
  }

  finish(): void {
    if (this.#line !== "") throw invalid("its last line is cut short");
    if (this.#version === 0 || this.#checksum === "") throw invalid("it is cut short");
    if (this.#checksum !== this.#hash.digest("hex")) throw invalid("its own checksum does not match");
    this.#isWhole = true;
  }

  /** SOURCE_INVALID before `finish`. */
  facts(): ManifestFacts {
    if (!this.#isWhole) throw invalid("it was not read to its end");
    return { version: this.#version, systemIdentifier: this.#systemIdentifier, walRanges: this.#walRanges };
  }

  #take(line: string): void {
    if (this.#checksum !== "") throw invalid("it goes on after its end");
    if (line.startsWith('{ "Path"') || line.startsWith('{ "Encoded-Path"')) this.#onFile(fileOf(parse(line)));
    else if (line.startsWith('{ "Timeline"')) this.#walRanges.push(rangeOf(parse(line)));
    else {
      const [, key, value = ""] = /"([A-Za-z-]+)":\s*"?([^",}[]*)/.exec(line) ?? [];
      if (key === "PostgreSQL-Backup-Manifest-Version") this.#version = Number(value);
      else if (key === "System-Identifier") this.#systemIdentifier = value;
      else if (key === "Manifest-Checksum") this.#checksum = value;
      else if (key !== undefined && key !== "Files" && key !== "WAL-Ranges") throw invalid(`unknown line ${line}`);
    }
  }
}

type Line = Readonly<Record<string, unknown>>;

function parse(line: string): Line {
  try {
    return JSON.parse(line.replace(/,$/, "")) as Line;
  } catch (cause) {
    throw invalid("a line is not JSON", cause);
  }
}

function fileOf(line: Line): ManifestFile {
  const { Path: path, Size: size, Checksum: sha256 } = line;
  if (line["Checksum-Algorithm"] === "SHA256" && typeof path === "string" && typeof size === "number")
    return { path, size, sha256: String(sha256) };
  throw invalid(`a file cannot be checked: ${JSON.stringify(line)}`);
}

function rangeOf(line: Line): WalRange {
  const { Timeline: timeline, "Start-LSN": start, "End-LSN": end } = line;
  return { timeline: Number(timeline), start: String(start), end: String(end) };
}

function invalid(why: string, cause?: unknown): DbsaveError {
  return new DbsaveError("SOURCE_INVALID", `postgres: backup_manifest: ${why}`, { cause });
}
