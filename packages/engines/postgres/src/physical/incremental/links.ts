import { type ArtifactSource, DbsaveError } from "@dbsave/core";

/**
 * The backups that `source` is made of, oldest first: a full one, and each taken upon the one before it. SOURCE_INVALID when one of
 * them is missing, or is not the one that the next was taken upon.
 */
export function linksOf(source: ArtifactSource): readonly [ArtifactSource, ...ArtifactSource[]] {
  const { manifest, parent } = source;
  if (manifest.kind === "full") return [source];
  const invalid = (why: string): DbsaveError => new DbsaveError("SOURCE_INVALID", `postgres: ${manifest.id}: ${why}`);
  if (parent === undefined) throw invalid(`the backup that it was taken upon, ${manifest.parent}, is missing`);
  const { id, details } = parent.manifest;
  if (manifest.details["systemIdentifier"] !== details["systemIdentifier"])
    throw invalid(`it was not taken upon ${id}, which is of another system`);
  if (manifest.details["incrementalFrom"] !== details["startLsn"])
    throw invalid(
      `it holds what changed since ${manifest.details["incrementalFrom"]}, ${id} began at ${details["startLsn"]}`,
    );
  return [...linksOf(parent), source];
}
