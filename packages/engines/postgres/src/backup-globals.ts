import { type ArtifactSink, type RunContext, sideBySide } from "@dbsave/core";
import { globalsName } from "./artifacts.ts";
import type { ParsedOptions } from "./options.ts";
import type { Server } from "./server.ts";
import type { FoundTool } from "./tools/find-tool.ts";
import { toolConnection, toolDatabase } from "./tools/tool-connection.ts";

/**
 * Roles, memberships, their settings and tablespaces, by pg_dumpall. Only a superuser can read the hashes of passwords:
 * without one the roles are backed up without, and a note says so. Resolves with whether passwords are in it.
 */
export async function backupGlobals(
  options: ParsedOptions,
  { server, pgDumpall }: { readonly server: Server; readonly pgDumpall: FoundTool },
  sink: ArtifactSink,
  ctx: RunContext,
): Promise<boolean> {
  const withPasswords = server.isSuperuser;
  if (!withPasswords) {
    const message = `role ${options.user} is no superuser: the passwords of roles are not in the backup`;
    ctx.report({ type: "note", message });
  }
  const args = [
    "--globals-only",
    ...(withPasswords ? [] : ["--no-role-passwords"]),
    `--lock-wait-timeout=${options.lockWaitTimeoutMs}`,
    "--no-password",
    `--database=${toolDatabase(options.database)}`,
  ];
  await sideBySide(ctx.signal, (signal) => {
    const running = (options.tools ?? ctx.tools).run(pgDumpall.path, args, { signal, env: toolConnection(options) });
    return [sink.write({ name: globalsName, mediaType: "application/sql" }, running.stdout), running.done];
  });
  return withPasswords;
}
