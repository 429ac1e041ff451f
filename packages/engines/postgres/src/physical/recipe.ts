import type { RecipeStep } from "@dbsave/core";
import { encodingOf } from "./artifacts.ts";

/** Stock commands that make a data directory of the archives and start it. */
export function physicalRecipe(major: number, archives: readonly string[]): readonly RecipeStep[] {
  const tablespaces = archives.filter((name) => !name.startsWith("base."));
  return [
    {
      explain: `Become the user who runs PostgreSQL ${major}, and make a new data directory.`,
      run: "mkdir -m 700 data",
    },
    {
      explain: "Fill it. Never remove backup_label from it.",
      artifact: baseOf(archives),
      pipeTo: unpack(baseOf(archives), "data"),
    },
    ...tablespaces.flatMap((name): RecipeStep[] => {
      const oid = name.split(".", 1).join();
      return [
        { explain: `Fill the tablespace ${oid}.`, run: `mkdir -m 700 tablespace-${oid}` },
        { explain: "Its files.", artifact: name, pipeTo: unpack(name, `tablespace-${oid}`) },
        {
          explain: "Where it is now.",
          run: `sed -i "s|^${oid} .*|${oid} $PWD/tablespace-${oid}|" data/tablespace_map`,
        },
      ];
    }),
    {
      explain: "A copy of a standby must not follow its primary.",
      run: "rm -f data/standby.signal data/recovery.signal",
    },
    {
      explain: "Recover what is in data/pg_wal, then begin a new timeline; never pg_resetwal.",
      run: `echo "restore_command = 'false'" >> data/postgresql.auto.conf && touch data/recovery.signal`,
    },
    {
      explain: "Start it. Where postgresql.conf was kept elsewhere, put it and pg_hba.conf into data first.",
      run: `pg_ctl -D data -l data/startup.log start`,
    },
  ];
}

function baseOf(archives: readonly string[]): string {
  return archives.find((name) => name.startsWith("base.")) ?? "base.tar";
}

function unpack(name: string, directory: string): string {
  const tar = `tar -x -p -C ${directory}`;
  return encodingOf(name) === undefined ? tar : `zstd -dc | ${tar}`;
}
