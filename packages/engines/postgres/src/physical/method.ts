import { checkSelection, type Manifest, type RestoreRequest } from "@dbsave/core";

export function isPhysical({ method }: Manifest): boolean {
  return method === "physical";
}

/** The request, of all of a backup. UNSUPPORTED when it selects: parts of a data directory are no databases. */
export function wholeOf(engine: string, request: RestoreRequest): RestoreRequest {
  checkSelection(
    { name: engine, capabilities: { save: "blocks", methods: {}, scratch: true, selects: [] } },
    request.select,
  );
  return request;
}
