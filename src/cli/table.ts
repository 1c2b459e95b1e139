/** A column: its title, and on which side its cells line up. */
export interface Column {
  readonly title: string;
  readonly align: "left" | "right";
}

/** Rows of cells as lines of text, without trailing spaces; ends with a new line. */
export function formatTable(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const titles = columns.map(({ title }) => title);
  const widths = columns.map((_, index) =>
    Math.max(...[titles, ...rows].map((cells) => (cells[index] ?? "").length)),
  );
  const line = (cells: readonly string[]) =>
    columns
      .map(({ align }, index) => {
        const cell = cells[index] ?? "";
        return align === "left" ? cell.padEnd(widths[index]!) : cell.padStart(widths[index]!);
      })
      .join("  ")
      .trimEnd();
  return `${[titles, ...rows].map(line).join("\n")}\n`;
}
