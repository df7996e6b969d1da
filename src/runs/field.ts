import * as z from "zod/mini";
import { type Json, suggestion, valueInWords } from "../catalogue/index.js";
import { UserError } from "../tensor/index.js";

/** One thing that a run can be told: what it may be, what it is by default, and how people read and write it. */
export interface Field<In, Out = In> {
  /** Checks a value, and makes the object of a name. */
  readonly schema: z.ZodMiniType<Out>;
  /** Never there: for types, what may be told. */
  readonly told?: In;
  /** One line, without a full stop. */
  readonly about: string;
  /** What is left to say of it, in sentences. */
  readonly more?: string;
  /** What it is unless told otherwise; where that is no plain value, in words. */
  readonly default: { readonly value: Json } | { readonly words: string };
  /** Stands for the value in help texts: `N`. */
  readonly placeholder: string;
  /** Whether a resumed run may be told another value than it had. */
  readonly resume: "free" | "fixed";
  /** What flag and setting of the config file are called, if not as the field is. */
  readonly flag?: string;
  /** A flag's text as a value to check; text that can't be read stays text. */
  fromText(text: string): unknown;
}

/** Fields by name. */
export type Fields = Readonly<Record<string, Field<unknown>>>;

/** What a field may be told. */
export type In<F> = F extends Field<infer T, unknown> ? T : never;
/** What a field's value is once it is checked. */
export type Out<F> = F extends Field<unknown, infer T> ? T : never;

/** Options of which each may be given or not. */
export type Told<F> = { readonly [K in keyof F]?: In<F[K]> | undefined };
/** Options that were given, checked, names made into objects. */
export type Checked<F> = { readonly [K in keyof F]?: Out<F[K]> };

type Words = Pick<Field<unknown>, "about" | "placeholder" | "default"> &
  Partial<Pick<Field<unknown>, "more" | "flag" | "resume">>;

function field<I, O>(
  words: Words,
  schema: z.ZodMiniType<O>,
  fromText: (text: string) => unknown = (text) => text,
): Field<I, O> {
  return { resume: "fixed", ...words, schema, fromText };
}

const grouped = (value: number): string => value.toLocaleString("en-US");

function numberFromText(text: string): unknown {
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text.trim()) ? Number(text) : text;
}

function wholeFromText(text: string): unknown {
  return /^[+-]?\d+$/.test(text.trim()) ? Number(text) : text;
}

/** A number that passes `test`; `error` says what it must be. */
export function number(words: Words, error: string, test: (value: number) => boolean): Field<number> {
  const schema = z
    .number({ error })
    .check(z.refine((value) => Number.isFinite(value) && test(value), { error }));
  return field(words, schema, numberFromText);
}

/** A whole number from `least` to `most`. */
export function whole(least: number, most: number, words: Words): Field<number> {
  const error = `must be a whole number from ${grouped(least)} to ${grouped(most)}`;
  const inside = (value: number): boolean => Number.isInteger(value) && value >= least && value <= most;
  const schema = z.number({ error }).check(z.refine(inside, { error }));
  return field(words, schema, wholeFromText);
}

/** A number that passes `test`, or `none`: what the run that is resumed had is taken off. `error` says what it must be. */
export function orNone(
  words: Words,
  error: string,
  test: (value: number) => boolean,
): Field<number | "none"> {
  const fits = (value: unknown): value is number | "none" =>
    value === "none" || (typeof value === "number" && Number.isFinite(value) && test(value));
  return field(words, z.custom<number | "none">(fits, { error }), numberFromText);
}

/** A number above 0. */
export function positive(words: Words): Field<number> {
  return number(words, "must be a number above 0, such as 0.001", (value) => value > 0);
}

/** Whole numbers from 1 to `most`, at most `length` of them. */
export function sizes(most: number, length: number, words: Words): Field<readonly number[]> {
  const error = `must be whole numbers from 1 to ${grouped(most)} separated by commas, such as 256,128`;
  const schema = z.custom<readonly number[]>(
    (value) =>
      Array.isArray(value) &&
      value.length <= length &&
      value.every((item) => Number.isInteger(item) && item >= 1 && item <= most),
    { error },
  );
  return field(words, schema, (text) => (text === "none" ? [] : text.split(",").map(wholeFromText)));
}

/** One of some words. */
export function choice<T extends string>(values: readonly T[], words: Words): Field<T> {
  const schema = z.custom<T>((value) => values.includes(value), {
    error: ({ input }) =>
      `can't be ${JSON.stringify(input) ?? valueInWords(input)}; ${suggestion(String(input), values)}`,
  });
  return field(words, schema);
}

/** Any text that is not empty. */
export function text(words: Words): Field<string> {
  return field(
    words,
    z.string({ error: "must be a text" }).check(z.minLength(1, { error: "must not be empty" })),
  );
}

/** True or false. */
export function yesOrNo(words: Words): Field<boolean> {
  return field(words, z.boolean({ error: "must be true or false" }));
}

/** What `make` makes of a value: the object of a name. Its UserErrors are the field's messages. */
export function made<I, O>(words: Words, make: (value: I) => O): Field<I, O> {
  const schema = z.transform((value: unknown, context): O => {
    try {
      return make(value as I);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      context.issues.push({ code: "custom", message: error.message, input: value });
      return z.NEVER;
    }
  });
  return field(words, schema);
}

/** A value for which `test` holds; `error` says what it must be. */
export function custom<T>(words: Words, error: string, test: (value: unknown) => boolean): Field<T> {
  return field(words, z.custom<T>(test, { error }));
}

const units: Readonly<Record<string, number>> = { "": 1, k: 1e3, m: 1e6, g: 1e9, t: 1e12 };

/** `512MB`, `2 GB`, `1.5GiB` or a number of bytes, in bytes; text that is none of these stays text. */
function bytesFromText(text: string): unknown {
  const [, amount = "", unit = "", binary] = /^(\d+\.?\d*)\s*([kmgt]?)(i?)b?$/i.exec(text.trim()) ?? [];
  const factor = units[unit.toLowerCase()];
  if (amount === "" || factor === undefined) return text;
  return Math.round(Number(amount) * (binary === "i" ? 1024 ** Math.round(Math.log10(factor) / 3) : factor));
}

/** A number of bytes from 0. */
export function bytes(words: Words): Field<number> {
  const error = "must be a size such as 512MB or 2GB, or 0";
  return field(words, z.number({ error }).check(z.refine((value) => value >= 0, { error })), bytesFromText);
}

/** A field's default in words: `10`, `relu`, `none`. */
export function defaultInWords(field: Pick<Field<unknown>, "default">): string {
  if ("words" in field.default) return field.default.words;
  const { value } = field.default;
  return typeof value === "string" ? value : JSON.stringify(value).replace(/^\[|\]$/g, "");
}

/** A field as one line of help. */
export function brief(field: Pick<Field<unknown>, "about" | "default">): string {
  return `${field.about} [default = ${defaultInWords(field)}]`;
}
