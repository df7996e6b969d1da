import { UserError } from "../tensor/index.js";
import type { Dataset, Split } from "./dataset.js";
import { type ByteReading, byteReadings, type ExampleSchema, wholeSchema } from "./schema.js";
import { pieces } from "./streamed.js";

/** How a data set's bytes are to be read; `auto`: as 0 and 1 if they are nothing else, otherwise as x/255. */
export type Bytes = "auto" | ByteReading;

/** The ways by name. */
export const bytesOptions: readonly Bytes[] = ["auto", ...byteReadings];

/** The splits of a data set, each once: the test split may be the training split. */
function splitsOf({ train, test, validation }: Dataset): Split[] {
  return [...new Set([train, test, ...(validation === undefined ? [] : [validation])])];
}

type Found = "none" | "ones" | "more";

/** Whether there are ones in bytes, and whether there is anything above. */
function greatestOf(data: ArrayLike<number>): Found {
  let ones = false;
  for (let i = 0; i < data.length; i++) {
    const value = data[i] as number;
    if (value > 1) return "more";
    if (value === 1) ones = true;
  }
  return ones ? "ones" : "none";
}

const zeroOne =
  "The bytes are all 0 or 1 and are read as these numbers, not as x/255 (which the option bytes: unit does).";

function requireBytes(bytes: Bytes): void {
  if (bytesOptions.includes(bytes)) return;
  throw new UserError(`bytes must be one of ${bytesOptions.join(", ")}, got ${JSON.stringify(bytes)}`, 2);
}

/** The schema that a data set without one has by its number type and by `bytes`, and whether that must be looked up. */
function plainly(dataset: Dataset, bytes: Bytes): { schema: ExampleSchema; look: boolean } {
  requireBytes(bytes);
  const { dtype } = dataset.train.examples;
  const reading = bytes === "auto" ? (dtype === "uint8" ? "unit" : "plain") : bytes;
  const look = dtype === "uint8" && bytes === "auto";
  return { schema: wholeSchema(dataset.shape, { type: reading }, dataset.kind), look };
}

function asZeroOne(dataset: Dataset, found: readonly Found[], schema: ExampleSchema): Dataset {
  const only = found[0] === "ones" && !found.includes("more");
  if (!only || schema.kind === "columns") return { ...dataset, schema };
  return {
    ...dataset,
    schema: { ...schema, codec: { type: "plain" }, range: [0, 1] },
    notes: [...dataset.notes, zeroOne],
  };
}

/**
 * A data set in memory with its schema. Bytes are x/255 unless none of them is above 1, in which case they are 0 and 1;
 * `bytes` decides otherwise. Floats are the numbers they are. Throws a UserError for another `bytes`.
 */
export function withSchema(dataset: Dataset, bytes: Bytes = "auto"): Dataset {
  const { schema, look } = plainly(dataset, bytes);
  if (!look) return { ...dataset, schema };
  const found: Found[] = [];
  for (const { examples } of splitsOf(dataset)) {
    found.push(greatestOf(examples.data));
    if (found.includes("more")) break;
  }
  return asZeroOne(dataset, found, schema);
}

/** `withSchema` of a data set of which something may be streamed: that is read until a byte above 1 is found. */
export async function withStreamedSchema(dataset: Dataset, bytes: Bytes = "auto"): Promise<Dataset> {
  const { schema, look } = plainly(dataset, bytes);
  if (!look) return { ...dataset, schema };
  const found: Found[] = [];
  for (const split of splitsOf(dataset)) {
    let here: Found = "none";
    for await (const { examples } of pieces(split)) {
      const next = greatestOf(examples.data);
      if (next !== "none") here = next;
      if (next === "more") break;
    }
    found.push(here);
    if (here === "more") break;
  }
  return asZeroOne(dataset, found, schema);
}
