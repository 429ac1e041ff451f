import { type ArtifactSource, DbsaveError, type Recovery } from "@dbsave/core";
import { toolText } from "../../tools/tool-text.ts";
import { physicalContentsOf } from "../contents.ts";
import { type Inside, readInside, writeInside } from "../inside/inside.ts";
import { systemIdentifierOf, withoutCheckpoint } from "../restore/control-file.ts";
import { automaticSettings, controlFile, recoverySettings } from "../restore/recovery-files.ts";

/**
 * What makes an unpacked data directory one that recovers as a restore does, and only that: the settings of the recovery, its signal, a control file
 * that is of no use without `backup_label`. SOURCE_INVALID for the control file of another system.
 */
export async function makeStartable(
  inside: Inside,
  directory: string,
  { manifest }: Pick<ArtifactSource, "manifest">,
  recovery: Recovery | undefined,
): Promise<void> {
  const { tools, signal } = inside;
  const control = await readInside(inside, `${directory}/${controlFile}`);
  if (systemIdentifierOf(control) !== physicalContentsOf(manifest).systemIdentifier)
    throw new DbsaveError("SOURCE_INVALID", `postgres: ${controlFile} is of another system than the backup`);
  const settings = (await readInside(inside, `${directory}/${automaticSettings}`)).toString();
  await writeInside(inside, `${directory}/${automaticSettings}`, recoverySettings(settings, recovery?.route));
  await writeInside(inside, `${directory}/recovery.signal`, "");
  await writeInside(inside, `${directory}/${controlFile}`, withoutCheckpoint(control));
  const own = ["recovery.signal", automaticSettings].map((name) => `${directory}/${name}`);
  await toolText(tools, "chmod", ["600", ...own], { signal });
}
