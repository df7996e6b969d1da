import type { FittedTable } from "./fitted.js";
import type { TableFile, TableSchema } from "./schema.js";
import type { TableInput } from "./table-input.js";

type Opened = Pick<TableInput, "names" | "close">;

/**
 * A further file of a known table, opened, and by which layout: its delimiter is its own, told from the file, unless only the known
 * one gives the columns that are wanted.
 */
async function tried<I extends Opened>(
  known: TableFile | undefined,
  wanted: readonly string[],
  open: (layout?: TableFile) => Promise<I>,
): Promise<{ readonly input: I; readonly layout: TableFile | undefined }> {
  if (known?.delimiter === undefined) return { input: await open(known), layout: known };
  const { delimiter, ...seen } = known;
  const found = ({ names }: I): number => wanted.filter((name) => names.includes(name)).length;
  const own = { input: await open(seen), layout: seen };
  if (found(own.input) === wanted.length) return own;
  const layout = { ...seen, delimiter };
  const other = { input: await open(layout), layout };
  const [better, worse] = found(other.input) > found(own.input) ? [other, own] : [own, other];
  await worse.input.close();
  return better;
}

/** Opens a further file of a known table, which `open` opens by a layout; `wanted` are the table's columns. */
export async function openLater<I extends Opened>(
  known: TableFile | undefined,
  wanted: readonly string[],
  open: (layout?: TableFile) => Promise<I>,
): Promise<I> {
  return (await tried(known, wanted, open)).input;
}

/** How such a file is laid out, for what opens it in parts. */
export async function laterLayout(
  known: TableFile | undefined,
  wanted: readonly string[],
  open: (layout?: TableFile) => Promise<Opened>,
): Promise<TableFile | undefined> {
  if (known?.delimiter === undefined) return known;
  const { input, layout } = await tried(known, wanted, open);
  await input.close();
  return layout;
}

/** What a known table tells of its further files: the schema's layout and columns, or those that a model has learned. */
export function knownOf(
  fitted: FittedTable | undefined,
  given: TableSchema | undefined,
): { readonly layout: TableFile | undefined; readonly wanted: readonly string[] } {
  const layout = fitted === undefined ? given?.file : layoutForLater(fitted.schema.file);
  return { layout, wanted: ((fitted?.schema ?? given)?.columns ?? []).map(({ name }) => name) };
}

/** What a model's table says of further files: whether they have a heading, and the delimiter; their encoding is their own. */
function layoutForLater(file: TableFile | undefined): TableFile | undefined {
  if (file === undefined) return undefined;
  const { format, delimiter, header } = file;
  return {
    format,
    ...(delimiter !== undefined && { delimiter }),
    ...(header !== undefined && { header }),
  };
}
