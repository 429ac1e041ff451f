import { DbsaveError, toDbsaveError } from "@dbsave/core";
import { expect, it } from "vitest";

async function failBoth(): Promise<void> {
  await using stack = new AsyncDisposableStack();
  stack.defer(() => Promise.reject(new DbsaveError("STORAGE_FAILED", "cleaning up: gone")));
  throw new DbsaveError("SOURCE_BUSY", "the work: busy");
}

it("a failure is told by its own code, also when cleaning up after it failed as well", async () => {
  const error = toDbsaveError(await failBoth().catch((raw: unknown) => raw), "BACKUP_FAILED", "backup");
  expect(error).toMatchObject({ code: "SOURCE_BUSY", message: "the work: busy" });
});

it("a plain failure of an aborted operation is ABORTED, a full disk is NO_SPACE, the rest is what the caller says", () => {
  const full = Object.assign(new Error("write"), { code: "ENOSPC" });
  expect(toDbsaveError(new Error("x"), "BACKUP_FAILED", "backup", AbortSignal.abort()).code).toBe("ABORTED");
  expect(toDbsaveError(full, "BACKUP_FAILED", "backup").code).toBe("NO_SPACE");
  expect(toDbsaveError(new Error("x"), "BACKUP_FAILED", "backup").code).toBe("BACKUP_FAILED");
});
