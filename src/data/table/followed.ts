import type { TableInput } from "./table-input.js";

/** How far a reading of a table is. */
export interface TableProgress {
  /** The file's path, or the query. */
  readonly place: string;
  /** Rows read so far. */
  readonly rows: number;
  /** Which reading it is, from 1: a large table is read to learn what its columns are, and again to make its rows numbers. */
  readonly reading: number;
}

/** How reading a table is followed and stopped. */
export interface FollowOptions {
  readonly onRows?: ((progress: TableProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A table whose readings are told of as they go on, and end with the signal's reason once that is aborted. */
export function followed(input: TableInput, { onRows, signal }: FollowOptions): TableInput {
  if (onRows === undefined && signal === undefined) return input;
  let readings = 0;
  return {
    ...input,
    async *chunks() {
      const reading = ++readings;
      let rows = 0;
      for await (const table of input.chunks()) {
        signal?.throwIfAborted();
        rows += table.rows;
        onRows?.({ place: input.place, rows, reading });
        yield table;
      }
    },
    close: () => input.close(),
  };
}
