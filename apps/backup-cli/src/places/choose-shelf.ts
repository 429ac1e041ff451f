import { DbsaveError, didYouMean } from "@dbsave/core";
import type { Shelf, Shelves } from "./shelf.ts";

/** The only shelf there is, or the one whose target is named. USAGE that lists them when it is not clear which is meant. */
export function chooseShelf(shelves: Shelves, target: string | undefined): Shelf {
  const chosen = shelvesOf(shelves, target);
  const [only, other] = chosen;
  if (only === undefined) {
    throw new DbsaveError("BACKUP_NOT_FOUND", `${shelves.places.join(", ")}: no backups here yet`, {
      hint: "Take one with `dbsave backup <database> --to <repository>`.",
    });
  }
  if (other === undefined) return only;
  const names = chosen.map((shelf) => shelf.target).join(", ");
  throw new DbsaveError("USAGE", `${shelves.places.join(", ")}: holds several targets: ${names}`, {
    hint: `Name one: --target ${only.target}`,
  });
}

/** All shelves, or those of one target. USAGE with the nearest name when there is no such target. */
export function shelvesOf(shelves: Shelves, target: string | undefined): readonly Shelf[] {
  if (target === undefined) return shelves.all;
  const chosen = shelves.all.filter((shelf) => shelf.target === target);
  if (chosen.length > 0) return chosen;
  const names = shelves.all.map((shelf) => shelf.target);
  const meant = didYouMean(target, names);
  const there = names.length === 0 ? "it holds no backups yet" : `there are: ${names.join(", ")}`;
  throw new DbsaveError("USAGE", `${shelves.places.join(", ")}: no target "${target}"; ${there}`, {
    hint: meant === undefined ? "See `dbsave list`." : `Did you mean --target ${meant}?`,
  });
}
