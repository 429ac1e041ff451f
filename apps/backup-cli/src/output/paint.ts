import { styleText } from "node:util";

type Format = Parameters<typeof styleText>[0];

/** Colours a text, or leaves it alone where nobody would see the colour. */
export type Paint = (format: Format, text: string) => string;

/** Colours only on a terminal and without NO_COLOR; FORCE_COLOR overrules both. */
export function paintFor(stream: NodeJS.WriteStream): Paint {
  return (format, text) => styleText(format, text, { stream });
}

export const plain: Paint = (_format, text) => text;
