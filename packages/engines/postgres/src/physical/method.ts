import { DbsaveError, type Manifest, type RestoreRequest } from "@dbsave/core";

export function isPhysical({ method }: Manifest): boolean {
  return method === "physical";
}

/** UNSUPPORTED when a request asks of a logical backup what only a data directory has. */
export function refusePhysicalOptions({ id }: Manifest, { recovery, tablespaces }: RestoreRequest): void {
  if (recovery === undefined && tablespaces === undefined) return;
  const what = recovery === undefined ? "places of tablespaces are not in it" : "no log leads on from it";
  throw new DbsaveError("UNSUPPORTED", `postgres: ${id} is a logical backup: ${what}`, {
    hint: "Choose a physical backup.",
  });
}
