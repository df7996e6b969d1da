import * as z from "zod/mini";
import { checkedFile, type Json, readJson, type Spec } from "../catalogue/index.js";
import { binarizations } from "../data/portable.js";
import { savedSchema } from "./saved-schema.js";

const must = (what: string): { error: string } => ({ error: `must be ${what}` });

/** A whole number from `least` to `most`. */
export function savedWhole(least: number, most = Number.MAX_SAFE_INTEGER): z.ZodMiniType<number> {
  const error = `must be a whole number from ${least}${most < Number.MAX_SAFE_INTEGER ? ` to ${most}` : ""}`;
  return z.custom<number>((value) => Number.isSafeInteger(value) && value >= least && value <= most, {
    error,
  });
}

export const savedText = z.string(must("a text"));
const list = <T>(item: z.ZodMiniType<T>, most: number): z.ZodMiniType<T[]> =>
  z.array(item, must("a list")).check(z.maxLength(most, must(`a list of at most ${most}`)));
const plainObject = z.record(
  z.string(),
  z.custom<Json>(() => true),
  must("an object"),
);

/** Name and options of something that is chosen by name. */
export const savedSpec: z.ZodMiniType<Spec> = z.strictObject(
  { name: savedText, config: plainObject },
  must("an object with name and config"),
);

const savedNetwork = z.looseObject(
  { type: savedText },
  must("an object with the network's type and options"),
);

/** What a saved model is told of. */
export const savedModel = z.strictObject(
  {
    input: list(savedWhole(1), 16).check(z.minLength(1, must("the shape of an example"))),
    latent: savedWhole(1, 65_536),
    encoder: savedNetwork,
    decoder: savedNetwork,
    posterior: savedSpec,
    prior: savedSpec,
    likelihood: savedSpec,
    latentScale: z.optional(z.number(must("a number above 0")).check(z.positive(must("a number above 0")))),
    condition: z.optional(
      z.strictObject({ classes: savedWhole(1, 10_000) }, must("an object with the number of classes")),
    ),
    classifier: z.optional(savedNetwork),
  },
  must("an object that describes a model"),
);

const savedNames = list(savedText, 1000);

const cardSchema = z.strictObject(
  {
    format: z.literal("latent-vae", must('"latent-vae"')),
    version: savedWhole(1),
    model: savedModel,
    schema: z.optional(savedSchema),
    files: z.record(
      z.string(),
      z.strictObject({ inputs: savedNames, outputs: savedNames }, must("an object with inputs and outputs")),
      must("an object"),
    ),
    about: z.looseObject(
      {
        binarize: z.optional(z.enum(binarizations, must(`one of ${binarizations.join(", ")}`))),
        dataset: z.optional(savedText),
        objective: z.optional(savedText),
      },
      must("an object"),
    ),
  },
  must("an object that describes a latent model"),
);

const latestSchema = z.looseObject({ format: z.unknown(), version: z.unknown() });

/** `model.json`'s contents checked, and the version that it says it is of, which may be a later one. */
export function checkedCard(
  text: string,
  file: string,
  newest: number,
): { readonly later: number } | z.output<typeof cardSchema> {
  const value = readJson(text, file);
  const { data } = latestSchema.safeParse(value);
  if (data?.format === "latent-vae" && Number.isInteger(data.version) && Number(data.version) > newest) {
    return { later: Number(data.version) };
  }
  return checkedFile(file, cardSchema, value, "save the model again");
}
