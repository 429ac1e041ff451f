import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { tryOwnServer } from "@dbsave/testbed";
import { expect, it, onTestFinished } from "vitest";
import { type PostgresOptions, postgres } from "../src/index.ts";
import { testContext } from "./support/context.ts";
import { testServer } from "./support/server.ts";
import { take } from "./support/taken.ts";

it("TLS with the right authority and name backs up and restores, tools included", {
  timeout: 120_000,
}, async (test) => {
  const server = await testServer(test);
  const database = await server.create();
  await using engine = postgres(
    server.engineOptions(database, { ...(await verified(server.own.authority)), host: "localhost" }),
  );
  await using ctx = await testContext();
  const { source } = await take(engine, ctx);
  await engine.restore({ into: `${database}_copy`, force: false }, source, ctx);
  expect(await server.databases()).toContain(`${database}_copy`);
});

it("TLS with another authority, or another host's name, is refused and says which", {
  timeout: 120_000,
}, async (test) => {
  const server = await testServer(test);
  const other = await tryOwnServer("postgres-15");
  if (typeof other === "string") return test.skip(other);
  await using stranger = other;
  await using ctx = await testContext();
  const attempt = (options: PostgresOptions) => postgres(server.engineOptions("postgres", options)).probe(ctx);
  await expect(attempt(await verified(stranger.authority))).rejects.toMatchObject({
    code: "CONNECT_FAILED",
    message: expect.stringMatching(/certificate/),
    hint: expect.stringContaining("sslrootcert="),
  });
  await expect(attempt({ ssl: "verify-full" })).rejects.toMatchObject({ code: "CONNECT_FAILED" });
  const { host, port } = await server.own.address(); // an address that the certificate does not name
  const right = await verified(server.own.authority);
  await expect(attempt({ ...right, host, port })).rejects.toMatchObject({
    code: "CONNECT_FAILED",
    message: expect.stringContaining(host),
    hint: expect.stringContaining(host),
  });
  await expect(attempt({ ...right, host, port, ssl: "verify-ca" })).resolves.toMatchObject({
    version: expect.stringMatching(/^15/),
  });
});

it("a wrong password, a missing one and a refusal of pg_hba.conf say what to do, and never the password", {
  timeout: 120_000,
}, async (test) => {
  const server = await testServer(test);
  const database = await server.create();
  await using ctx = await testContext();
  const outcome = async (options: PostgresOptions): Promise<unknown> =>
    await postgres({ host: server.own.host, port: server.own.port, database, ...options })
      .probe(ctx)
      .catch((error: unknown) => error);
  const password = "wrong canary/%41";
  expect(await outcome({ password })).toMatchObject({
    code: "PERMISSION_DENIED",
    message: expect.not.stringContaining("canary"),
    hint: expect.stringContaining("password"),
  });
  expect(await outcome({})).toMatchObject({ code: "PERMISSION_DENIED" });
  const hba = "/testbed/data/pg_hba.conf";
  await server.own.docker("exec", "sh", "-c", `sed -i '1i host ${database} all all reject' ${hba}`);
  await server.query("postgres", "SELECT pg_reload_conf()");
  await expect
    .poll(() => outcome({ password: server.password }))
    .toMatchObject({
      code: "PERMISSION_DENIED",
      message: expect.stringContaining("pg_hba.conf"),
      hint: expect.stringContaining("pg_hba.conf"),
    });
});

async function verified(authority: string | undefined): Promise<PostgresOptions> {
  const folder = await mkdtemp(join(tmpdir(), "dbsave-ca-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const path = join(folder, "ca.pem");
  await writeFile(path, authority ?? "");
  return { ssl: "verify-full", sslRootCertificate: path };
}
