import { inspect } from "node:util";
import { Secret } from "@dbsave/core";
import { describe, expect, it } from "vitest";
import { describe as describeOptions, type PostgresOptions, parseOptions } from "../src/options.ts";

describe("options", () => {
  it("are read from a URL, decoded, and own words come before its parts", () => {
    const url = "postgresql://us%40er:p%3Aw@db.example:6432/my%20db?sslmode=verify-full&sslrootcert=/ca.pem";
    expect(parseOptions({ url, port: 7 })).toMatchObject({
      host: "db.example",
      port: 7,
      user: "us@er",
      database: "my db",
      ssl: "verify-full",
      sslRootCertificate: "/ca.pem",
    });
    expect(parseOptions({ url }).password?.reveal()).toBe("p:w");
  });

  it("take a socket's directory and an IPv6 address for a host", () => {
    expect(parseOptions({ url: "postgres://u@/d?host=/run/postgresql" })).toMatchObject({
      host: "/run/postgresql",
      ssl: "disable",
    });
    expect(parseOptions({ url: "postgres://u@[::1]:1/d" })).toMatchObject({ host: "::1", port: 1, ssl: "prefer" });
    expect(parseOptions({ url: "postgres:///" })).toMatchObject({
      host: "localhost",
      user: "postgres",
      database: "postgres",
    });
  });

  it.each<[string, PostgresOptions, string]>([
    ["another scheme", { url: "mysql://u:hunter2@db/app" }, "url: it is no postgres:// URL"],
    [
      "an unknown parameter",
      { url: "postgres://u:hunter2@db/app?sslmdoe=x" },
      'url: the parameter "sslmdoe" is not known',
    ],
    ["a broken escape", { url: new Secret("postgres://u:hunter2%@db/app") }, "url: "],
    ["no port", { host: "db", port: 0 }, "port: it must be a whole number from 1 to 65535"],
    ["a long name", { database: "ä".repeat(32) }, "database: a name has at most 63 bytes"],
    ["no databases", { databases: [] }, "databases: the list is empty"],
    ["the same database twice", { databases: ["a", "a"] }, "databases: a name stands there twice"],
    ["an unknown mode", { url: "postgres://db/app?sslmode=allow" }, "ssl: it must be one of disable, prefer"],
  ])("are refused with %s, without quoting a password", (_what, options, message) => {
    expect(() => parseOptions(options)).toThrow(expect.objectContaining({ code: "OPTIONS_INVALID" }));
    expect(() => parseOptions(options)).toThrow(message);
    expect(() => parseOptions(options)).not.toThrow("hunter2");
  });

  it("never show the password", () => {
    const options = parseOptions({ url: "postgres://u:hunter2@db/app" });
    expect(inspect(options) + JSON.stringify(options) + describeOptions(options)).not.toContain("hunter2");
  });
});
