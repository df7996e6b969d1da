import * as z from "zod/mini";
import { type Codec, type ExampleSchema, fittedTableShape } from "../data/portable.js";

const must = (what: string): { error: string } => ({ error: `must be ${what}` });

const finite = z.number(must("a number"));
const whole = z.int(must("a whole number")).check(z.minimum(0, must("a whole number from 0")));
const reading = z.enum(["unit", "plain"], must("unit or plain"));

const codec: z.ZodMiniType<Codec> = z.union(
  [
    z.strictObject({ type: reading }),
    z.strictObject({
      type: z.literal("standard"),
      of: reading,
      mean: z.array(finite),
      scale: z.array(finite.check(z.positive())),
    }),
  ],
  must("a codec: unit, plain, or standard with of, mean and scale"),
);

const labels = z.optional(
  z.strictObject(
    {
      rates: z.array(finite.check(z.minimum(0, must("a share from 0"))), must("a list of shares")),
      names: z.optional(z.array(z.string(must("a text")), must("a list of names"))),
    },
    must("an object with the rates of the classes"),
  ),
);

const range = z.optional(z.tuple([finite, finite], must("the least and the greatest number")));

/** What a saved model or run says of the numbers of its examples; that they fit the examples is `requireSchema`'s work. */
export const savedSchema = z.discriminatedUnion(
  "kind",
  [
    z.strictObject({
      kind: z.literal("image"),
      codec,
      range,
      height: whole,
      width: whole,
      channels: whole,
      labels,
    }),
    z.strictObject({ kind: z.literal("vector"), codec, range, size: whole, labels }),
    z.strictObject({
      kind: z.literal("columns"),
      labels,
      columns: z.array(
        z.strictObject({
          name: z.string(),
          kind: z.enum(["number", "count", "category", "boolean", "angle"]),
          codec,
          start: whole,
          size: whole,
        }),
      ),
      table: z.optional(fittedTableShape),
    }),
  ],
  must("a schema of kind image, vector or columns"),
) as unknown as z.ZodMiniType<ExampleSchema>;
