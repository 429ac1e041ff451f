import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";

export interface CommandOptions {
  readonly input?: string;
  /** Added to the environment; secrets go here. */
  readonly env?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
}

/** What a program printed. Rejects with its stderr when it fails. */
export async function command(
  program: string,
  args: readonly string[],
  { input, env = {}, timeoutMs = 600_000 }: CommandOptions = {},
): Promise<string> {
  const child = spawn(program, args, { env: { ...process.env, ...env }, timeout: timeoutMs, killSignal: "SIGKILL" });
  child.stdin.on("error", () => {}); // it may end before it read everything: its exit status counts
  child.stdin.end(input ?? "");
  const { promise: ended, resolve, reject } = Promise.withResolvers<number | null>();
  child.once("error", reject);
  child.once("close", resolve);
  const [stdout, stderr, status] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  if (status !== 0) throw new Error(`${program}: ${status ?? "killed"}: ${stderr.trim() || stdout.trim()}`);
  return stdout;
}

/** Whether a command works here. */
export async function works(program: string, args: readonly string[], options: CommandOptions = {}): Promise<boolean> {
  return await command(program, args, options).then(
    () => true,
    () => false,
  );
}
