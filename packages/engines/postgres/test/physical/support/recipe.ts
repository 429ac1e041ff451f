import { Readable } from "node:stream";
import type { ServerPlace } from "@dbsave/core";
import type { Taken } from "../../support/taken.ts";

const { signal } = new AbortController();

/** Everything but the last step of the recipe, which starts a server, in `directory` as the server's user. `upon` is what it was taken upon, `until` a later moment to go on to. */
export async function follow(
  { facts, artifacts }: Taken,
  { directory, tools }: Pick<ServerPlace, "directory" | "tools">,
  upon: readonly Taken[] = [],
  until = "",
): Promise<void> {
  for (const step of facts.recipe.slice(0, -1)) {
    const script = "run" in step ? step.run : "pipeTo" in step ? step.pipeTo : `cat > ${step.into}`;
    const whose = "artifact" in step ? upon.find(({ source }) => source.manifest.id === step.of)?.artifacts : undefined;
    const bytes = "artifact" in step ? (whose ?? artifacts).get(step.artifact) : Buffer.alloc(0);
    const input = Readable.from([bytes], { objectMode: false });
    const running = tools.run("sh", ["-euc", script], { signal, cwd: directory, input, env: { UNTIL: until } });
    running.stdout.resume();
    await running.done;
  }
}
