import { createHash, type Hash } from "node:crypto";
import { isSegmentName, segmentNames } from "../../wal/segment.ts";
import { changedFileOf } from "../incremental/changed-files.ts";
import { type TarEvent, TarReader } from "../tar/tar-reader.ts";
import type { ManifestFacts, ManifestFile } from "./backup-manifest.ts";

const walPrefix = "pg_wal/";
const shownProblems = 20;

/**
 * What the archives of a base backup hold, to be compared with its manifest. Remembers about 250 bytes for each file, of
 * which a cluster has some hundred thousands at most.
 */
export class ArchivedFiles {
  /** Size and digest by path. */
  readonly #files = new Map<string, string>();
  readonly #segments = new Map<string, number>();
  readonly #problems: string[] = [];
  readonly #onWal: () => void;

  /** `onWal` is called when WAL begins to arrive, which the server sends after everything else. */
  constructor(onWal: () => void = () => undefined) {
    this.#onWal = onWal;
  }

  /** Takes the files of one archive; `directory` is where they belong: empty, or `pg_tblspc/16400/`. */
  archive(directory: string): FileListener {
    const segmentOf = (path: string): string | undefined => {
      const name = (directory + path).startsWith(walPrefix) ? path.slice(walPrefix.length) : "";
      return isSegmentName(name) ? name : undefined;
    };
    return {
      begin: (path) => {
        if (segmentOf(path) !== undefined) this.#onWal();
      },
      end: ({ path, size, digest }) => {
        const segment = segmentOf(path);
        if (segment !== undefined) this.#segments.set(segment, size);
        this.#files.set(directory + path, mark(size, digest));
      },
    };
  }

  /** All files that the archives make or change, before they are compared. */
  paths(): ReadonlySet<string> {
    return new Set([...this.#files.keys()].map((path) => changedFileOf(path) ?? path));
  }

  /** Ticks one file of the manifest off. */
  compare({ path, size, sha256 }: ManifestFile): void {
    const found = this.#files.get(path);
    this.#files.delete(path);
    if (found === undefined) this.#complain(`${path} is missing`);
    else if (found !== mark(size, Buffer.from(sha256, "hex").toString("latin1")))
      this.#complain(`${path} is not as the server read it`);
  }

  /** After the last file of the manifest: everything in which the archives differ from it. Empty when they are whole. */
  problems({ walRanges }: ManifestFacts): readonly string[] {
    for (const path of this.#files.keys()) {
      if (!path.startsWith(walPrefix)) this.#complain(`${path} is not in the manifest`);
    }
    const [segmentBytes = 0] = this.#segments.values();
    if (segmentBytes === 0) this.#complain("it holds no WAL");
    else {
      const needed = walRanges.flatMap(({ timeline, start, end }) => segmentNames(timeline, start, end, segmentBytes));
      const held = [...this.#segments].filter(([, bytes]) => bytes === segmentBytes).map(([name]) => name);
      for (const name of needed)
        if (this.#segments.get(name) !== segmentBytes && !held.some((other) => holdsToo(other, name)))
          this.#complain(`WAL segment ${name} is missing`);
    }
    return this.#problems;
  }

  #complain(problem: string): void {
    if (this.#problems.length < shownProblems) this.#problems.push(problem);
  }
}

/** The segment in which a server left a timeline begins with the same bytes on the later one, and a standby has it only there. */
function holdsToo(segment: string, wanted: string): boolean {
  return segment.slice(8) === wanted.slice(8) && segment >= wanted;
}

export interface HashedFile {
  readonly path: string;
  readonly size: number;
  /** SHA-256, a character for each byte. */
  readonly digest: string;
}

export interface FileListener {
  begin(path: string): void;
  end(file: HashedFile): void;
}

/** Hashes each file of an archive while its bytes pass. SOURCE_INVALID for a damaged archive. */
export class ArchiveHasher {
  readonly #reader = new TarReader();
  readonly #listener: FileListener;
  #hash: Hash | null = null;
  #path = "";
  #size = 0;

  constructor(listener: FileListener) {
    this.#listener = listener;
  }

  read(chunk: Buffer): void {
    for (const event of this.#reader.read(chunk)) this.take(event);
  }

  /** In place of `read` where somebody else reads the archive. */
  take(event: TarEvent): void {
    if (event.kind === "data") this.#hash?.update(event.bytes);
    else if (event.kind === "end") this.#end(this.#hash as Hash);
    else if (event.entry.type === "file") {
      this.#hash = createHash("sha256");
      this.#path = event.entry.path;
      this.#size = event.entry.size;
      this.#listener.begin(this.#path);
    }
  }

  finish(): void {
    this.#reader.finish();
  }

  #end(hash: Hash): void {
    this.#listener.end({ path: this.#path, size: this.#size, digest: hash.digest("binary") });
  }
}

/** As short as it can be held. */
function mark(size: number, digest: string): string {
  return `${size} ${digest}`;
}
