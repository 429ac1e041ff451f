import { DbsaveError, didYouMean } from "@dbsave/core";

/** The words that would have been understood. */
export interface KnownWords {
  /** The command that was recognised, when one was. */
  readonly command: string | undefined;
  /** What belongs to it: `<backup>`, `[source]`. */
  readonly words: readonly string[];
  readonly commands: readonly string[];
  /** Without dashes. */
  readonly options: readonly string[];
}

/** The parser's complaint as a USAGE error, with the known word nearest to each unknown one. */
export function usageError(complaint: string, known: KnownWords): DbsaveError {
  const help = `See \`dbsave ${known.command === undefined ? "" : `${known.command} `}--help\`.`;
  const unknown = /^Unknown (argument|command)s?: (.+)$/s.exec(complaint)?.[2];
  if (unknown === undefined) return new DbsaveError("USAGE", inOwnWords(complaint, known), { hint: help });

  const all = unknown.split(", ");
  const words = all.filter((word) => kebab(word) === word || !all.includes(kebab(word)));
  const described = words.map((word) => describe(word, known));
  const guesses = described.flatMap(({ meant }) => meant ?? []);
  const hint =
    guesses.length === 0 ? otherwiseMeant(words, known) + help : `Did you mean ${guesses.join(" and ")}? ${help}`;
  return new DbsaveError("USAGE", described.map(({ message }) => message).join("; "), { hint });
}

/** What somebody may have wanted who wrote a word that is like none. */
function otherwiseMeant(written: readonly string[], { words, options }: KnownWords): string {
  if (written.some((word) => word.length === 1)) return "A path that begins with a dash: ./-app.db. ";
  const [word] = written;
  return words.length === 0 && options.includes("target") ? `A target is named like this: --target ${word}. ` : "";
}

function inOwnWords(complaint: string, { command = "dbsave", words }: KnownWords): string {
  const [, missing] = /^Missing required arguments?: (.+)$/s.exec(complaint) ?? [];
  if (missing !== undefined) return `${command}: --${missing.replaceAll(", ", ", --")} is missing`;
  const [, empty] = /^Not enough arguments following: (.+)$/s.exec(complaint) ?? [];
  if (empty !== undefined) return `${command}: --${empty} needs a value; one that begins with a dash is joined by =`;
  if (complaint.startsWith("Not enough non-option arguments"))
    return `${command}: ${words.filter((word) => word.startsWith("<")).join(" ")} is missing`;
  return complaint.replaceAll(/\s*\n\s*/g, " ");
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
