import { type Catalog, type CatalogEntry, DbsaveError } from "@dbsave/core";
import { describe, expect, it } from "vitest";
import { exitOfChecks, guarded, ok } from "../src/doctor/check.ts";
import { newestToCheck } from "../src/places/choose-backup.ts";
import { chooseShelf, shelvesOf } from "../src/places/choose-shelf.ts";
import type { Shelf, Shelves } from "../src/places/shelf.ts";

function shelvesWith(...targets: readonly string[]): Shelves {
  const all = targets.map((target) => ({ target }) as Shelf);
  return { all, repositories: [], places: ["/srv/backups"], [Symbol.asyncDispose]: async () => undefined };
}

describe("the target to work on", () => {
  it("is the only one there is, or the one that is named", () => {
    expect(chooseShelf(shelvesWith("orders"), undefined).target).toBe("orders");
    expect(chooseShelf(shelvesWith("orders", "users"), "users").target).toBe("users");
    expect(shelvesOf(shelvesWith("orders", "users"), undefined)).toHaveLength(2);
  });

  it("is asked for, with all names, when there are several", () => {
    const several = shelvesWith("orders", "users");
    expect(() => chooseShelf(several, undefined)).toThrow(
      expect.objectContaining({ code: "USAGE", message: expect.stringContaining("orders, users") }),
    );
  });

  it("is suggested when its name is misspelt", () => {
    expect(() => shelvesOf(shelvesWith("orders", "users"), "oders")).toThrow(
      expect.objectContaining({ code: "USAGE", hint: "Did you mean --target orders?" }),
    );
  });

  it("is not there in an empty repository", () => {
    expect(() => chooseShelf(shelvesWith(), undefined)).toThrow(expect.objectContaining({ code: "BACKUP_NOT_FOUND" }));
  });
});

describe("the newest backup to check", () => {
  const entry = (id: string): CatalogEntry => ({ manifest: { id }, state: "suspect" }) as CatalogEntry;
  const damaged = (id: string) => ({ id, error: new DbsaveError("MANIFEST_INVALID", `${id}: damaged`) });
  const catalog = (parts: Partial<Catalog>): Catalog =>
    ({ target: "orders", entries: [], damaged: [], unfinished: [], deleting: [], ...parts }) as Catalog;

  it("is the newest there is, also a suspect one", () => {
    expect(newestToCheck(catalog({ entries: [entry("1"), entry("2")], damaged: [damaged("0")] })).manifest.id).toBe(
      "2",
    );
  });

  it("is never passed over because its manifest is damaged", () => {
    expect(() => newestToCheck(catalog({ entries: [entry("1")], damaged: [damaged("2")] }))).toThrow(
      expect.objectContaining({ code: "MANIFEST_INVALID", message: "2: damaged" }),
    );
  });

  it("is not there in an empty catalog", () => {
    expect(() => newestToCheck(catalog({}))).toThrow(expect.objectContaining({ code: "BACKUP_NOT_FOUND" }));
  });
});

describe("the doctor", () => {
  it("ends with 0 for health, 5 for warnings, and the status of the first error", () => {
    expect(exitOfChecks([ok("node", "fine")])).toBe(0);
    expect(exitOfChecks([ok("node", "fine"), { severity: "warning", about: "clock", message: "off" }])).toBe(5);
    expect(exitOfChecks([{ severity: "error", about: "storage", message: "none", code: "REPOSITORY_NOT_FOUND" }])).toBe(
      10,
    );
  });

  it("turns what breaks a check into a check that failed, and goes on", async () => {
    const checks = await Array.fromAsync(
      guarded("storage", async function* () {
        yield ok("storage", "reachable");
        throw new DbsaveError("PERMISSION_DENIED", "storage: read only");
      }),
    );
    expect(checks).toMatchObject([
      { severity: "ok" },
      { severity: "error", code: "PERMISSION_DENIED", message: "storage: read only" },
    ]);
  });

  it("stops when it is interrupted", async () => {
    const checks = guarded("storage", async function* () {
      yield ok("storage", "reachable");
      throw new DbsaveError("ABORTED", "cancelled");
    });
    await expect(Array.fromAsync(checks)).rejects.toMatchObject({ code: "ABORTED" });
  });
});
