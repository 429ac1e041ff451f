import type { ArtifactSource, RecipeStep } from "@dbsave/core";
import { encodingOf, isArchive, manifestName } from "./artifacts.ts";
import { type RecipeLog, recoverBeyond } from "./recipe-log.ts";

/** One of the backups that a data directory is made of. */
export interface RecipeLink {
  /** Of an older backup than the one that the recipe is for. */
  readonly id?: string;
  readonly archives: readonly string[];
}

export function linkIn({ manifest }: ArtifactSource): RecipeLink {
  return { id: manifest.id, archives: manifest.artifacts.map(({ name }) => name).filter((name) => isArchive(name)) };
}

/**
 * Stock commands that make a data directory and start it: of the archives of a full backup, or by `pg_combinebackup` of all that an
 * incremental one was taken upon. `links` are oldest first, the last one is the backup itself.
 */
export function physicalRecipe(
  { major, ...log }: RecipeLog & { readonly major: number },
  links: readonly RecipeLink[],
): readonly RecipeStep[] {
  const [link = { archives: [] }] = links;
  const who = `Become the user who runs PostgreSQL ${major}`;
  return [
    ...(links.length > 1 ? combined(links, who) : unpacked(link, who)),
    {
      explain: "A copy of a standby must not follow its primary.",
      run: "rm -f data/standby.signal data/recovery.signal",
    },
    {
      explain: "Recover what is in data/pg_wal, then begin a new timeline; never pg_resetwal.",
      run: `printf '%s\\n' "restore_command = 'false'" "archive_cleanup_command = ''" "recovery_end_command = ''" >> data/postgresql.auto.conf && touch data/recovery.signal`,
    },
    recoverBeyond(log),
    {
      explain: "Start it. Where postgresql.conf was kept elsewhere, put it and pg_hba.conf into data first.",
      run: `pg_ctl -D data -l data/startup.log start`,
    },
  ];
}

function unpacked({ archives }: RecipeLink, who: string): readonly RecipeStep[] {
  return [
    { explain: `${who}, and make a new data directory.`, run: "mkdir -m 700 data" },
    {
      explain: "Fill it. Never remove backup_label from it.",
      artifact: baseOf(archives),
      pipeTo: unpack(baseOf(archives), "data"),
    },
    ...tablespacesOf(archives).flatMap(([oid, name]): RecipeStep[] => [
      { explain: `Fill the tablespace ${oid}.`, run: `mkdir -m 700 tablespace-${oid}` },
      { explain: "Its files.", artifact: name, pipeTo: unpack(name, `tablespace-${oid}`) },
      {
        explain: "Where it is now.",
        run: `sed -i "s|^${oid} .*|${oid} $PWD/tablespace-${oid}|" data/tablespace_map`,
      },
    ]),
    {
      explain:
        "What the server wrote of its files. Where there are no tablespaces `pg_verifybackup -n data` checks them now.",
      artifact: manifestName,
      into: `data/${manifestName}`,
    },
  ];
}

/** pg_combinebackup wants tablespaces linked as they are on a server, and tells where they go by where the links lead. */
function combined(links: readonly RecipeLink[], who: string): readonly RecipeStep[] {
  const directories = links.map((_, index) => `part-${index + 1}`);
  const last = directories.at(-1) ?? "";
  const moves = tablespacesOf(links.at(-1)?.archives ?? []).map(
    ([oid]) => ` -T "$PWD/${last}-${oid}=$PWD/tablespace-${oid}"`,
  );
  return [
    {
      explain: `${who}, and make a directory for each of the ${links.length} backups.`,
      run: `mkdir -m 700 ${directories.join(" ")}`,
    },
    ...links.flatMap((link, index) => unpackedLink(link, `part-${index + 1}`)),
    {
      explain: "Make one data directory of them. Never remove backup_label from it.",
      run: `pg_combinebackup -o data${moves.join("")} ${directories.join(" ")}`,
    },
    { explain: "They are not needed any more.", run: "rm -r part-*" },
  ];
}

function unpackedLink({ id, archives }: RecipeLink, directory: string): readonly RecipeStep[] {
  const whose = id === undefined ? "this backup" : id;
  const step = (explain: string, artifact: string, pipeTo: string): RecipeStep => {
    return { explain, artifact, pipeTo, ...(id !== undefined && { of: id }) };
  };
  return [
    step(`Unpack ${whose}.`, baseOf(archives), unpack(baseOf(archives), directory)),
    step("Its manifest.", manifestName, `cat > ${directory}/${manifestName}`),
    ...tablespacesOf(archives).flatMap(([oid, name]): RecipeStep[] => [
      {
        explain: `Link the tablespace ${oid} into it.`,
        run: `mkdir -m 700 ${directory}-${oid} && ln -s "$PWD/${directory}-${oid}" ${directory}/pg_tblspc/${oid} && rm -f ${directory}/tablespace_map`,
      },
      step("Its files.", name, unpack(name, `${directory}-${oid}`)),
    ]),
  ];
}

function tablespacesOf(archives: readonly string[]): readonly (readonly [oid: string, name: string])[] {
  return archives.filter((name) => !name.startsWith("base.")).map((name) => [name.split(".", 1).join(), name]);
}

function baseOf(archives: readonly string[]): string {
  return archives.find((name) => name.startsWith("base.")) ?? "base.tar";
}

function unpack(name: string, directory: string): string {
  const tar = `tar -x -p -C ${directory}`;
  return encodingOf(name) === undefined ? tar : `zstd -dc | ${tar}`;
}
