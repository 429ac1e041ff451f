import { createHash } from "node:crypto";
import { DbsaveError, type LogFile, type LogStore } from "@dbsave/core";

/** A server by its data: what is initialised or upgraded anew is another one. */
export interface Cluster {
  readonly systemIdentifier: string;
  /** Null where it is not known. */
  readonly segmentBytes: number | null;
}

/** Files whose names say which servers archive into a log: `7584010098765432100.16777216`, with segments of so many bytes. */
const folder = "clusters";

/**
 * The first server that archives into a log makes it its own. SOURCE_FOREIGN for another one, or for another size of segments,
 * until `admitCluster` lets it in.
 */
export async function checkCluster(cluster: Cluster, log: LogStore): Promise<void> {
  const known = await log.list(folder);
  if (known.some((record) => isOf(record, cluster))) return;
  if (known.length > 0) throw foreign(cluster, known);
  if (cluster.segmentBytes === null) return; // Nothing can be told from it yet; the first segment decides.
  await admitCluster(cluster, log);
  const now = await log.list(folder);
  if (now.every((record) => isOf(record, cluster))) return;
  // Two servers came first at once. Who sees the other one steps back, so that never both stay.
  for (const own of now.filter((record) => isOf(record, cluster))) await log.remove(own);
  throw foreign(cluster, now);
}

/** SOURCE_FOREIGN for a log that this server has never archived into. */
export async function checkOwner(systemIdentifier: string, log: Pick<LogStore, "list">): Promise<void> {
  const known = await log.list(folder);
  const cluster = { systemIdentifier, segmentBytes: null };
  if (!known.some((record) => isOf(record, cluster)))
    throw new DbsaveError("SOURCE_FOREIGN", `postgres: nothing of the server ${systemIdentifier} is in this log`, {
      hint: "Name the target that it archives into with --target.",
    });
}

/** Lets a server archive into a log that others archived into before: after an upgrade, or `initdb`. */
export async function admitCluster({ systemIdentifier, segmentBytes }: Cluster, log: LogStore): Promise<void> {
  const name = `${systemIdentifier}.${segmentBytes}`;
  const text = `system identifier ${systemIdentifier}, segments of ${segmentBytes} bytes\n`;
  const plainSha256 = createHash("sha256").update(text).digest("hex");
  await log.append({ folder, name, plainSha256 }, Buffer.from(text));
}

function isOf({ name }: LogFile, { systemIdentifier, segmentBytes }: Cluster): boolean {
  return segmentBytes === null
    ? name.startsWith(`${systemIdentifier}.`)
    : name === `${systemIdentifier}.${segmentBytes}`;
}

function foreign({ systemIdentifier, segmentBytes }: Cluster, known: readonly LogFile[]): DbsaveError {
  const size = segmentBytes === null ? "" : ` with segments of ${segmentBytes} bytes`;
  const others = known.map(({ name }) => name.replace(".", " with segments of ")).join(", ");
  return new DbsaveError(
    "SOURCE_FOREIGN",
    `postgres: the WAL is that of the server ${systemIdentifier}${size}, but this log is that of ${others}`,
    {
      hint:
        "Archive into a target of its own. Has the server been upgraded or initialised anew? Then let it in once:\n" +
        "  dbsave-wal admit --target <target> <path of a segment>, or dbsave-wal receive --target <target> --admit",
    },
  );
}
