import { DbsaveError, type Manifest, type RestoreRequest } from "@dbsave/core";

export function isPhysical({ method }: Manifest): boolean {
  return method === "physical";
}

/** UNSUPPORTED when a request asks of a logical backup what only a data directory has. */
export function refusePhysicalOptions(manifest: Manifest, request: RestoreRequest): void {
  refuseStart(manifest, request);
  const { id } = manifest;
  const { recovery, tablespaces } = request;
  if (recovery === undefined && tablespaces === undefined) return;
  const what = recovery === undefined ? "places of tablespaces are not in it" : "no log leads on from it";
  throw new DbsaveError("UNSUPPORTED", `postgres: ${id} is a logical backup: ${what}`, {
    hint: "Choose a physical backup.",
  });
}

/** UNSUPPORTED when a server is to be started on what is no whole data directory. */
export function refuseStart({ id }: Manifest, { start, recreate }: RestoreRequest): void {
  if (start === undefined && recreate === undefined) return;
  throw new DbsaveError("UNSUPPORTED", `postgres: only the whole of a physical backup can be started: ${id}`, {
    hint: "Restore it into the server that is there.",
  });
}
