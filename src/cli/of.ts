import { asInput, binarizeDataset, type Dataset, readExamples, schemaOf, toFloats } from "../data/index.js";
import { type SplitName, splitOf } from "../evaluate/index.js";
import type { GivenOptions } from "../model/index.js";
import { givenOf, pickExamples } from "../uses/index.js";
import { type Tensor, UserError } from "../tensor/index.js";
import { asModelReads, loadData, recordedBinarization } from "./data.js";
import type { OpenedRun } from "./model.js";

/** Examples that something is asked of: those of a data set by number, or those of a file. */
export interface Asked {
  /** As the model takes them. */
  readonly input: Tensor<"uint8"> | Tensor<"float32">;
  /** In their own units, to be drawn. */
  readonly shown: Tensor<"float32">;
  /** What each is called: its number. */
  readonly names: readonly string[];
  /** Rows of the data set; of a file's examples -1. */
  readonly rows: Int32Array;
  /** Their classes, where the model takes them. */
  readonly given: GivenOptions;
}

/** Examples of a data set's split at given rows, as the run's model takes them. */
export async function askedRows(
  run: OpenedRun,
  dataset: Dataset,
  name: SplitName,
  rows: Int32Array,
): Promise<Asked> {
  const mode = recordedBinarization(run);
  const data = binarizeDataset(dataset, mode === "dynamic" ? "none" : mode);
  const schema = schemaOf(data);
  const picked = await pickExamples(splitOf(data, name), rows);
  const { examples } = picked;
  return {
    input: asInput(examples, schema, run.model.schema),
    shown: toFloats(examples, schema),
    names: Array.from(rows, String),
    rows,
    given: givenOf(run.model, picked),
  };
}

const numbers = /^\s*\d+\s*(,\s*\d+\s*)*$/;

/** Whether a text is numbers of examples, and no file. */
export function isNumbers(text: string): boolean {
  return numbers.test(text);
}

/** The rows that `3` or `3,17` name, below `length`. Throws a UserError for others. */
export function rowsIn(text: string, length: number, option: string): Int32Array {
  const rows = Int32Array.from(text.split(","), Number);
  const bad = text.split(",").find((row) => Number(row) >= length);
  if (bad === undefined) return rows;
  throw new UserError(`${option} must be below ${length}, the number of examples, got ${bad.trim()}`, 2);
}

/** The examples that `--of` names: `3`, `3,17`, or a file of examples, of which the first `most` are taken. */
export async function askedOf(
  text: string,
  run: OpenedRun,
  data: () => Promise<Dataset>,
  name: SplitName,
  most: number,
): Promise<Asked> {
  if (isNumbers(text)) {
    const dataset = await data();
    return askedRows(run, dataset, name, rowsIn(text, splitOf(dataset, name).length, "--of"));
  }
  const { model } = run;
  const own = await loadData(text, { ...asModelReads(run), whole: true });
  if (own.shape.join() !== model.definition.input.join()) {
    throw new UserError(
      `--of ${text}: its examples have the shape [${own.shape.join(", ")}], the model takes [${model.definition.input.join(", ")}]`,
      2,
    );
  }
  const count = Math.min(most, own.test.length);
  const examples = await readExamples(own.test, 0, count);
  return {
    input: asInput(examples, schemaOf(own), model.schema),
    shown: toFloats(examples, schemaOf(own)),
    names: Array.from({ length: count }, (_, i) => String(i)),
    rows: new Int32Array(count).fill(-1),
    given: givenOf(model, own.test, 0, count),
  };
}
