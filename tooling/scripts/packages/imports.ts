import type { WorkspacePackage } from "./workspace.ts";

export interface Import {
  readonly file: string;
  readonly line: number;
  readonly specifier: string;
}

const specifiers = /(?:\bfrom\s*|\bimport\s*\(\s*|\bimport\s+|\bnew URL\(\s*)(["'])([^"'\n]+)\1/g;

/** What the TypeScript files below `folder` of a package import: static, dynamic, re-exports, and `new URL("./worker.ts", …)`. */
export function importsOf(workspacePackage: WorkspacePackage, folder: "src/" | "test/"): Import[] {
  const files = workspacePackage.files.filter((file) => file.startsWith(folder) && file.endsWith(".ts"));
  return files.flatMap((file) => {
    const text = workspacePackage.read(file);
    return [...text.matchAll(specifiers)].map((match) => ({
      file: `${workspacePackage.folder}/${file}`,
      line: text.slice(0, match.index).split("\n").length,
      specifier: match[2] ?? "",
    }));
  });
}
