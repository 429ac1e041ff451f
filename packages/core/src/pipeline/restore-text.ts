import type { Codec } from "../contracts/codec.ts";
import type { BackupFacts, RecipeStep } from "../contracts/engine.ts";
import type { ManifestArtifact } from "../contracts/manifest.ts";
import { checksumsText } from "../repository/layout.ts";

/** What RESTORE.md needs to know of a backup. */
export interface RestoreTextFacts {
  readonly id: string;
  readonly target: string;
  readonly engine: string;
  readonly description: string;
  readonly consistentAt: Date;
  readonly artifacts: readonly ManifestArtifact[];
  readonly recipe: BackupFacts["recipe"];
}

/** The exact stock commands that bring a backup back without dbsave, as Markdown. */
export function restoreText(facts: RestoreTextFacts, codecs: readonly Codec[]): string {
  const commands = facts.recipe.map((step) => `# ${step.explain}\n${command(step, facts.artifacts, codecs)}`);
  return `# Restore ${facts.target} without dbsave

Backup \`${facts.id}\` of ${facts.description} (${facts.engine}), as it was at ${facts.consistentAt.toISOString()}.

Run these commands in this directory. They use stock tools only and write nothing here but what they name.

\`\`\`sh
# Check that every file is whole
sha256sum -c ${checksumsText}
${commands.join("\n")}
\`\`\`
${keyNote(commands)}
With dbsave the same is \`dbsave restore ${facts.id} --from <repository> --into <place>\`, which also compares the result.
`;
}

/** Lines that \`sha256sum -c\` accepts, for the artifacts and RESTORE.md. */
export function checksumLines(
  files: readonly { readonly storedName: string; readonly storedSha256: string }[],
): string {
  return files.map(({ storedName, storedSha256 }) => `${storedSha256}  ${storedName}\n`).join("");
}

function command(step: RecipeStep, artifacts: readonly ManifestArtifact[], codecs: readonly Codec[]): string {
  if ("run" in step) return step.run;
  const artifact = artifacts.find(({ name }) => name === step.artifact);
  if (artifact === undefined) return `# ${step.artifact} is not part of this backup`;
  const filters = artifact.codecs
    .toReversed()
    .flatMap((name) => codecs.find((codec) => codec.name === name)?.stockDecode ?? []);
  const [first = "cat", ...rest] = filters;
  const decode = [`${first} < ${shellWord(artifact.storedName)}`, ...rest].join(" | ");
  return "into" in step ? `${decode} > ${shellWord(step.into)}` : `${decode} | ${step.pipeTo}`;
}

function shellWord(text: string): string {
  return /^[\w.@%+=:,-]+$/.test(text) && !text.startsWith("-") ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

function keyNote(commands: readonly string[]): string {
  const isNeeded = commands.some((line) => line.includes("key.txt"));
  return isNeeded ? "\n`key.txt` is the file with the identity that belongs to one of the recipients.\n" : "";
}
