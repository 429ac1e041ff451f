/** Tells a line only when it is not the one before: what fails every other second would fill the log. */
export function onlyNews(tell: (line: string) => void): (line: string) => void {
  let before = "";
  return (line) => {
    if (line !== before) tell(line);
    before = line;
  };
}
