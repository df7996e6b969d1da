import { kebabCase } from "../catalogue/index.js";
import * as z from "zod/mini";
import { isTableSource } from "../data/index.js";
import * as field from "../runs/field.js";
import { runFields, type Settings } from "../runs/index.js";

/** A flag: what may be its value, and how it is written. */
export interface FlagField<T> {
  readonly schema: z.ZodMiniType<T>;
  /** A flag's text as the value to check; text that can't be read stays text. */
  readonly fromText: (text: string) => unknown;
  readonly brief: string;
  readonly placeholder: string;
}

const none = { default: { value: null } } as const;

function asFlag<T>(one: field.Field<unknown, T>, brief: string): FlagField<T> {
  const { schema, placeholder } = one;
  return { schema, placeholder, brief, fromText: (text) => one.fromText(text) };
}

/** A whole number from `least` to `most`. */
export function whole(least: number, most: number, placeholder: string, about: string): FlagField<number> {
  return asFlag(field.whole(least, most, { about, placeholder, ...none }), about);
}

/** A number from `least` to `most`. */
export function number(least: number, most: number, placeholder: string, about: string): FlagField<number> {
  const error = `must be a number from ${least} to ${most}`;
  const inside = (value: number): boolean => value >= least && value <= most;
  return asFlag(field.number({ about, placeholder, ...none }, error, inside), about);
}

/** What `read` makes of a text, or refuses with undefined; `error` says what it must be. */
export function custom<T>(
  placeholder: string,
  about: string,
  error: string,
  read: (text: string) => T | undefined,
): FlagField<T> {
  const one = field.custom<T>({ about, placeholder, ...none }, error, (value) => typeof value !== "string");
  return { ...asFlag(one, about), fromText: (text) => read(text) ?? text };
}

/** A number above 0. */
export function positive(placeholder: string, about: string): FlagField<number> {
  return asFlag(field.positive({ about, placeholder, ...none }), about);
}

/** One of some words. */
export function choice<T extends string>(
  values: readonly T[],
  placeholder: string,
  about: string,
): FlagField<T> {
  return asFlag(field.choice(values, { about, placeholder, ...none }), about);
}

/** Any text that is not empty. */
export function text(placeholder: string, about: string): FlagField<string> {
  return asFlag(field.text({ about, placeholder, ...none }), about);
}

function flagOf<T>(one: field.Field<unknown, T>): FlagField<T> {
  return asFlag(one, field.brief(one));
}

/** A field whose default is another one for tables. */
function orOfTables<T>(one: FlagField<T>, byDefault: string): FlagField<T> {
  return { ...one, brief: one.brief.replace(/\]$/, `; of a table ${byDefault}]`) };
}

const { latent, batchSize, network, hidden, channels, activation } = runFields;
const { posterior, prior, likelihood, objective } = runFields;
const { epochs, lr, seed, validation, patience, binarize, standardize, shuffle, device, threads } = runFields;
const { memory, bytes, layout, out, schema } = runFields;
const { augment, sampler, size, fit, colour, background, broken } = runFields;
const { condition, classifier, balance, labelled } = runFields;
const { optimizer, schedule, lrEncoder, lrDecoder, lrPrior } = runFields;
const { clipNorm, clipValue, skipNonFinite, accumulate, ema } = runFields;

/** The shape of an example, for commands that have no data to tell it. */
export const inputField = flagOf(runFields.input);

const isAmount = (value: string): boolean => validation.schema.safeParse(validation.fromText(value)).success;

/** What `--validation` takes, as text: an amount, or the file of a table. */
const heldOut: FlagField<string> = {
  ...text("X", ""),
  schema: z.string().check(
    z.refine((value) => isAmount(value) || isTableSource(value) || /[/\\*]/.test(value), {
      error:
        "must be a share between 0 and 1, a whole number of examples, or the file of a table of held-out rows",
    }),
  ),
  brief:
    "Share (below 1) or number (1 and more) of training examples to hold out, or of a table the file of held-out rows [default = 0, of a table 0.1]",
};

/** What `--validation` says. */
export function heldOutTold(value: string): Pick<Settings, "validation" | "heldOut"> {
  return isAmount(value) ? { validation: Number(value) } : { heldOut: value };
}

/** What `train` can be told by flags, by their names. */
export const fields = {
  out: flagOf(out),
  z: orOfTables(flagOf(latent), "8"),
  network: orOfTables(flagOf(network), "table"),
  hidden: flagOf(hidden),
  channels: flagOf(channels),
  activation: flagOf(activation),
  posterior: flagOf(posterior),
  prior: flagOf(prior),
  likelihood: orOfTables(flagOf(likelihood), "columns"),
  condition: flagOf(condition) as FlagField<string>,
  classifier: flagOf(classifier),
  objective: flagOf(objective),
  epochs: orOfTables(flagOf(epochs), "as many as give some 2,500 updates, 10 to 300"),
  batch: orOfTables(flagOf(batchSize), "32 to 512 by its rows"),
  optimizer: flagOf(optimizer),
  lr: orOfTables(flagOf(lr), "0.002"),
  schedule: orOfTables(flagOf(schedule), "cosine"),
  lrEncoder: flagOf(lrEncoder),
  lrDecoder: flagOf(lrDecoder),
  lrPrior: flagOf(lrPrior),
  clipNorm: flagOf(clipNorm),
  clipValue: flagOf(clipValue),
  skipNonFinite: flagOf(skipNonFinite),
  accumulate: flagOf(accumulate),
  ema: flagOf(ema),
  seed: flagOf(seed),
  validation: heldOut,
  patience: flagOf(patience),
  binarize: flagOf(binarize),
  augment: flagOf(augment),
  sampler: flagOf(sampler),
  standardize: { ...flagOf(standardize), fromText: (text: string) => (text === "" ? true : text) },
  bytes: flagOf(bytes),
  shuffle: flagOf(shuffle),
  balance: flagOf(balance),
  labelled: flagOf(labelled),
  schema: flagOf(schema),
  memory: flagOf(memory),
  layout: flagOf(layout),
  size: flagOf(size),
  fit: flagOf(fit),
  colour: flagOf(colour),
  background: flagOf(background),
  broken: flagOf(broken),
  device: flagOf(device),
  threads: flagOf(threads),
} as const;

/** The API's names of options that are flags, by the flags' names: `z` is `latent`. */
export const optionOfFlag: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(runFields).map(([name, { flag = name }]) => [flag, name]),
);

/** The flags' names, as they are written, by the API's names of options. */
export const flagOfOption: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(optionOfFlag).flatMap(([flag, name]) => (flag in fields ? [[name, kebabCase(flag)]] : [])),
);
