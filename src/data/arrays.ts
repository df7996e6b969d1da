import { be, type OptionChecks, requireArgument, requireOptions } from "../catalogue/index.js";
import {
  formatShape,
  type Nested,
  sizeOf,
  type Tensor,
  tensor,
  toTensor,
  UserError,
} from "../tensor/index.js";
import {
  type Dataset,
  type DatasetKind,
  type ExampleTensor,
  kindOf,
  makeSplit,
  type Split,
} from "./dataset.js";
import { splitCopy } from "./hold-out.js";
import { toShared } from "./shared.js";

/**
 * Examples of one's own. Bytes are read as x/255, everything else is float32 and taken as it is. A flat typed
 * array needs `shape`; tensors and nested arrays are `[n, ...shape]`.
 */
export type Examples =
  | Tensor
  | Uint8Array
  | Uint8ClampedArray
  | Float32Array
  | Float64Array
  | readonly Nested[];

/** Examples with a class number each. */
export interface LabelledExamples {
  readonly examples: Examples;
  readonly labels?: ArrayLike<number>;
}

/** What `fromArrays` makes a data set of. */
export interface ArraysInput {
  /** Default: `arrays`. */
  readonly name?: string;
  /** The shape of one example: `[numbers]`, `[height, width]` or `[height, width, channels]`. */
  readonly shape?: readonly number[];
  /** Default: `vector` for one dimension, else `image`. */
  readonly kind?: DatasetKind;
  readonly train: Examples | LabelledExamples;
  /** Default: a tenth of `train`, drawn with seed 0, is held out, and `notes` says so. */
  readonly test?: Examples | LabelledExamples;
  readonly validation?: Examples | LabelledExamples;
  /** Names of the classes, by label. */
  readonly classes?: readonly string[];
}

const anExamples = {
  expected: "examples (a typed array, a tensor or nested arrays of numbers), or { examples, labels } of them",
  ok: (value: unknown) =>
    typeof value === "object" &&
    value !== null &&
    (Array.isArray(value) || ArrayBuffer.isView(value) || "examples" in value || "dtype" in value),
};
const aList = {
  expected: "a list of whole numbers",
  ok: (value: unknown) => Array.isArray(value) || ArrayBuffer.isView(value),
};
const checks = {
  name: be.text,
  shape: be.list(be.whole(0), 1, "[28, 28]"),
  kind: be.oneOf(["image", "vector"]),
  train: anExamples,
  test: anExamples,
  validation: anExamples,
  classes: be.list(be.text, 0, '["cat", "dog"]'),
} as const satisfies OptionChecks;

function isLabelled(input: Examples | LabelledExamples): input is LabelledExamples {
  return "examples" in input;
}

/** A flat array as `[n, ...shape]`. */
function unflatten(
  data: Uint8Array | Float32Array,
  shape: readonly number[] | undefined,
  source: string,
): ExampleTensor {
  if (shape === undefined) {
    throw new UserError(
      `${source}: a flat array needs \`shape\`, the shape of one example, such as [28, 28]`,
    );
  }
  const size = sizeOf(shape);
  if (size === 0 || data.length % size !== 0) {
    throw new UserError(
      `${source}: ${data.length} numbers are not a whole number of examples of shape ${formatShape(shape)}`,
    );
  }
  const full = [data.length / size, ...shape];
  return data instanceof Uint8Array
    ? tensor("uint8", full, toShared("uint8", data))
    : tensor("float32", full, toShared("float32", data));
}

function toExampleTensor(
  input: Examples,
  shape: readonly number[] | undefined,
  source: string,
): ExampleTensor {
  if (input instanceof Uint8Array || input instanceof Float32Array) return unflatten(input, shape, source);
  if (input instanceof Float64Array) return unflatten(new Float32Array(input), shape, source);
  if (input instanceof Uint8ClampedArray) {
    return unflatten(new Uint8Array(input.buffer, input.byteOffset, input.length), shape, source);
  }
  if (ArrayBuffer.isView(input)) {
    throw new UserError(`${source}: give a Uint8Array (0 to 255) or a Float32Array`);
  }
  let value: Tensor;
  try {
    value = "dtype" in input ? input : toTensor(input, "float32");
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new UserError(`${source}: ${reason}; examples must be equally long`, 1, { cause });
  }
  if (value.dtype !== "uint8" && value.dtype !== "float32" && value.dtype !== "float64") {
    throw new UserError(
      `${source}: a tensor of ${value.dtype} can't be used; give uint8 (0 to 255, read as x/255) or float32`,
    );
  }
  const own = value.shape.slice(1);
  if (value.shape.length === 0 || (shape !== undefined && formatShape(own) !== formatShape(shape))) {
    const wanted = shape === undefined ? "[examples, ...]" : formatShape(["examples", ...shape]);
    throw new UserError(`${source}: the shape is ${formatShape(value.shape)} where ${wanted} is expected`);
  }
  const { data } = value;
  return data instanceof Uint8Array
    ? tensor("uint8", value.shape, toShared("uint8", data))
    : tensor("float32", value.shape, toShared("float32", toTensor(value, "float32").data));
}

function toLabels(labels: ArrayLike<number>, source: string): Int32Array {
  const out = toShared("int32", labels);
  for (let i = 0; i < labels.length; i++) {
    if (out[i] === labels[i]) continue;
    throw new UserError(`${source}: label ${i} is ${labels[i]}; labels must be whole numbers of 32 bits`);
  }
  return out;
}

function toSplit(
  input: Examples | LabelledExamples,
  shape: readonly number[] | undefined,
  source: string,
): Split {
  const { examples, labels } = isLabelled(input) ? input : { examples: input, labels: undefined };
  requireArgument(source, "its examples", examples, anExamples);
  if (labels !== undefined) requireArgument(source, "labels", labels, aList);
  return makeSplit(
    toExampleTensor(examples, shape, source),
    labels === undefined ? undefined : toLabels(labels, source),
    source,
  );
}

/**
 * A data set out of arrays in memory. They are copied once, into shared memory where there is any, unless they
 * are in it already.
 *
 * @throws UserError if there are no examples, shapes or label counts don't fit, a label is no whole number, or
 * a float is NaN or infinite.
 */
export function fromArrays(input: ArraysInput): Dataset {
  requireOptions("fromArrays", input, checks);
  requireArgument("fromArrays", "train", (input as Partial<ArraysInput>).train, anExamples);
  const { name = "arrays", classes } = input;
  const first = toSplit(input.train, input.shape, `${name}: train`);
  const shape = first.examples.shape.slice(1);
  const kind = kindOf(shape, name);
  const notes: string[] = [];
  let train = first;
  let test: Split;
  if (input.test !== undefined) {
    test = toSplit(input.test, shape, `${name}: test`);
  } else {
    if (first.length < 2)
      throw new UserError(`${name}: one example is too few, as one is needed for testing`);
    [train, test] = splitCopy(first, Math.max(1, Math.round(first.length / 10)), 0);
    notes.push(
      `No test split was given: ${test.length} of the ${first.length} training examples, drawn with seed 0, ` +
        "are held out for testing.",
    );
  }
  return {
    name,
    kind: input.kind ?? kind,
    shape,
    train,
    test,
    ...(input.validation === undefined
      ? {}
      : { validation: toSplit(input.validation, shape, `${name}: validation`) }),
    ...(classes === undefined ? {} : { classes }),
    notes,
  };
}
