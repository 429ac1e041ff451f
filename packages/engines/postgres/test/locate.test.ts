import { Secret } from "@dbsave/core";
import { describe, expect, it } from "vitest";
import { locateServer } from "../src/locate.ts";
import type { LocatedServer } from "../src/locator.ts";
import { describe as describePlace, type PostgresOptions, parseOptions } from "../src/options.ts";

const { signal } = new AbortController();
const image = { name: "postgres:17", id: "sha256:1" };
const found: LocatedServer = {
  host: "172.17.0.9",
  port: 5432,
  user: "shop",
  password: new Secret("of shop"),
  database: "orders",
  image,
};

function locate(given: PostgresOptions, at: LocatedServer = found) {
  const options = { ...given, locator: { name: "docker:pg", locate: async () => at } };
  return locateServer(options, parseOptions(options), signal);
}

describe("a server that is found again each time", () => {
  it("is connected to as it was told to be made, and named by what does not change", async () => {
    const options = await locate({});
    expect(options).toMatchObject({ host: "172.17.0.9", port: 5432, user: "shop", database: "orders", image });
    expect(options.password?.reveal()).toBe("of shop");
    expect(describePlace(options)).toBe("docker:pg/orders");
  });

  it("gets another role, password or database where the options name one", async () => {
    const options = await locate({ user: "backup", password: "of backup", database: "app" });
    expect(options).toMatchObject({ user: "backup", database: "app" });
    expect(options.password?.reveal()).toBe("of backup");
  });

  it("never gets the password of one role for another", async () => {
    expect((await locate({ user: "backup" })).password).toBeNull();
    expect((await locate({ user: "shop" })).password?.reveal()).toBe("of shop");
  });

  it("is asked for anew, so that a new address is used", async () => {
    expect((await locate({}, { ...found, host: "172.17.0.10" })).host).toBe("172.17.0.10");
  });

  it("has no URL and no host beside it: OPTIONS_INVALID", () => {
    const locator = { name: "docker:pg", locate: async () => found };
    for (const where of [{ host: "db" }, { url: "postgres://db/app" }]) {
      expect(() => parseOptions({ ...where, locator })).toThrow(
        expect.objectContaining({ code: "OPTIONS_INVALID" }) as Error,
      );
    }
  });
});
