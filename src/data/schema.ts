import { sizeOf, UserError } from "../tensor/index.js";
import type { DatasetKind, ExampleTensor } from "./examples.js";
import type { FittedTable } from "./table/fitted.js";

/** What stored bytes stand for: `unit`, x/255, or `plain`, the number x itself. Floats are the numbers they are. */
export type ByteReading = "unit" | "plain";

/** The readings by name. */
export const byteReadings: readonly ByteReading[] = ["unit", "plain"];

/**
 * How stored numbers become the model's numbers, and back. The numbers in between, which a person knows, are the data's
 * own units: what `encode` takes as floats and `decode` and `generate` give.
 *
 * - `unit`: numbers from 0 to 1; stored bytes are x/255;
 * - `plain`: numbers as they are, bytes too: 0 and 1, counts, categories;
 * - `standard`: (x - mean) / scale of numbers that are stored as `of` says. Of `mean` and `scale` there is one, for all
 *   numbers alike, or one for each number of the part.
 */
export type Codec =
  | { readonly type: ByteReading }
  | {
      readonly type: "standard";
      readonly of: ByteReading;
      readonly mean: readonly number[];
      readonly scale: readonly number[];
    };

/** What a column of a table holds. */
export type ColumnKind = "number" | "count" | "category" | "boolean" | "angle";

/** A column of a table: some of the numbers of an example. */
export interface Column {
  readonly name: string;
  readonly kind: ColumnKind;
  readonly codec: Codec;
  /** The first of its numbers in the example, from 0. */
  readonly start: number;
  /** How many numbers it takes, such as one for each category. */
  readonly size: number;
}

/** What is known of the classes that a conditional model is given. Plain data, which is stored with runs and models. */
export interface LabelSchema {
  /** The share of each class in the labelled training examples; they add up to 1. */
  readonly rates: readonly number[];
  /** The classes' names, by label, where the data have them. */
  readonly names?: readonly string[];
}

export interface WholeExample {
  readonly codec: Codec;
  /**
   * The least and the greatest number of the training examples, in the data's own units; missing while it has not been
   * looked for, and where numbers go from 0 to 1 by their nature.
   */
  readonly range?: readonly [least: number, greatest: number];
  /** What a conditional model's training labels say of the classes; missing in all others. */
  readonly labels?: LabelSchema;
}

/** What the numbers of an example are, and what a conditional model is given beside them. Plain data, which is stored with runs and models. */
export type ExampleSchema =
  | (WholeExample & {
      readonly kind: "image";
      readonly height: number;
      readonly width: number;
      readonly channels: number;
    })
  | (WholeExample & { readonly kind: "vector"; readonly size: number })
  | {
      readonly kind: "columns";
      readonly columns: readonly Column[];
      readonly labels?: LabelSchema;
      /** Of a table, what was learned of it: how rows become numbers and back. NaN is then what isn't there. */
      readonly table?: FittedTable;
    };

/** A run of numbers of an example that are coded alike. */
export interface SchemaPart {
  /** The column's name, if it is one. */
  readonly name?: string;
  readonly codec: Codec;
  readonly start: number;
  readonly size: number;
}

/** The schema of examples of one codec. */
export function wholeSchema(
  shape: readonly number[],
  codec: Codec = { type: "unit" },
  kind: DatasetKind = shape.length > 1 ? "image" : "vector",
): ExampleSchema {
  const [height = 1, width = 1, channels = 1] = shape;
  if (kind === "image" && shape.length > 1 && shape.length < 4)
    return { kind, height, width, channels, codec };
  return { kind: "vector", size: sizeOf(shape), codec };
}

/** A data set's schema; of one that doesn't say, bytes are x/255 and floats are as they are. */
export function schemaOf({
  schema,
  shape,
  kind,
}: {
  readonly schema?: ExampleSchema;
  readonly shape: readonly number[];
  readonly kind: DatasetKind;
}): ExampleSchema {
  return schema ?? wholeSchema(shape, { type: "unit" }, kind);
}

/** What was learned of a table, if a schema is of one. */
export function tableOf(schema: ExampleSchema): FittedTable | undefined {
  return schema.kind === "columns" ? schema.table : undefined;
}

/** How many numbers an example has. */
export function schemaSize(schema: ExampleSchema): number {
  switch (schema.kind) {
    case "image":
      return schema.height * schema.width * schema.channels;
    case "vector":
      return schema.size;
    case "columns":
      return schema.columns.reduce((end, { start, size }) => Math.max(end, start + size), 0);
  }
}

/** The runs of numbers that are coded alike. */
export function schemaParts(schema: ExampleSchema): readonly SchemaPart[] {
  return schema.kind === "columns"
    ? schema.columns
    : [{ codec: schema.codec, start: 0, size: schemaSize(schema) }];
}

/** What stored bytes stand for before a codec does more with them. */
export function readingOf(codec: Codec): ByteReading {
  return codec.type === "standard" ? codec.of : codec.type;
}

/** Whether an example's own units go from 0 to 1. */
export function isUnit(schema: ExampleSchema): boolean {
  if (schema.kind === "columns") return schema.columns.every(({ codec }) => readingOf(codec) === "unit");
  const [least, greatest] = schema.range ?? [0, Infinity];
  return readingOf(schema.codec) === "unit" || (least >= 0 && greatest <= 1);
}

/** Whether any number is standardised. */
export function isStandardized(schema: ExampleSchema): boolean {
  return schemaParts(schema).some(({ codec }) => codec.type === "standard");
}

/** What a mean over the numbers of an example is a mean of: "per pixel". */
export function perNumber(schema: ExampleSchema): string {
  if (schema.kind !== "image") return "per number";
  return schema.channels === 1 ? "per pixel" : "per pixel and channel";
}

/**
 * What black and white stand for in pictures of examples: the range of the training examples, unless their numbers go
 * from 0 to 1.
 */
export function pictureRange(schema: ExampleSchema): readonly [number, number] | undefined {
  return schema.kind === "columns" || isUnit(schema) ? undefined : schema.range;
}

/** The schema with stored bytes read in another way. */
export function readAs(schema: ExampleSchema, reading: ByteReading): ExampleSchema {
  if (schema.kind === "columns") return schema;
  const { codec } = schema;
  return { ...schema, codec: codec.type === "standard" ? { ...codec, of: reading } : { type: reading } };
}

/** A number for all numbers of an example, or one for each. */
export type Each = number | readonly number[];

/** A schema as arithmetic: own units are stored bytes times `level`; the model's numbers (own - mean) / scale. */
export interface SchemaScales {
  readonly level: Each;
  readonly mean: Each;
  readonly scale: Each;
}

function each(schema: ExampleSchema, of: (codec: Codec) => readonly number[]): Each {
  const parts = schemaParts(schema);
  const values = new Array<number>(schemaSize(schema)).fill(of({ type: "plain" })[0] ?? 0);
  for (const { codec, start, size } of parts) {
    const own = of(codec);
    for (let i = 0; i < size; i++) values[start + i] = own[own.length === 1 ? 0 : i] ?? Number.NaN;
  }
  const [first = 0] = values;
  return values.every((value) => value === first) ? first : values;
}

/** The arithmetic of a schema. */
export function scalesOf(schema: ExampleSchema): SchemaScales {
  const standard = (codec: Codec, name: "mean" | "scale", none: number): readonly number[] =>
    codec.type === "standard" ? codec[name] : [none];
  return {
    level: each(schema, (codec) => [readingOf(codec) === "unit" ? 1 / 255 : 1]),
    mean: each(schema, (codec) => standard(codec, "mean", 0)),
    scale: each(schema, (codec) => standard(codec, "scale", 1)),
  };
}

/** The i-th of numbers that are one or many. */
export function at(values: Each, i: number): number {
  return typeof values === "number" ? values : (values[i] ?? Number.NaN);
}

/** Examples as the numbers that a model sees, [n * numbers]: the data themselves if nothing is to be done. */
export function modelNumbers(examples: ExampleTensor, schema: ExampleSchema): ArrayLike<number> {
  const { level, mean, scale } = scalesOf(schema);
  const { data, dtype } = examples;
  const bytes = dtype === "uint8";
  if (mean === 0 && scale === 1 && (!bytes || level === 1)) return data;
  const size = schemaSize(schema);
  const out = new Float32Array(data.length);
  for (let i = 0; i < out.length; i++) {
    const k = i % size;
    const own = (data[i] ?? 0) * (bytes ? at(level, k) : 1);
    out[i] = (own - at(mean, k)) / at(scale, k);
  }
  return out;
}

/** Throws a UserError naming `source` if a schema is not one of examples of this shape. */
export function requireSchema(schema: ExampleSchema, shape: readonly number[], source: string): void {
  const fail = (why: string): never => {
    throw new UserError(`${source}: the schema ${why}`, 2);
  };
  const size = sizeOf(shape);
  if (schemaSize(schema) !== size) {
    fail(
      `is of examples of ${schemaSize(schema)} numbers, but one of shape [${shape.join(", ")}] has ${size}`,
    );
  }
  let end = 0;
  for (const part of [...schemaParts(schema)].sort((a, b) => a.start - b.start)) {
    const { codec, start, name } = part;
    const told = name === undefined ? "" : ` of the column "${name}"`;
    if (start !== end)
      fail(`has ${start > end ? "no part for" : "two parts for"} number ${Math.min(start, end)}`);
    end = start + part.size;
    if (!["unit", "plain", "standard"].includes(codec.type))
      fail(`has a codec${told} of type "${codec.type}"`);
    if (codec.type !== "standard") continue;
    if (!byteReadings.includes(codec.of)) fail(`has a codec${told} of "${String(codec.of)}"`);
    for (const key of ["mean", "scale"] as const) {
      const values = codec[key];
      const fits = values.length === 1 || values.length === part.size;
      if (!fits || !values.every((value) => Number.isFinite(value) && (key === "mean" || value > 0))) {
        fail(
          `needs 1 or ${part.size} finite numbers as ${key}${told}${key === "scale" ? ", all above 0" : ""}`,
        );
      }
    }
  }
}
