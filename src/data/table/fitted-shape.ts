import * as z from "zod/mini";
import type { FittedTable } from "./fitted.js";
import { tableSchemaShape } from "./schema.js";

const must = (what: string): { error: string } => ({ error: `must be ${what}` });
const number = z.number(must("a number"));
const text = z.string(must("a text"));
const numbers = z.array(number, must("a list of numbers"));
const texts = z.array(text, must("a list of texts"));
const whole = z.int(must("a whole number")).check(z.minimum(0, must("a whole number from 0")));
const range = z.tuple([number, number], must("two numbers"));
const counted = z.strictObject({ texts, counts: numbers });
const minus = z.optional(z.strictObject({ column: text, reference: number }));
const missing = z.optional(counted);
const numeric = {
  name: text,
  missing,
  atoms: z.optional(z.strictObject({ values: numbers, counts: numbers })),
  range,
  step: z.optional(number),
  minus,
};

const column = z.discriminatedUnion(
  "as",
  [
    z.strictObject({
      name: text,
      as: z.literal("choices"),
      of: z.enum(["categorical", "ordinal", "bernoulli"], must("categorical, ordinal or bernoulli")),
      texts,
      counts: numbers,
      values: z.optional(numbers),
      points: z.optional(numbers),
      rare: z.optional(counted),
      missing,
      minus,
    }),
    z.strictObject({
      ...numeric,
      as: z.literal("scores"),
      of: z.literal("mixture"),
      knots: z.strictObject({ x: numbers, z: numbers }),
    }),
    z.strictObject({
      ...numeric,
      as: z.literal("standard"),
      of: z.enum(["normal", "student-t", "mixture"], must("normal, student-t or mixture")),
      log: z.boolean(must("true or false")),
      mean: number,
      scale: number.check(z.positive(must("a number above 0"))),
    }),
    z.strictObject({
      ...numeric,
      as: z.literal("count"),
      of: z.enum(["poisson", "negative-binomial"], must("poisson or negative-binomial")),
    }),
    z.strictObject({
      ...numeric,
      as: z.literal("angle"),
      of: z.literal("von-mises"),
      from: number,
      period: number.check(z.positive(must("a number above 0"))),
    }),
    z.strictObject({
      name: text,
      as: z.literal("combined"),
      columns: texts,
      texts: z.array(texts),
      counts: numbers,
      choices: whole,
    }),
    z.strictObject({ name: text, as: z.literal("part"), of: text }),
    z.strictObject({ name: text, as: z.literal("determined"), by: text, keys: texts, texts }),
    z.strictObject({ name: text, as: z.literal("sum"), of: texts }),
    z.strictObject({ name: text, as: z.literal("key"), format: text, next: whole, used: numbers }),
    z.strictObject({ name: text, as: z.literal("same"), text }),
  ],
  must('what was learned of a column, by its "as"'),
);

/** What a stored fitted table must be. */
export const fittedTableShape = z.strictObject({
  version: z.literal(1, must("1: this version of latent knows no other")),
  schema: tableSchemaShape,
  rows: whole,
  columns: z.array(column, must("a list of columns")),
}) as unknown as z.ZodMiniType<FittedTable>;
