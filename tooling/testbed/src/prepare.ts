import { SERVERS } from "./catalogue.ts";
import { works } from "./command.ts";
import { ensureImage } from "./image.ts";

/** Run as a program: makes the images of all servers, so that no test has to wait for that. */
if (await works("docker", ["version"])) {
  for (const spec of SERVERS) {
    await ensureImage(spec).catch((error: unknown) => console.log(`${spec.name}: no image: ${String(error)}`));
  }
}
