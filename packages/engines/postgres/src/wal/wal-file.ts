/** A file that a server archives, by its name. */
export type WalFile =
  | { readonly kind: "segment"; readonly timeline: number }
  /** What there was of a timeline's last segment when the server left it for another timeline. */
  | { readonly kind: "partial"; readonly timeline: number; readonly segment: string }
  | { readonly kind: "history"; readonly timeline: number }
  /** A note of the server that a backup by its low-level functions began in `segment`. */
  | { readonly kind: "backup"; readonly timeline: number; readonly segment: string };

const form =
  /^(?:(?<segment>[0-9A-F]{24})(?:\.(?<kind>partial|[0-9A-F]{8}\.backup))?|(?<history>[0-9A-F]{8})\.history)$/;

/** Null for a name that no server gives to a file of its WAL. */
export function walFileOf(name: string): WalFile | null {
  const { segment, kind, history } = form.exec(name)?.groups ?? {};
  if (history !== undefined) return { kind: "history", timeline: timelineOf(history) };
  if (segment === undefined) return null;
  const timeline = timelineOf(segment);
  if (kind === undefined) return { kind: "segment", timeline };
  return { kind: kind === "partial" ? "partial" : "backup", timeline, segment };
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
