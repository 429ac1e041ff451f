import { expect, it } from "vitest";
import { ERRORS } from "../../../packages/core/src/errors/error-table.ts";
import { errorsDocument } from "../docs/errors-document.ts";

const facts = { exit: 4, retryable: true, means: "Broken | cut.", remedy: "Take another." };

it("every code has a row with its exit status, and stands under that status", () => {
  const text = errorsDocument({ TORN: facts });
  expect(text).toContain("| `TORN` | 4 | yes | Broken \\| cut. | Take another. |");
  expect(text).toMatch(/^\| 4 \| kept but not proven[^|]*\| `TORN` \|$/m);
});

it("an exit status that the command line does not have is refused", () => {
  expect(() => errorsDocument({ TORN: { ...facts, exit: 9 } })).toThrow("TORN: exit status 9 is not documented");
});

it("the real table has only exit statuses that are documented", () => {
  expect(errorsDocument(ERRORS)).toContain("`KEY_WRONG` | 12 |");
});
