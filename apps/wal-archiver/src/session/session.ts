/** What a command may use of the outside: no command reads the environment or the terminal another way. */
export interface Session {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly signal: AbortSignal;
  /** Writes the result to standard output. */
  readonly print: (text: string) => Promise<void>;
  /** Writes a line for people to standard error, which is the server's log where a server runs the command. */
  readonly tell: (line: string) => void;
}
