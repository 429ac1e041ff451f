import stringWidth from "string-width";
import type { Paint } from "./paint.ts";

export interface Column<Row> {
  readonly title: string;
  readonly align?: "left" | "right";
  /** Undefined leaves the place empty; a column that is empty in every row is left out. */
  cell(row: Row): string | undefined;
}

/** Aligned columns with a title line, without borders: it pastes well, and greps well. Widths are those seen on a terminal. */
export function renderTable<Row>(rows: readonly Row[], columns: readonly Column<Row>[], paint: Paint): string {
  const filled = columns
    .map((column) => ({ ...column, cells: rows.map((row) => column.cell(row) ?? "") }))
    .filter(({ cells }) => cells.some((cell) => cell !== ""))
    .map((column) => ({
      ...column,
      width: Math.max(...[column.title, ...column.cells].map((cell) => stringWidth(cell))),
    }));
  const line = (texts: readonly string[]): string =>
    texts
      .map((text, index) => pad(text, filled[index]?.width ?? 0, filled[index]?.align))
      .join("  ")
      .trimEnd();
  const head = line(filled.map(({ title }) => title));
  const body = rows.map((_row, index) => line(filled.map(({ cells }) => cells[index] ?? "")));
  return [paint("bold", head), ...body].join("\n");
}

function pad(text: string, width: number, align: "left" | "right" = "left"): string {
  const space = " ".repeat(Math.max(0, width - stringWidth(text)));
  return align === "right" ? space + text : text + space;
}
