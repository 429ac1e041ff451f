/** A command as it is typed into a shell. */
export function shellWords(words: readonly string[]): string {
  return words
    .map((word) => (/^[\w./:@=+-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`))
    .join(" ");
}
