import { DbsaveError, isDbsaveError, type ServerImage } from "@dbsave/core";
import type { DockerEngine } from "../docker/connect.ts";
import { dockerFailure } from "../docker/docker-failure.ts";
import { type FindContainerOptions, findContainer } from "../docker/find-container.ts";
import type { ContainerSelector } from "../docker/selector.ts";

/**
 * The id of the image for a throw-away server: `wanted` where the engine has it, under its id or its digest, else that of
 * the container `like`. TOOL_MISSING, naming what to pull, for neither.
 */
export async function chooseImage(
  engine: DockerEngine,
  what: string,
  wanted: ServerImage | undefined,
  like: ContainerSelector | undefined,
  options: FindContainerOptions,
): Promise<string> {
  for (const reference of [wanted?.id, wanted?.digest]) {
    const id = reference === undefined ? undefined : await idOf(engine, what, reference);
    if (id !== undefined) return id;
  }
  if (like !== undefined) {
    const found = await findContainer(like, options).catch((error: unknown) => {
      if (wanted !== undefined && isDbsaveError(error, "SOURCE_NOT_FOUND")) return undefined;
      throw error;
    });
    if (found !== undefined) return found.imageId;
  }
  if (wanted === undefined) throw new DbsaveError("OPTIONS_INVALID", `${what}: no image and no container is named`);
  throw missing(what, wanted);
}

async function idOf(engine: DockerEngine, what: string, reference: string): Promise<string | undefined> {
  try {
    return (await (await engine.docker()).getImage(reference).inspect()).Id;
  } catch (error) {
    if ((error as { readonly statusCode?: number }).statusCode === 404) return undefined;
    throw dockerFailure(error, what, engine.address);
  }
}

function missing(what: string, { name, id, digest }: ServerImage): DbsaveError {
  const hint =
    digest === undefined
      ? `It came from no registry: build or load ${name} again, with docker load, so that it has this id.`
      : `docker pull ${digest}`;
  return new DbsaveError("TOOL_MISSING", `${what}: the image of the backup is not here: ${name}, ${digest ?? id}`, {
    hint,
  });
}
