const pair = /\s*([a-z_]+)\s*=\s*(?:'((?:[^'\\]|\\.)*)'|((?:[^\s'\\]|\\.)*))(?:\s+|$)/gsy;

/** `host=db dbname='my app'`, as libpq reads it; undefined for anything else. */
export function parseConninfo(text: string): Readonly<Record<string, string>> | undefined {
  const said: Record<string, string> = {};
  let end = 0;
  for (const [whole, word = "", quoted, bare = ""] of text.matchAll(pair)) {
    said[word] = (quoted ?? bare).replaceAll(/\\(.)/gs, "$1");
    end += whole.length;
  }
  return end === text.length && end > 0 ? said : undefined;
}
