import * as z from "zod";
import { binarizations, type Dataset } from "../data/index.js";
import { suggestion } from "../catalogue/index.js";
import { distributions, type Family } from "../distributions/index.js";
import { type ActivationName, activations, type Network } from "../nn/index.js";
import { type Objective, objectives } from "../objectives/index.js";
import type { Optimizer } from "../optim/index.js";
import { UserError } from "../tensor/index.js";
import { shuffles } from "../train/index.js";

/** A setting: what may be its value, and how it is written as a flag. */
export interface Field<T> {
  readonly schema: z.ZodType<T>;
  /** A flag's text as the value to check; text that can't be read stays text. */
  readonly fromText: (text: string) => unknown;
  readonly brief: string;
  readonly placeholder: string;
}

const grouped = (value: number): string => value.toLocaleString("en-US");

function numberFromText(text: string): unknown {
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text.trim()) ? Number(text) : text;
}

function wholeFromText(text: string): unknown {
  return /^[+-]?\d+$/.test(text.trim()) ? Number(text) : text;
}

/** A whole number from `least` to `most`. */
export function whole(least: number, most: number, placeholder: string, brief: string): Field<number> {
  const error = `must be a whole number from ${grouped(least)} to ${grouped(most)}`;
  const schema = z
    .number({ error })
    .refine((value) => Number.isInteger(value) && value >= least && value <= most, {
      error,
    });
  return { schema, fromText: wholeFromText, brief, placeholder };
}

/** A number above 0. */
export function positive(placeholder: string, brief: string): Field<number> {
  const error = "must be a number above 0, such as 0.001";
  const schema = z.number({ error }).refine((value) => value > 0 && Number.isFinite(value), { error });
  return { schema, fromText: numberFromText, brief, placeholder };
}

/** One of some words. */
export function choice<T extends string>(values: readonly T[], placeholder: string, brief: string): Field<T> {
  const schema = z.custom<T>((value) => values.includes(value as T), {
    error: ({ input }) => `can't be ${JSON.stringify(input)}; ${suggestion(String(input), values)}`,
  });
  return { schema, fromText: (text) => text, brief, placeholder };
}

/** Any text that is not empty. */
export function text(placeholder: string, brief: string): Field<string> {
  const schema = z.string({ error: "must be a text" }).min(1, { error: "must not be empty" });
  return { schema, fromText: (value) => value, brief, placeholder };
}

const units: Readonly<Record<string, number>> = { "": 1, k: 1e3, m: 1e6, g: 1e9, t: 1e12 };
const memoryError = "must be a size such as 512MB or 2GB, or 0";

/** `512MB`, `2 GB`, `1.5GiB` or a number of bytes, in bytes; text that is none of these stays text. */
function bytesFromText(text: string): unknown {
  const [, amount = "", unit = "", binary] = /^(\d+\.?\d*)\s*([kmgt]?)(i?)b?$/i.exec(text.trim()) ?? [];
  const factor = units[unit.toLowerCase()];
  if (amount === "" || factor === undefined) return text;
  return Math.round(Number(amount) * (binary === "i" ? 1024 ** Math.round(Math.log10(factor) / 3) : factor));
}

/** An object with these members, or what `parse` makes of a text. */
function named<T>(members: readonly string[], what: string, parse: (value: string) => T): z.ZodType<T> {
  return z.unknown().transform((value, context): T => {
    try {
      if (typeof value === "string") return parse(value);
      if (typeof value === "object" && value !== null && members.every((name) => name in value))
        return value as T;
      throw new UserError(`must be ${what}`, 2);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      context.addIssue({ code: "custom", message: error.message });
      return z.NEVER;
    }
  });
}

function family(brief: string): Field<Family> {
  const schema = named(["name", "fromRaw", "prior"], "a distribution or the name of one", (name) =>
    distributions.from(name),
  );
  return { schema, fromText: (value) => value, brief, placeholder: "NAME" };
}

const largestLayer = 65_536;
const hiddenError = `must be whole numbers from 1 to ${grouped(largestLayer)} separated by commas, such as 256,128`;
const validationError = "must be a share between 0 and 1, or a whole number of examples";

/** Everything that `train` can be told, by the name that flag and config file share. */
export const fields = {
  out: text("DIR", "Folder of the run [default = runs/<data>-z<z>, numbered if it exists]"),
  z: whole(1, 65_536, "N", "Latent coordinates [default = 2]"),
  hidden: {
    schema: z.array(z.number().int().min(1).max(largestLayer), { error: hiddenError }),
    fromText: (value) => (value === "none" ? [] : value.split(",").map(wholeFromText)),
    brief: "Hidden sizes of the encoder, reversed for the decoder [default = 256,128]",
    placeholder: "A,B",
  } as Field<number[]>,
  activation: choice(
    Object.keys(activations) as ActivationName[],
    "NAME",
    "Between hidden layers [default = relu]",
  ),
  posterior: family("q(z|x), such as normal; see `latent list` [default = normal]"),
  prior: family("p(z), as name or name(key=value) [default = normal]"),
  likelihood: family("p(x|z) [default = bernoulli]"),
  objective: {
    schema: named<Objective>(["name", "build"], "an objective or the name of one", (name) =>
      objectives.from(name),
    ),
    fromText: (value) => value,
    brief: "elbo, simple, ... or name(key=value); see `latent list` [default = elbo]",
    placeholder: "NAME",
  } as Field<Objective>,
  epochs: whole(1, 1_000_000, "N", "Passes over the training examples [default = 10]"),
  batch: whole(1, 1_000_000, "N", "Examples a step [default = 128]"),
  lr: positive("X", "Learning rate [default = 0.001]"),
  seed: whole(0, Number.MAX_SAFE_INTEGER, "N", "Of first weights, order and noise [default = 0]"),
  validation: {
    schema: z.number({ error: validationError }).refine((n) => n > 0 && (n < 1 || Number.isInteger(n)), {
      error: validationError,
    }),
    fromText: numberFromText,
    brief: "Share or number of training examples to hold out [default = none]",
    placeholder: "X",
  } as Field<number>,
  patience: whole(
    1,
    1_000_000,
    "N",
    "Stop after N epochs without improvement and keep the best weights [default = never]",
  ),
  binarize: choice(
    binarizations,
    "MODE",
    "Grey levels to black and white: none, dynamic, static, threshold [default = none]",
  ),
  shuffle: choice(
    shuffles,
    "NAME",
    "Order of examples: full, or blocks, which slow disks read faster [default = full]",
  ),
  memory: {
    schema: z.number({ error: memoryError }).refine((bytes) => bytes >= 0, { error: memoryError }),
    fromText: bytesFromText,
    brief: "Memory for a folder's examples; larger data stream from disk [default = 1GiB]",
    placeholder: "SIZE",
  } as Field<number>,
  device: text("NAME", "auto, cpu, cuda, webgpu, ...; see `latent devices` [default = auto]"),
  threads: whole(1, 1024, "N", "Threads of the CPU engine [default = one a core]"),
} as const;

/** What only a config file can hold: objects in place of names. */
export const objectFields = {
  data: z.custom<string | Dataset | (() => Dataset | Promise<Dataset>)>(
    (value) =>
      typeof value === "function" ||
      (typeof value === "string" && value !== "") ||
      (typeof value === "object" && value !== null && "train" in value && "test" in value),
    { error: 'must be "mnist", a folder, a data set or a function that makes one' },
  ),
  encoder: named<Network>(["parameters", "apply"], "a network, such as mlp([256, 128])", () => {
    throw new UserError("must be a network, such as mlp([256, 128])", 2);
  }),
  decoder: named<Network>(["parameters", "apply"], "a network, such as mlp([128, 256])", () => {
    throw new UserError("must be a network, such as mlp([128, 256])", 2);
  }),
  optimizer: named<Optimizer>(["slots", "update"], "an optimiser, such as adam({ lr: 1e-3 })", () => {
    throw new UserError("must be an optimiser, such as adam({ lr: 1e-3 })", 2);
  }),
} as const;

/** Checks one value. `where` names it in messages: `--z`. Throws a UserError of wrong usage. */
export function checkField<T>(where: string, schema: z.ZodType<T>, value: unknown, shown = value): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  // The problem of an item in a list is told as one of the list.
  const message = result.error.issues.find(({ path }) => path.length === 0)?.message ?? listError(schema);
  const got = `, got ${typeof shown === "string" ? `"${shown}"` : JSON.stringify(shown)}`;
  if (message.startsWith("must")) throw new UserError(`${where} ${message}${got}`, 2);
  throw new UserError(`${where}${message.startsWith("can't be") ? "" : ":"} ${message}`, 2);
}

function listError(schema: z.ZodType): string {
  const probe = schema.safeParse(undefined);
  return probe.success ? "is not valid" : (probe.error.issues[0]?.message ?? "is not valid");
}
