/**
 * Names of files can hold anything. What would move the cursor or do worse to a terminal is shown as `\\x1b`; colours and the
 * ends of lines stay.
 */
export function harmless(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, (sign, index: number) => {
    const isWanted = sign === "\n" || sign === "\t" || /^.\[[\d;]*m/s.test(text.slice(index, index + 12));
    return isWanted ? sign : `\\x${sign.charCodeAt(0).toString(16).padStart(2, "0")}`;
  });
}
