import type { Codec } from "../contracts/codec.ts";
import type { BackupFacts, RecipeStep } from "../contracts/engine.ts";
import type { Manifest, ManifestArtifact } from "../contracts/manifest.ts";
import { checksumsText } from "../repository/layout.ts";

/** What RESTORE.md needs to know of a backup. */
export interface RestoreTextFacts {
  readonly id: string;
  readonly target: string;
  readonly engine: string;
  readonly description: string;
  readonly consistentAt: Date;
  readonly artifacts: readonly ManifestArtifact[];
  /** The older backups that it needs, oldest first. */
  readonly upon: readonly Pick<Manifest, "id" | "artifacts">[];
  readonly recipe: BackupFacts["recipe"];
}

/** The exact stock commands that bring a backup back without dbsave, as Markdown. */
export function restoreText(facts: RestoreTextFacts, codecs: readonly Codec[]): string {
  const commands = facts.recipe.map((step) => `# ${step.explain}\n${command(step, facts, codecs)}`);
  const checks = facts.upon.map(({ id }) => `(cd ${folderOf(id)} && sha256sum -c ${checksumsText})\n`);
  return `# Restore ${facts.target} without dbsave

Backup \`${facts.id}\` of ${facts.description} (${facts.engine}), as it was at ${facts.consistentAt.toISOString()}.

Run these commands in this directory. They use stock tools only and write nothing here but what they name.
${needsNote(facts)}
\`\`\`sh
# Check that every file is whole
sha256sum -c ${checksumsText}
${checks.join("")}${commands.join("\n")}
\`\`\`
${keyNote(codecs)}
With dbsave the same is \`dbsave restore ${facts.id} --from <repository> --into <place>\`, which also compares the result.
`;
}

/** Lines that \`sha256sum -c\` accepts, for the artifacts and RESTORE.md. */
export function checksumLines(
  files: readonly { readonly storedName: string; readonly storedSha256: string }[],
): string {
  return files.map(({ storedName, storedSha256 }) => `${storedSha256}  ${storedName}\n`).join("");
}

/** Beside this one, in the repository and in an export, where a target's name comes first. */
function folderOf(id: string): string {
  return `../*${id}`;
}

function needsNote({ upon }: RestoreTextFacts): string {
  if (upon.length === 0) return "";
  const ids = upon.map(({ id }) => `\`${id}\``).join(", ");
  return `It was taken upon ${ids}, whose folders must be beside this one.\n`;
}

function command(step: RecipeStep, facts: RestoreTextFacts, codecs: readonly Codec[]): string {
  if ("run" in step) return step.run;
  const { artifacts } = facts.upon.find(({ id }) => id === step.of) ?? facts;
  const artifact = artifacts.find(({ name }) => name === step.artifact);
  if (artifact === undefined) return `# ${step.artifact} is not part of this backup`;
  const filters = artifact.codecs
    .toReversed()
    .flatMap((name) => codecs.find((codec) => codec.name === name)?.stockDecode ?? []);
  const decode = decodeCommand(shellWord(artifact.storedName), step.of, filters);
  return "into" in step ? `${decode} > ${shellWord(step.into)}` : `${decode} | ${step.pipeTo}`;
}

/** A shell finds no pattern in what it redirects from. */
function decodeCommand(file: string, of: string | undefined, filters: readonly string[]): string {
  if (of !== undefined) return [`cat ${folderOf(of)}/${file}`, ...filters].join(" | ");
  const [first = "cat", ...rest] = filters;
  return [`${first} < ${file}`, ...rest].join(" | ");
}

function shellWord(text: string): string {
  return /^[\w.@%+=:,-]+$/.test(text) && !text.startsWith("-") ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** An engine's own commands may name it in case there is one. */
function keyNote(codecs: readonly Codec[]): string {
  const isNeeded = codecs.some(({ stockDecode }) => stockDecode.includes("key.txt"));
  return isNeeded ? "\n`key.txt` is the file with the identity that belongs to one of the recipients.\n" : "";
}
