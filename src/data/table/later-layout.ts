import type { TableFile } from "./schema.js";
import type { TableInput } from "./table-input.js";

/**
 * How a further file of a known table is laid out: its delimiter is its own, told from the file, unless only the known one gives the
 * columns that are wanted. `open` opens the file by a layout.
 */
export async function laterLayout(
  known: TableFile | undefined,
  wanted: readonly string[],
  open: (layout: TableFile) => Promise<Pick<TableInput, "names" | "close">>,
): Promise<TableFile | undefined> {
  if (known?.delimiter === undefined) return known;
  const { delimiter, ...seen } = known;
  const found = async (layout: TableFile): Promise<number> => {
    const input = await open(layout);
    await input.close();
    return wanted.filter((name) => input.names.includes(name)).length;
  };
  const own = await found(seen);
  if (own === wanted.length) return seen;
  return (await found({ ...seen, delimiter })) > own ? { ...seen, delimiter } : seen;
}

/** What a model's table says of further files: whether they have a heading, and the delimiter; their encoding is their own. */
export function layoutForLater(file: TableFile | undefined): TableFile | undefined {
  if (file === undefined) return undefined;
  const { format, delimiter, header } = file;
  return {
    format,
    ...(delimiter !== undefined && { delimiter }),
    ...(header !== undefined && { header }),
  };
}
