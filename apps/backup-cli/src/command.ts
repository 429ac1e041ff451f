import type { ArgumentsCamelCase, InferredOptionTypes, Options, PositionalOptions } from "yargs";
import type { GlobalArguments } from "./command-line/global-options.ts";
import type { Outcome } from "./outcome.ts";
import type { Session } from "./session/session.ts";

type Positionals = Readonly<Record<string, PositionalOptions>>;
type OptionTable = Readonly<Record<string, Options>>;

/** One command: what it accepts and what it does with it. It parses nothing, prints nothing and never ends the process. */
export interface Command {
  readonly positionals: Positionals;
  readonly options: OptionTable;
  /** Command line and what it does, shown by `--help`. */
  readonly examples: readonly (readonly [string, string])[];
  /** Made for cron: where nobody watches it tells only what is not as it should be. */
  readonly unattended?: boolean;
  run(args: never, session: Session): Promise<Outcome>;
}

type Arguments<P extends Positionals, O extends OptionTable> = ArgumentsCamelCase<
  InferredOptionTypes<P> & InferredOptionTypes<O>
> &
  GlobalArguments;

/** Gives `run` the types of what the tables accept. */
export function defineCommand<const P extends Positionals, const O extends OptionTable>(
  accepts: Pick<Command, "examples" | "unattended"> & { readonly positionals: P; readonly options: O },
  run: (args: Arguments<P, O>, session: Session) => Promise<Outcome>,
): Command {
  return { ...accepts, run };
}
