/** A directory that is there for as long as its database is. */
const databaseDirectory = /^(?:base|pg_tblspc\/\d+\/PG_[^/]+)\/\d+$/;

export interface Gone {
  readonly files: readonly string[];
  readonly directories: readonly string[];
}

/** What a backup has not any more of what the one before it had: files, and directories of databases. */
export function goneSince(before: ReadonlySet<string>, now: ReadonlySet<string>): Gone {
  const files = [...before].filter((path) => !now.has(path));
  const kept = new Set([...now].map(directoryOf));
  const left = new Set(files.map(directoryOf).filter((path) => databaseDirectory.test(path) && !kept.has(path)));
  return { files, directories: [...left] };
}

function directoryOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}
