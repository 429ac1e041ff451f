import { expect, it } from "vitest";
import { withMaintenance } from "../src/databases/choose.ts";
import { parseOptions } from "../src/options.ts";

it("where every database to connect to is one to be replaced, OPTIONS_INVALID says which", async () => {
  const options = parseOptions({ database: "app" });
  const { signal } = new AbortController();
  await expect(
    withMaintenance(options, ["postgres", "template1", "app"], signal, async () => {}),
  ).rejects.toMatchObject({ code: "OPTIONS_INVALID", message: expect.stringContaining("postgres, template1, app") });
});
