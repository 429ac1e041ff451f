import type { Manifest, ManifestArtifact, ManifestDocument } from "../contracts/manifest.ts";
import { Fields } from "../documents/fields.ts";
import { unsealJson } from "../documents/sealed-json.ts";
import { DbsaveError } from "../errors/dbsave-error.ts";

const newestFormat = 1;

/**
 * The manifest inside `text`. MANIFEST_INVALID when a byte was changed or a member is missing or unsafe (names that would
 * leave the backup's folder, or stand for two files); REPOSITORY_UNSUPPORTED when a newer dbsave wrote it. Members it does not know are ignored.
 */
export function readManifest(text: string, what: string): Manifest {
  const document = unsealJson(text, what);
  const fields = new Fields(document, what);
  const formatVersion = fields.count("formatVersion");
  if (formatVersion > newestFormat) {
    throw new DbsaveError("REPOSITORY_UNSUPPORTED", `${what}: format ${formatVersion} is newer than this dbsave reads`);
  }
  if (formatVersion !== newestFormat)
    throw new DbsaveError("MANIFEST_INVALID", `${what}: no such format ${formatVersion}`);
  const manifest = readFormat1(fields);
  refuseTwice(
    manifest.artifacts.map(({ name }) => name),
    `${what}.artifacts`,
  );
  refuseTwice(["manifest.json", ...storedNames(manifest)], `${what}.artifacts or .documents`);
  return manifest;
}

function storedNames({ artifacts, documents }: Manifest): readonly string[] {
  return [...artifacts, ...documents].map(({ storedName }) => storedName);
}

function refuseTwice(names: readonly string[], what: string): void {
  const seen = new Set<string>();
  for (const name of names) {
    if (seen.has(name)) throw new DbsaveError("MANIFEST_INVALID", `${what}: "${name}" stands for two files`);
    seen.add(name);
  }
}

function readFormat1(fields: Fields): Manifest {
  const source = fields.fields("source");
  const save = fields.fields("save");
  const tool = fields.fields("tool");
  return {
    formatVersion: 1,
    id: fields.segment("id"),
    sequence: fields.count("sequence"),
    target: fields.segment("target"),
    engine: fields.text("engine"),
    method: fields.text("method"),
    kind: fields.oneOf("kind", ["full", "differential", "incremental"]),
    parent: fields.textOrNull("parent"),
    source: {
      identity: source.text("identity"),
      version: source.text("version"),
      description: source.text("description"),
    },
    startedAt: fields.date("startedAt"),
    consistentAt: fields.date("consistentAt"),
    finishedAt: fields.date("finishedAt"),
    timeZone: fields.text("timeZone"),
    save: { state: save.oneOf("state", ["done", "not-needed", "failed", "skipped"]), message: save.text("message") },
    artifacts: fields.list("artifacts", readArtifact),
    documents: fields.list("documents", readDocument),
    fingerprint: fields.nullable("fingerprint", (fingerprint) => ({
      algorithm: fingerprint.text("algorithm"),
      items: fingerprint.list("items", readFingerprintItem),
    })),
    details: fields.facts("details"),
    host: fields.text("host"),
    run: fields.segment("run"),
    tool: { name: tool.text("name"), version: tool.text("version") },
  };
}

function readArtifact(fields: Fields): ManifestArtifact {
  return {
    name: fields.segment("name"),
    storedName: fields.segment("storedName"),
    mediaType: fields.text("mediaType"),
    codecs: fields.texts("codecs"),
    plainBytes: fields.count("plainBytes"),
    plainSha256: fields.sha256("plainSha256"),
    storedBytes: fields.count("storedBytes"),
    storedSha256: fields.sha256("storedSha256"),
  };
}

function readDocument(fields: Fields): ManifestDocument {
  return {
    storedName: fields.segment("storedName"),
    storedBytes: fields.count("storedBytes"),
    storedSha256: fields.sha256("storedSha256"),
  };
}

function readFingerprintItem(fields: Fields): NonNullable<Manifest["fingerprint"]>["items"][number] {
  const count = fields.optional("count", () => fields.count("count"));
  const item = { kind: fields.text("kind"), name: fields.anyText("name"), hash: fields.text("hash") };
  return count === undefined ? item : { ...item, count };
}
