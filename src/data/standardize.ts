import { UserError } from "../tensor/index.js";
import type { Split } from "./dataset.js";
import { at, type Codec, type ExampleSchema, readingOf, schemaSize, scalesOf } from "./schema.js";
import { pieces } from "./streamed.js";

/**
 * Whether numbers are standardised, to mean 0 and standard deviation 1 over the training examples:
 *
 * - `none`: they aren't;
 * - `each`: each number of an example by itself, as for columns of different units;
 * - `all`: all numbers of an example by one mean and one deviation, as for pictures.
 */
export type Standardization = "none" | "each" | "all";

/** The ways by name. */
export const standardizations: readonly Standardization[] = ["none", "each", "all"];

/** What was asked for by name, or by `true`: `all` for pictures, `each` for everything else. Throws a UserError. */
export function standardizationOf(asked: Standardization | boolean, kind: string): Standardization {
  if (asked === true) return kind === "image" ? "all" : "each";
  if (asked === false) return "none";
  if (standardizations.includes(asked)) return asked;
  throw new UserError(
    `standardize must be true, false or one of ${standardizations.join(", ")}, got ${JSON.stringify(asked)}`,
    2,
  );
}

/** Means, spreads and limits of numbers that come one by one, by Welford's way, in float64. */
class Moments {
  private readonly mean: Float64Array;
  private readonly squares: Float64Array;
  private count = 0;
  least = Infinity;
  greatest = -Infinity;

  constructor(private readonly size: number) {
    this.mean = new Float64Array(size);
    this.squares = new Float64Array(size);
  }

  add(values: ArrayLike<number>): void {
    const { mean, squares, size } = this;
    for (let start = 0; start < values.length; start += size) {
      this.count++;
      for (let k = 0; k < size; k++) {
        const value = values[start + k] as number;
        if (value < this.least) this.least = value;
        if (value > this.greatest) this.greatest = value;
        const away = value - (mean[k] as number);
        mean[k] = (mean[k] as number) + away / this.count;
        squares[k] = (squares[k] as number) + away * (value - (mean[k] as number));
      }
    }
  }

  /** Mean and standard deviation of each; a number that never changes has the deviation 1. */
  standard(): { mean: number[]; scale: number[] } {
    return {
      mean: [...this.mean],
      scale: Array.from(this.squares, (sum) => Math.sqrt(sum / this.count) || 1),
    };
  }
}

/** Own units of stored numbers; what is stored itself if they are the same. */
function ownNumbers(data: Uint8Array | Float32Array, schema: ExampleSchema): ArrayLike<number> {
  const { level } = scalesOf(schema);
  if (data instanceof Float32Array || level === 1) return data;
  const size = schemaSize(schema);
  return Float64Array.from(data, (value, i) => value * at(level, i % size));
}

/**
 * A schema with what is to be learned of the training examples, in one pass over them: their range and, if asked for,
 * means and deviations. Floats that all lie in 0..1 are `unit` numbers from then on. Bytes that are x/255 are only read if
 * they are to be standardised. Throws a UserError for columns, whose codecs are their own, and for a schema that is
 * standardised already.
 */
export async function learnSchema(
  schema: ExampleSchema,
  train: Split,
  standardize: Standardization = "none",
): Promise<ExampleSchema> {
  if (schema.kind === "columns") {
    if (standardize === "none") return schema;
    throw new UserError("standardize: the data set's columns say how they are coded; change their codecs", 2);
  }
  const { codec } = schema;
  if (codec.type === "standard") {
    if (standardize === "none") return schema;
    throw new UserError("standardize: the data set's schema is standardised already", 2);
  }
  const bytes = train.examples.dtype === "uint8";
  if (bytes && codec.type === "unit" && standardize === "none") return schema;
  const all = standardize === "all";
  const moments = new Moments(all ? 1 : schemaSize(schema));
  for await (const { examples } of pieces(train)) moments.add(ownNumbers(examples.data, schema));
  const { least, greatest } = moments;
  const unit = least >= 0 && greatest <= 1;
  const reading = !bytes && unit ? "unit" : readingOf(codec);
  const learned: Codec =
    standardize === "none" ? { type: reading } : { type: "standard", of: reading, ...moments.standard() };
  const known = { ...schema, codec: learned };
  if (reading === "plain") return { ...known, range: [least, greatest] };
  delete known.range;
  return known;
}
