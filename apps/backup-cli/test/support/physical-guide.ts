/** The lines of a guide's shell blocks that begin with `program`. */
export function guideCommands(guide: string, program: string): readonly string[] {
  const blocks = [...guide.matchAll(/```sh\n(.*?)```/gs)].map(([, block = ""]) => block);
  return blocks.flatMap((block) => block.split("\n")).filter((line) => line.startsWith(`${program} `));
}
