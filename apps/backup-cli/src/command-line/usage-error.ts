import { didYouMean } from "@dbsave/config";
import { DbsaveError } from "@dbsave/core";

/** The words that would have been understood. */
export interface KnownWords {
  /** The command that was recognised, when one was. */
  readonly command: string | undefined;
  readonly commands: readonly string[];
  /** Without dashes. */
  readonly options: readonly string[];
}

/** The parser's complaint as a USAGE error, with the known word nearest to each unknown one. */
export function usageError(complaint: string, known: KnownWords): DbsaveError {
  const help = `See \`dbsave ${known.command === undefined ? "" : `${known.command} `}--help\`.`;
  const unknown = /^Unknown (argument|command)s?: (.+)$/s.exec(complaint)?.[2];
  if (unknown === undefined) return new DbsaveError("USAGE", complaint.replaceAll(/\s*\n\s*/g, " "), { hint: help });

  const all = unknown.split(", ");
  const words = all.filter((word) => kebab(word) === word || !all.includes(kebab(word)));
  const described = words.map((word) => describe(word, known));
  const guesses = described.flatMap(({ meant }) => meant ?? []);
  const hint = guesses.length === 0 ? help : `Did you mean ${guesses.join(" and ")}? ${help}`;
  return new DbsaveError("USAGE", described.map(({ message }) => message).join("; "), { hint });
}

function describe(word: string, known: KnownWords): { readonly message: string; readonly meant: string | undefined } {
  if (known.command === undefined) {
    return { message: `unknown command "${word}"`, meant: didYouMean(word, known.commands) };
  }
  const option = didYouMean(word, known.options);
  const meant = option === undefined ? undefined : `--${option}`;
  return { message: `${known.command} does not understand "${word}"`, meant };
}

/** The parser complains about an unknown option twice, once in each spelling. */
function kebab(word: string): string {
  return word.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
