import { type Dataset, encodeNpy, readExamples, schemaOf, type Split, toFloats } from "../data/index.js";
import { tensor } from "../tensor/index.js";
import { nothing, Refusal } from "./refusal.js";

/** Which examples are asked for. */
export interface Rows {
  readonly split: "train" | "validation" | "test";
  readonly count: number;
  readonly offset: number;
}

function splitOf(dataset: Dataset, { split, offset }: Rows): Split {
  const found = dataset[split];
  if (found === undefined) throw nothing(`${dataset.name} has no ${split} examples`);
  if (offset >= found.length)
    throw nothing(`there are ${found.length} ${split} examples, none from ${offset} on`);
  return found;
}

/** Examples in the data's own units, float32 [n, ...shape], as a NumPy file, and how many there are of them in all. */
export async function examplesNpy(
  dataset: Dataset,
  rows: Rows,
): Promise<{ readonly bytes: Uint8Array; readonly total: number }> {
  const split = splitOf(dataset, rows);
  const end = Math.min(split.length, rows.offset + rows.count);
  const examples = await readExamples(split, rows.offset, end);
  return { bytes: encodeNpy(toFloats(examples, schemaOf(dataset))), total: split.length };
}

/** The examples' labels, int32 [n], as a NumPy file. Throws a Refusal if they have none. */
export function labelsNpy(dataset: Dataset, rows: Rows): Uint8Array {
  const { labels } = splitOf(dataset, rows);
  if (labels === undefined) throw nothing(`${dataset.name} has no labels`);
  const part = Int32Array.from(labels.subarray(rows.offset, rows.offset + rows.count));
  return encodeNpy(tensor("int32", [part.length], part));
}

/** What there is of a run's data, so that nobody asks for what is not; `why` says why nothing is. */
export type OfferedExamples =
  | { readonly offered: false; readonly why: string }
  | {
      readonly offered: true;
      readonly classes: readonly string[] | null;
      /** How many examples each part has. */
      readonly sizes: Readonly<Partial<Record<Rows["split"], number>>>;
      /** The parts that have labels. */
      readonly labelled: readonly Rows["split"][];
    };

/** What there is of data that may be refused. */
export async function offeredOf(read: () => Promise<Dataset>): Promise<OfferedExamples> {
  let dataset: Dataset;
  try {
    dataset = await read();
  } catch (error) {
    if (error instanceof Refusal && error.status === 404) return { offered: false, why: error.message };
    throw error;
  }
  const parts = (["train", "validation", "test"] as const).flatMap((name) => {
    const split = dataset[name];
    return split === undefined ? [] : [{ name, split }];
  });
  return {
    offered: true,
    classes: dataset.classes ?? null,
    sizes: Object.fromEntries(parts.map(({ name, split }) => [name, split.length])),
    labelled: parts.filter(({ split }) => split.labels !== undefined).map(({ name }) => name),
  };
}
