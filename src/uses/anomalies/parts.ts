import { type ExampleSchema, schemaParts, schemaSize } from "../../data/portable.js";
import { type Distribution } from "../../distributions/index.js";
import type { Expr } from "../../graph/index.js";
import { coordinatesOf, meanOf } from "../../objectives/index.js";
import { concat } from "../../ops/index.js";
import type { Vae } from "../../model/index.js";

/** A part of an example that a score can be put down to: a pixel, a number of a vector, a column of a table. */
export interface PartNames {
  readonly count: number;
  /** What part `i` is called: `row 3, column 5`, `7` or a column's name. */
  name(i: number): string;
}

/** The parts of examples of a schema. */
export function partsOf(schema: ExampleSchema): PartNames {
  switch (schema.kind) {
    case "image":
      return {
        count: schema.height * schema.width,
        name: (i) => `row ${Math.floor(i / schema.width)}, column ${i % schema.width}`,
      };
    case "vector":
      return { count: schema.size, name: String };
    case "columns":
      return { count: schema.columns.length, name: (i) => schema.columns[i]?.name ?? String(i) };
  }
}

function byNumber(likelihood: Distribution, x: Expr): Expr {
  if (likelihood.logProbEach !== undefined) return likelihood.logProbEach(x).neg();
  const coordinates = coordinatesOf(likelihood);
  if (coordinates === undefined) return meanOf(likelihood).sub(x).square();
  const sizes = coordinates.map((one) => one.shape.at(-1) as number);
  const slices = coordinates.length === 1 ? [x] : x.split(-1, sizes);
  const terms = coordinates.map((one, i) => one.logProb(slices[i] as Expr).neg());
  return terms.length === 1 ? (terms[0] as Expr) : concat(terms);
}

/**
 * What each part of the examples x [batch, numbers] adds to the reconstruction, [batch, parts], in nats: of tables -log p of each
 * column given all others; where a likelihood doesn't tell, its squared error instead.
 */
export function reconstructionByPart(
  likelihood: Distribution,
  x: Expr,
  schema: ExampleSchema,
  { dataSize }: Pick<Vae, "dataSize">,
): Expr {
  const each = byNumber(likelihood, x);
  const batch = x.shape[0] ?? 1;
  if (schema.kind === "image") {
    return schema.channels === 1
      ? each
      : each.reshape([batch, dataSize / schema.channels, schema.channels]).sum(-1);
  }
  if (schema.kind === "vector" || schemaSize(schema) !== dataSize) return each;
  const parts = schemaParts(schema);
  return concat(parts.map(({ start, size }) => each.slice(-1, start, start + size).sum(-1, true)));
}

/**
 * How much there is in pictures x [batch, numbers] to get wrong: 1 and the differences between neighbouring pixels, in parts
 * of the way from black to white, [batch] (their total variation). Undefined where examples are no pictures.
 */
export function inkOf(
  x: Expr,
  picture: { height: number; width: number; channels: number; range?: readonly [number, number] } | undefined,
): Expr | undefined {
  if (picture === undefined) return undefined;
  const { height, width, channels, range } = picture;
  const batch = x.shape[0] ?? 1;
  const pixels = x.reshape([batch, height, width, channels]);
  const difference = (axis: number, length: number): Expr =>
    pixels
      .slice(axis, 1)
      .sub(pixels.slice(axis, 0, length - 1))
      .abs()
      .reshape([batch, ((height * width) / length) * (length - 1) * channels])
      .sum(-1);
  const both = [...(height > 1 ? [difference(1, height)] : []), ...(width > 1 ? [difference(2, width)] : [])];
  const [first, second] = both;
  if (first === undefined) return undefined;
  const total = second === undefined ? first : first.add(second);
  return range === undefined ? total.add(1) : total.div(range[1] - range[0]).add(1);
}
