import { be, type ChecksOf, isPromise, requireOptions } from "../catalogue/index.js";
import { formatShape, type Nested, sizeOf, type Tensor, tensor, UserError } from "../tensor/index.js";
import {
  type Dataset,
  type DatasetKind,
  type ExampleTensor,
  kindOf,
  makeSplit,
  type Split,
} from "./dataset.js";
import { type Bytes, bytesOptions, withSchema } from "./byte-reading.js";
import { splitCopy } from "./hold-out.js";
import { checkLabelShape } from "./label-shape.js";
import {
  type ChannelLayout,
  channelLayouts,
  type PlannedLayout,
  planLayout,
  turnChannelsLast,
} from "./layout.js";
import { readNested } from "./nested.js";
import {
  describeValue,
  exampleType,
  isWideInteger,
  type NumberArray,
  type NumberType,
  putExamples,
  roomInMemory,
  toLabelNumbers,
} from "./number-types.js";
import { type ExampleSchema, requireSchema } from "./schema.js";
import { toShared } from "./shared.js";

/**
 * Examples of one's own. Bytes stay bytes (see `bytes`), everything else is float32 and taken as it is; whole numbers that
 * float32 can't hold exactly are refused. A flat typed array needs `shape`; tensors and nested arrays (of lists or typed
 * arrays) are `[n, ...shape]`.
 */
export type Examples = Tensor | NumberArray | Uint8ClampedArray | readonly (Nested | NumberArray)[];

/** Class numbers: a list or typed array of one whole number an example, or a tensor `[n]` or `[n, 1]`. */
export type ClassNumbers = ArrayLike<number | bigint> | Tensor;

/** Examples with a class number each. */
export interface LabelledExamples {
  readonly examples: Examples;
  readonly labels?: ClassNumbers;
}

/** What `fromArrays` makes a data set of. */
export interface ArraysInput {
  /** Default: `arrays`. */
  readonly name?: string;
  /**
   * The shape of one example as it lies in the arrays: `[numbers]`, `[height, width]`, `[height, width, channels]` or
   * `[channels, height, width]`.
   */
  readonly shape?: readonly number[];
  /**
   * Where the channels of pictures are. Default: told from the shape; channels first (PyTorch), if the first of three
   * dimensions is 1, 3 or 4 and the last isn't. Examples are turned to channels last.
   */
  readonly layout?: ChannelLayout;
  /** Default: `vector` for one dimension, else `image`. */
  readonly kind?: DatasetKind;
  readonly train: Examples | LabelledExamples;
  /** Default: a tenth of `train`, drawn with seed 0, is held out, and `notes` says so. */
  readonly test?: Examples | LabelledExamples;
  readonly validation?: Examples | LabelledExamples;
  /** Names of the classes, by label. */
  readonly classes?: readonly string[];
  /**
   * What bytes stand for: `unit`, x/255, or `plain`, the numbers themselves, as for counts. Default `auto`: x/255, unless
   * no byte is above 1; then they are 0 and 1, and `notes` says so.
   */
  readonly bytes?: Bytes;
  /** What the numbers of an example are, in place of `bytes`. */
  readonly schema?: ExampleSchema;
}

const checks = {
  name: be.text,
  shape: be.list(be.whole(0), 1, "[28, 28]"),
  kind: be.oneOf(["image", "vector"]),
  train: be.anything, // read with the place of what is wrong
  test: be.anything,
  validation: be.anything,
  classes: be.list(be.text, 0, '["cat", "dog"]'),
  layout: be.oneOf(channelLayouts),
  bytes: be.oneOf(bytesOptions),
  schema: be.anything,
} as const satisfies ChecksOf<ArraysInput>;

/** Throws the UserError for what is no array at all, with what to do. */
function refuseKind(value: unknown, source: string): never {
  if (isPromise(value)) throw new UserError(`${source} is a Promise: await it first`);
  const wanted = "give a typed array with `shape`, a tensor, nested arrays, or { examples, labels } of these";
  const got = typeof value === "string" ? `the text ${describeValue(value)}` : describeValue(value);
  throw new UserError(`${source} is ${got}; ${wanted}`);
}

function partsOf(input: unknown, source: string): { examples: unknown; labels: unknown } {
  if (typeof input !== "object" || input === null || isPromise(input)) return refuseKind(input, source);
  return "examples" in input
    ? { examples: input.examples, labels: "labels" in input ? input.labels : undefined }
    : { examples: input, labels: undefined };
}

const arrayTypes: readonly (readonly [new (n: number) => NumberArray | Uint8ClampedArray, NumberType])[] = [
  [Uint8Array, "uint8"],
  [Uint8ClampedArray, "uint8"],
  [Int8Array, "int8"],
  [Uint16Array, "uint16"],
  [Int16Array, "int16"],
  [Uint32Array, "uint32"],
  [Int32Array, "int32"],
  [BigUint64Array, "uint64"],
  [BigInt64Array, "int64"],
  [Float32Array, "float32"],
  [Float64Array, "float64"],
];

interface Given {
  readonly examples: ExampleTensor;
  readonly type: NumberType;
}

/** Numbers of any type as examples of a shape: themselves, if they are bytes or float32 in shared memory. */
function convert(values: NumberArray, type: NumberType, shape: readonly number[], source: string): Given {
  if (type === "uint8") {
    return { examples: tensor("uint8", shape, toShared("uint8", values as Uint8Array)), type };
  }
  if (type === "float32") {
    return { examples: tensor("float32", shape, toShared("float32", values as Float32Array)), type };
  }
  const dtype = exampleType(type);
  const data = roomInMemory(dtype, values.length, source);
  const size = sizeOf(shape.slice(1));
  putExamples(values, type, data, (index, problem) => {
    throw new UserError(`${source}: example ${Math.floor(index / size)} holds ${problem}`);
  });
  const examples = data instanceof Uint8Array ? tensor("uint8", shape, data) : tensor("float32", shape, data);
  return { examples, type };
}

/** A flat array as `[n, ...shape]`. */
function fromFlat(
  values: NumberArray,
  type: NumberType,
  shape: readonly number[] | undefined,
  source: string,
): Given {
  if (shape === undefined) {
    throw new UserError(
      `${source}: a flat array needs \`shape\`, the shape of one example, such as [28, 28]`,
    );
  }
  const size = sizeOf(shape);
  if (size === 0 || values.length % size !== 0) {
    throw new UserError(
      `${source}: ${values.length} numbers are not a whole number of examples of shape ${formatShape(shape)}`,
    );
  }
  return convert(values, type, [values.length / size, ...shape], source);
}

function toExamples(input: unknown, shape: readonly number[] | undefined, source: string): Given {
  if (typeof input !== "object" || input === null || isPromise(input)) return refuseKind(input, source);
  for (const [constructor, type] of arrayTypes) {
    if (!(input instanceof constructor)) continue;
    const { buffer, byteOffset, length } = input;
    const values = input instanceof Uint8ClampedArray ? new Uint8Array(buffer, byteOffset, length) : input;
    return fromFlat(values, type, shape, source);
  }
  if (ArrayBuffer.isView(input))
    throw new UserError(`${source}: give a Uint8Array (0 to 255) or a Float32Array`);
  let given: Given;
  if (Array.isArray(input)) {
    const examples = readNested(input, source);
    given = { examples, type: examples.dtype };
  } else if (isTensor(input)) {
    if (sizeOf(input.shape) !== input.data.length) {
      throw new UserError(
        `${source}: a tensor of shape ${formatShape(input.shape)} takes ${sizeOf(input.shape)} numbers, ` +
          `but its data has ${input.data.length}`,
      );
    }
    given = convert(input.data, input.dtype, input.shape, source);
  } else {
    return refuseKind(input, source);
  }
  const full = given.examples.shape;
  const own = full.slice(1);
  if (full.length === 0 || (shape !== undefined && formatShape(own) !== formatShape(shape))) {
    const wanted = shape === undefined ? "[examples, ...]" : formatShape(["examples", ...shape]);
    throw new UserError(`${source}: the shape is ${formatShape(full)} where ${wanted} is expected`);
  }
  return given;
}

const tensorTypes: readonly string[] = ["float32", "float64", "int32", "int64", "uint8", "bool"];

function isTensor(value: object): value is Tensor {
  return (
    "dtype" in value &&
    tensorTypes.includes(String(value.dtype)) &&
    "shape" in value &&
    Array.isArray(value.shape) &&
    "data" in value &&
    ArrayBuffer.isView(value.data)
  );
}

function toLabels(labels: unknown, source: string): Int32Array {
  const told = `${source}: labels`;
  if (typeof labels !== "object" || labels === null || isPromise(labels) || labels instanceof DataView) {
    if (isPromise(labels)) throw new UserError(`${told} are a Promise: await it first`);
    throw new UserError(`${told} are ${describeValue(labels)}; give a list of one whole number an example`);
  }
  if (isTensor(labels)) {
    checkLabelShape(labels.shape, told);
    return toLabelNumbers(labels.data, source);
  }
  if (!("length" in labels)) {
    throw new UserError(`${told} are ${describeValue(labels)}; give a list of one whole number an example`);
  }
  if (ArrayBuffer.isView(labels)) return toLabelNumbers(labels as unknown as ArrayLike<number>, source);
  const list = labels as ArrayLike<unknown>;
  // Columns, [[0], [1]], are as good as [0, 1]; other lists of lists are one-hot or worse.
  const rows = Array.from(list, (row) => (Array.isArray(row) ? (row as unknown[]) : undefined));
  const wide = rows.find((row) => row !== undefined && row.length !== 1);
  if (wide !== undefined) checkLabelShape([list.length, wide.length], told);
  const flat = rows.map((row, i) => (row === undefined ? list[i] : row[0]));
  return toLabelNumbers(flat as (number | bigint)[], source);
}

/** Reads splits: the first decides on the shape, the layout and the number type. */
class SplitReader {
  private plan: (PlannedLayout & { readonly given: readonly number[]; readonly dtype: string }) | undefined;
  readonly notes: string[] = [];

  constructor(
    private readonly shape: readonly number[] | undefined,
    private readonly layout: ChannelLayout | undefined,
    private readonly holes: boolean,
  ) {}

  read(input: unknown, source: string): Split {
    const { examples: given, labels } = partsOf(input, source);
    const { examples, type } = toExamples(given, this.plan?.given ?? this.shape, source);
    const own = examples.shape.slice(1);
    if (this.plan === undefined) {
      const planned = planLayout(own, this.layout, source, this.shape !== undefined);
      this.plan = { ...planned, given: own, dtype: examples.dtype };
      this.notes.push(...planned.notes);
      if (isWideInteger(type)) {
        this.notes.push(`${source} is of ${type}, which is used as it is: only uint8 is read as x/255.`);
      }
    }
    const { shape, turned, dtype } = this.plan;
    if (examples.dtype !== dtype) {
      throw new UserError(
        `${source} is of ${examples.dtype} and the training examples of ${dtype}, which are not on the same scale ` +
          "(uint8 is read as x/255): give both as the same type",
      );
    }
    const count = examples.shape[0] ?? 0;
    let { data } = examples;
    if (turned) {
      // A copy, for shared memory of one's own was taken as it is.
      data = roomInMemory(examples.dtype, data.length, source);
      data.set(examples.data);
      turnChannelsLast(data, shape);
    }
    const last = { ...examples, shape: [count, ...shape], data } as ExampleTensor;
    return makeSplit(last, labels === undefined ? undefined : toLabels(labels, source), source, this.holes);
  }
}

/**
 * A data set out of arrays in memory. They are copied once, into shared memory where there is any, unless they
 * are in it already.
 *
 * @throws UserError if there are no examples, something in them is no number (null, text, a hole, a Promise), rows
 * differ in length, shapes or label counts don't fit, a label is no whole number, or a float is NaN or infinite.
 */
export function fromArrays(input: ArraysInput): Dataset {
  const given: unknown = input;
  if (isPromise(given)) throw new UserError("fromArrays was given a Promise: await it first");
  if (typeof given !== "object" || given === null) {
    throw new UserError("fromArrays needs { train }: fromArrays({ train: examples, shape: [28, 28] })");
  }
  requireOptions("fromArrays", given, checks);
  if ((given as Partial<ArraysInput>).train === undefined) {
    throw new UserError("fromArrays needs { train }: fromArrays({ train: examples, shape: [28, 28] })");
  }
  const { name = "arrays", classes, schema } = input;
  if (schema !== undefined && input.bytes !== undefined) {
    throw new UserError(`${name}: give a schema or bytes, not both`, 2);
  }
  const reader = new SplitReader(
    input.shape,
    input.layout,
    schema?.kind === "columns" && schema.table !== undefined,
  );
  const first = reader.read(input.train, `${name}: train`);
  const shape = first.examples.shape.slice(1);
  const kind = kindOf(shape, name);
  const notes = reader.notes;
  let train = first;
  let test: Split;
  if (input.test !== undefined) {
    test = reader.read(input.test, `${name}: test`);
  } else {
    if (first.length < 2)
      throw new UserError(`${name}: one example is too few, as one is needed for testing`);
    [train, test] = splitCopy(first, Math.max(1, Math.round(first.length / 10)), 0);
    notes.push(
      `No test split was given: ${test.length} of the ${first.length} training examples, drawn with seed 0, ` +
        "are held out for testing.",
    );
  }
  if (schema !== undefined) requireSchema(schema, shape, name);
  const dataset: Dataset = {
    name,
    kind: input.kind ?? kind,
    shape,
    train,
    test,
    ...(input.validation === undefined
      ? {}
      : { validation: reader.read(input.validation, `${name}: validation`) }),
    ...(classes === undefined ? {} : { classes }),
    notes,
  };
  return schema === undefined ? withSchema(dataset, input.bytes) : { ...dataset, schema };
}
