import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { loadConfig } from "@dbsave/config";
import { isDbsaveError, openRepository } from "@dbsave/core";
import { defineCommand } from "../command.ts";
import { writeStarter } from "../init/write-starter.ts";
import { detectedSource, sourceOptions } from "../places/detected-source.ts";
import type { Session } from "../session/session.ts";

export const command = defineCommand(
  {
    positionals: {
      source: {
        type: "string",
        describe: "The first database: a path or URL [by DATABASE_URL, .env, or the only one here]",
      },
    },
    options: {
      engine: sourceOptions.engine,
      to: { type: "string", requiresArg: true, default: "./backups", describe: "Repository: a directory" },
      target: { type: "string", requiresArg: true, describe: "Name of the target [made from the file name]" },
    },
    examples: [
      ["$0 init ./app.db --to /srv/backups", "writes ./dbsave.yaml and makes the repository"],
      ["$0 init postgres://backup@db/orders", "a server; a password in the URL stays out of the file"],
      ["$0 init docker:pg/metrics --engine timescaledb", "a database with TimescaleDB in a container"],
    ],
  },
  async ({ source, engine, to, target }, session) => {
    const path = resolve(session.cwd, session.config ?? "dbsave.yaml");
    const isThere = await exists(path);
    const first = async () => ({ source: source ?? (await detectedSource(session)), engine, repository: to, target });
    const written = !isThere && (await writeStarter(path, await first(), session));
    const repositories = await makeRepositories(path, session);
    return {
      json: { type: "init", config: path, written, repositories },
      text: () =>
        [
          written ? `Wrote ${path}` : `${path} was there already and stays as it is`,
          ...repositories.map(({ place, made }) => `${made ? "Made" : "Found"} the repository ${place}`),
          "Next: look into the file, then `dbsave doctor`, then `dbsave run`.",
        ].join("\n"),
    };
  },
);

async function makeRepositories(
  path: string,
  session: Session,
): Promise<readonly { readonly place: string; readonly made: boolean }[]> {
  const { env, cwd, signal, run } = session;
  const { storages } = await loadConfig({ path, env, cwd, signal, tools: run.tools });
  const repositories: { place: string; made: boolean }[] = [];
  for (const storage of storages.values()) {
    const made = await openRepository(await storage.create(), { signal }).then(
      () => false,
      (error: unknown) => isDbsaveError(error, "REPOSITORY_NOT_FOUND") || Promise.reject(error),
    );
    if (made) await openRepository(await storage.create(), { signal, create: true });
    repositories.push({ place: storage.description, made });
  }
  return repositories;
}

async function exists(path: string): Promise<boolean> {
  return await stat(path).then(
    () => true,
    () => false,
  );
}
