import { be, type ChecksOf, requireArgument, requireOptions } from "../catalogue/index.js";
import {
  aDataset,
  asInput,
  binarizeDataset,
  type Dataset,
  readExamples,
  schemaOf,
} from "../data/portable.js";
import { splitOf } from "../evaluate/index.js";
import { aTrainedModel, type GivenOptions, type TrainedVae } from "../model/index.js";
import { type Tensor, tensor, UserError } from "../tensor/index.js";
import { givenOf } from "./picked.js";
import { readingChecks, type ReadingOptions } from "./reading.js";

/** What of the posterior is given: its means, its means and standard deviations, or all its parameters. */
export type CodePart = "means" | "deviations" | "parameters";

/** The parts by name. */
export const codeParts: readonly CodePart[] = ["means", "deviations", "parameters"];

/** How a data set is encoded. */
export interface CodesOptions extends Omit<ReadingOptions, "seed"> {
  /** Default `means`. */
  readonly what?: CodePart;
  /** Examples that are read and encoded at a time; default 2,000. */
  readonly chunk?: number;
  /** Only the first so many examples; default all. */
  readonly examples?: number;
}

/** The codes of consecutive examples. */
export interface CodeBlock {
  /** The row of the first of them in the split. */
  readonly start: number;
  /** Names of the columns: `z1`, `z2`, ... for means, `s1`, ... for standard deviations, else the parameter's name and a number. */
  readonly columns: readonly string[];
  /** [examples, columns]. */
  readonly codes: Tensor<"float32">;
}

const checks = {
  split: readingChecks.split,
  binarize: readingChecks.binarize,
  what: be.oneOf(codeParts),
  chunk: be.whole(1),
  examples: be.whole(1),
} as const satisfies ChecksOf<CodesOptions>;

type Parts = readonly (readonly [prefix: string, values: Tensor<"float32">])[];

async function partsFor(
  model: TrainedVae,
  x: Tensor<"uint8"> | Tensor<"float32">,
  what: CodePart,
  given: GivenOptions,
): Promise<Parts> {
  if (what === "means") return [["z", await model.codes(x, given)]];
  const { mean, logVar, ...others } = await model.encode(x, given);
  if (what === "deviations") {
    if (mean === undefined || logVar === undefined) {
      const { name } = model.definition.posterior;
      throw new UserError(
        `the posterior ${name} has no standard deviations to write; take all its parameters (parameters)`,
        2,
      );
    }
    return [
      ["z", mean],
      ["s", { ...logVar, data: logVar.data.map((value) => Math.exp(value / 2)) }],
    ];
  }
  const all = Object.entries({ ...(mean && { mean }), ...(logVar && { logVar }), ...others });
  const n = mean?.shape[0] ?? x.shape[0];
  return all.filter(([, { shape }]) => shape.length > 1 && shape[0] === n);
}

/** Columns side by side. */
function joined(parts: Parts, start: number): CodeBlock {
  const widths = parts.map(([, { shape }]) => shape.slice(1).reduce((a, b) => a * b, 1));
  const width = widths.reduce((a, b) => a + b, 0);
  const n = parts[0]?.[1].shape[0] ?? 0;
  const codes = tensor("float32", [n, width]);
  let at = 0;
  parts.forEach(([, { data }], k) => {
    const own = widths[k] ?? 0;
    for (let i = 0; i < n; i++) codes.data.set(data.subarray(i * own, (i + 1) * own), i * width + at);
    at += own;
  });
  const columns = parts.flatMap(([prefix], k) =>
    Array.from({ length: widths[k] ?? 0 }, (_, i) => `${prefix}${i + 1}`),
  );
  return { start, columns, codes };
}

/**
 * The codes of a data set's examples, block by block in their order, so that no more than a block is in memory. Throws a
 * UserError if the examples don't fit the model, or its posterior has no standard deviations where they are asked for.
 */
export function codeBlocks(
  model: TrainedVae,
  dataset: Dataset,
  options: CodesOptions = {},
): AsyncGenerator<CodeBlock, void, undefined> {
  requireArgument("codeBlocks", "the model", model, aTrainedModel);
  requireArgument("codeBlocks", "the data set", dataset, aDataset);
  requireOptions("codeBlocks", options, checks);
  return blocksOf(model, dataset, options);
}

/**
 * The codes of examples `from` to `to` - 1 alone: those of `codeBlocks`, bit for bit, where `from` is a multiple of the chunk.
 */
export function codeBlocksBetween(
  model: TrainedVae,
  dataset: Dataset,
  options: CodesOptions,
  from: number,
  to: number,
): AsyncGenerator<CodeBlock, void, undefined> {
  return blocksOf(model, dataset, { ...options, examples: to }, from);
}

/** Examples that are read and encoded at a time. */
export const codeChunk = 2000;

async function* blocksOf(
  model: TrainedVae,
  dataset: Dataset,
  options: CodesOptions,
  from = 0,
): AsyncGenerator<CodeBlock, void, undefined> {
  const { split: name = "test", binarize = "none", what = "means", chunk = codeChunk } = options;
  // Grey levels that training draws anew each time are taken as they are.
  const data = binarizeDataset(dataset, binarize === "dynamic" ? "none" : binarize);
  const split = splitOf(data, name);
  const length = Math.min(split.length, options.examples ?? Infinity);
  for (let start = from; start < length; start += chunk) {
    const examples = await readExamples(split, start, Math.min(length, start + chunk));
    const x = asInput(examples, schemaOf(dataset), model.schema);
    yield joined(await partsFor(model, x, what, givenOf(model, split, start, start + chunk)), start);
  }
}

/** What `encodeDataset` gives: all blocks together. */
export type DatasetCodes = Omit<CodeBlock, "start">;

/**
 * The codes of all examples of a part of a data set at once, [examples, columns], in their order; {@link codeBlocks} gives them
 * block by block. Throws a UserError as that does.
 */
export async function encodeDataset(
  model: TrainedVae,
  dataset: Dataset,
  options: CodesOptions = {},
): Promise<DatasetCodes> {
  requireArgument("encodeDataset", "the model", model, aTrainedModel);
  requireArgument("encodeDataset", "the data set", dataset, aDataset);
  requireOptions("encodeDataset", options, checks);
  const length = Math.min(splitOf(dataset, options.split ?? "test").length, options.examples ?? Infinity);
  let all: DatasetCodes | undefined;
  for await (const { start, columns, codes } of codeBlocks(model, dataset, options)) {
    all ??= { columns, codes: tensor("float32", [length, columns.length]) };
    all.codes.data.set(codes.data, start * columns.length);
  }
  if (all === undefined) throw new UserError(`${dataset.name}: there are no examples to encode`);
  return all;
}
