/** A file that a server archives, by its name. */
export type WalFile =
  | { readonly kind: "segment"; readonly timeline: number }
  /**
   * The beginning of a segment, filled up with zeros. `bytes` is how much of it is WAL, where a receiver took it; of several the one
   * with the most is the newest. Null: a server made it of a timeline's last segment when it left that for another one.
   */
  | { readonly kind: "partial"; readonly timeline: number; readonly segment: string; readonly bytes: number | null }
  | { readonly kind: "history"; readonly timeline: number }
  /** A note of the server that a backup by its low-level functions began in `segment`. */
  | { readonly kind: "backup"; readonly timeline: number; readonly segment: string };

const form =
  /^(?:(?<segment>[0-9A-F]{24})(?:\.(?<backup>[0-9A-F]{8})\.backup|(?:\.(?<bytes>[0-9A-F]{8}))?(?<partial>\.partial))?|(?<history>[0-9A-F]{8})\.history)$/;

/** Null for a name that neither a server nor a receiver gives to a file of WAL. */
export function walFileOf(name: string): WalFile | null {
  const { segment, backup, partial, bytes, history } = form.exec(name)?.groups ?? {};
  if (history !== undefined) return { kind: "history", timeline: timelineOf(history) };
  if (segment === undefined) return null;
  const timeline = timelineOf(segment);
  if (backup !== undefined) return { kind: "backup", timeline, segment };
  if (partial === undefined) return { kind: "segment", timeline };
  return { kind: "partial", timeline, segment, bytes: bytes === undefined ? null : Number.parseInt(bytes, 16) };
}

/** What a receiver calls the first `bytes` of a segment: `0000000100000000000000A3.00C4F210.partial`. */
export function partialName(segment: string, bytes: number): string {
  return `${segment}.${bytes.toString(16).toUpperCase().padStart(8, "0")}.partial`;
}

/** The segment that a file is, whole or as a receiver has begun it; null for any other. */
export function heldSegment(name: string): string | null {
  const file = walFileOf(name);
  if (file?.kind === "segment") return name;
  return file?.kind === "partial" && file.bytes !== null ? file.segment : null;
}

/**
 * The folder of a file in the log of a target: by cluster, and 4 GiB of WAL in each, so that no folder grows without end.
 * Null for a name that is no file of the WAL.
 */
export function folderOf(systemIdentifier: string, name: string): string | null {
  const file = walFileOf(name);
  if (file === null) return null;
  return `${systemIdentifier}/${file.kind === "history" ? "history" : name.slice(0, 16)}`;
}

function timelineOf(name: string): number {
  return Number.parseInt(name.slice(0, 8), 16);
}
