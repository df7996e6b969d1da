import type { DecodedRows, TextTable } from "../data/portable.js";
import type { FilledText, Imputer } from "./imputer.js";
import { KeptDraws } from "./kept-draws.js";
import { completed, type Outline } from "./outline.js";

/** How chunks of a table are filled. */
export interface ChunkOptions {
  readonly draws: number;
  /** Whether all completed tables come out, below each other. */
  readonly multiple: boolean;
  /** Told of each chunk's cells, once. */
  readonly onFilled?: (filled: readonly FilledText[]) => Promise<void> | void;
}

/** A table's rows, filled, in their order; it is read once for each table that comes out. */
export async function* imputedChunks(
  imputer: Imputer,
  outline: Outline,
  chunks: () => AsyncIterable<TextTable> | Iterable<TextTable>,
  { draws, multiple, onFilled }: ChunkOptions,
): AsyncGenerator<DecodedRows> {
  const kept = new KeptDraws(draws);
  for await (const table of chunks()) {
    const filled = await imputer.fill(table);
    await onFilled?.(filled);
    if (multiple) kept.add(filled);
    yield completed(table, filled, outline, multiple ? 0 : undefined);
  }
  for (let draw = 1; multiple && draw < draws; draw++) {
    let chunk = 0;
    for await (const table of chunks()) yield completed(table, kept.cells(chunk++, draw), outline, draw);
  }
}
