import type { TarEntry } from "../tar/tar-header.ts";
import type { TarEvent } from "../tar/tar-reader.ts";
import { type BlockFormat, IncrementalFile } from "./incremental-file.ts";

/**
 * What an archive of an incremental backup does with a directory: whole files as they are, and `patch`, some `blocks` and one `end` for a
 * file that is there already.
 */
export type ChangeEvent =
  | TarEvent
  | {
      readonly kind: "patch";
      readonly entry: TarEntry;
      readonly blockBytes: number;
      /** The file is cut behind them, and then made as long as `blocks`, which reads as zeros. */
      readonly keptBlocks: number;
      readonly blocks: number;
    }
  | { readonly kind: "blocks"; readonly first: number; readonly bytes: Buffer };

const form = /^(?<directory>(?:base|global|pg_tblspc|PG_[^/]*)\/(?:.*\/)?)INCREMENTAL\.(?<name>[^/]+)$/;

/** Path of the file whose changed blocks the file at `path` of an incremental backup holds; null when it is a whole one. */
export function changedFileOf(path: string): string | null {
  const { directory, name } = form.exec(path)?.groups ?? {};
  return directory === undefined || name === undefined ? null : directory + name;
}

interface OpenFile {
  readonly entry: TarEntry;
  readonly file: IncrementalFile;
}

/** Reads what is in the files of an archive of an incremental backup. SOURCE_INVALID for damage, as `IncrementalFile` finds it. */
export class ChangedFiles {
  readonly #format: BlockFormat;
  #current: OpenFile | null = null;

  constructor(format: BlockFormat) {
    this.#format = format;
  }

  *take(event: TarEvent): Generator<ChangeEvent, void, undefined> {
    const path = event.kind === "entry" && event.entry.type === "file" ? changedFileOf(event.entry.path) : null;
    if (event.kind === "entry" && path !== null) {
      const file = new IncrementalFile(path, event.entry.size, this.#format);
      this.#current = { entry: { ...event.entry, path }, file };
    } else if (this.#current === null) yield event;
    else if (event.kind === "data") yield* this.#read(this.#current, event.bytes);
    else {
      this.#current.file.finish();
      this.#current = null;
      yield event;
    }
  }

  *#read({ entry, file }: OpenFile, bytes: Buffer): Generator<ChangeEvent, void, undefined> {
    const { blockBytes } = this.#format;
    for (const change of file.read(bytes)) {
      if (change.kind === "blocks") yield change;
      else yield { ...change, kind: "patch", entry, blockBytes };
    }
  }
}
