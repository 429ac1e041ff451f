/** Whose the files become. */
export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/** `as archived`: what the server's numbers say, which only root can make. Null: this process's own. */
export type Ownership = Owner | "as archived" | null;
