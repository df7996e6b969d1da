import type { Dataset, ExampleSchema, FittedTable } from "../data/portable.js";
import { adam, cosineRate } from "../optim/index.js";
import type { Checked } from "./field.js";
import type { trainingFields } from "./training-fields.js";

/** What of a data set decides how a model of it is trained. */
export interface TrainedData {
  readonly schema?: ExampleSchema;
  readonly train: Pick<Dataset["train"], "length">;
  readonly validation?: Dataset["validation"];
}

/** Updates that a table's model is trained for, however few rows it has. */
const updates = 2500;

/** The power of two next to a number, from `least` to `most`. */
function powerOfTwo(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, 2 ** Math.round(Math.log2(Math.max(1, value)))));
}

/** From this share of missing cells on, a held-out bound says less of how well gaps are filled than longer training does. */
const manyMissing = 0.1;

/** The share of the training rows' cells that are missing. */
function missingShare({ rows, columns }: FittedTable): number {
  const missing = columns.reduce(
    (sum, column) =>
      sum + ("missing" in column ? (column.missing?.counts ?? []).reduce((all, count) => all + count, 0) : 0),
    0,
  );
  return missing / Math.max(1, rows * columns.length);
}

/**
 * How a table's model is trained unless told otherwise: batches from 32 rows to 512, more the more rows there are; epochs
 * for some 2,500 updates, 10 to 300; Adam at 0.002 with a cosine schedule; and, with rows held out and less than
 * a tenth of the cells missing, the weights of the best epoch.
 * Nothing for other data.
 */
export function tableSettings(data: TrainedData | undefined, told?: number): Checked<typeof trainingFields> {
  if (data?.schema?.kind !== "columns" || data.schema.table === undefined) return {};
  const rows = data.train.length;
  const batchSize = powerOfTwo(rows / 24, 32, 512);
  const epochs = told ?? Math.min(300, Math.max(10, Math.ceil(updates / Math.max(1, rows / batchSize))));
  return {
    batchSize,
    epochs,
    optimizer: adam({ lr: 0.002 }),
    schedule: cosineRate({ warmup: Math.min(50, Math.ceil((epochs * rows) / batchSize / 10)) }),
    ...(data.validation && missingShare(data.schema.table) < manyMissing && { patience: epochs }),
  };
}
