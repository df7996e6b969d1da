import { UserError } from "./errors.js";
import { suggestion } from "./suggest.js";

/** What an argument or an option may be. */
export interface Check {
  /** In words, to follow "must be": `a whole number from 1`. */
  readonly expected: string;
  readonly ok: (value: unknown) => boolean;
}

const longest = 60;

/** A value in a few words, for messages: `3`, `"x"`, `an array [[1,2]]`, `a Map`. */
export function valueInWords(value: unknown): string {
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") {
    return typeof value === "string" ? JSON.stringify(value.slice(0, longest)) : String(value);
  }
  if (typeof value === "function") return "a function";
  if (typeof value !== "object" || value === null) return String(value);
  if (isPromise(value)) return "a Promise, which must be awaited first";
  if (ArrayBuffer.isView(value)) return `a ${value.constructor.name}`;
  const text = plainText(value);
  if (Array.isArray(value)) return `an array ${text}`;
  const name = (value.constructor as { readonly name?: string } | undefined)?.name ?? "Object";
  return name === "Object" || name === "" ? `an object ${text}` : `a ${name}`;
}

function plainText(value: object): string {
  let text: string;
  try {
    text = JSON.stringify(value) ?? "";
  } catch {
    return ""; // it refers to itself
  }
  return text.length > longest ? `${text.slice(0, longest)}...` : text;
}

/** Whether a value is a Promise or like one. */
export function isPromise(value: unknown): boolean {
  return typeof value === "object" && value !== null && "then" in value && typeof value.then === "function";
}

/** Throws a UserError that names the function and what it takes unless a value passes its check. */
export function requireArgument(where: string, name: string, value: unknown, check: Check): void {
  if (check.ok(value)) return;
  if (isPromise(value)) {
    throw new UserError(`${where}: ${name} is a Promise: await it first`, 2);
  }
  const remedy = typeof value === "function" ? "; if it makes one, call it" : "";
  throw new UserError(`${where}: ${name} must be ${check.expected}, got ${valueInWords(value)}${remedy}`, 2);
}

/** What a function's options may be, by name. */
export type OptionChecks = Readonly<Record<string, Check>>;

/** A check for each option that `O` has, so that the compiler finds one that has none or that isn't there. */
export type ChecksOf<O> = { readonly [K in keyof O]-?: Check };

/**
 * Throws a UserError unless `options` is an object whose keys are all known, with values that pass; an option that is
 * undefined counts as not given. An unknown one is refused with a suggestion.
 */
export function requireOptions(where: string, options: unknown, known: OptionChecks): void {
  const names = Object.keys(known);
  for (const [key, value] of optionEntries(where, options)) {
    const check = Object.hasOwn(known, key) ? known[key] : undefined;
    if (check === undefined) throw unknownOption(where, key, names);
    if (value !== undefined) requireArgument(where, key, value, check);
  }
}

/** The options that were given, by name. Throws a UserError if they are no object. */
export function optionEntries(where: string, options: unknown): [string, unknown][] {
  if (isPromise(options)) throw new UserError(`${where}: its options are a Promise: await it first`, 2);
  if (typeof options !== "object" || options === null || Array.isArray(options)) {
    throw new UserError(`${where} takes its options as an object, got ${valueInWords(options)}`, 2);
  }
  return Object.entries(options);
}

/** The UserError for an option that does not exist. */
export function unknownOption(where: string, name: string, known: readonly string[]): UserError {
  const hint = known.length === 0 ? "it has none" : suggestion(name, known);
  return new UserError(`${where} has no option "${name}"; ${hint}`, 2);
}

/** Checks for kinds of values that many functions take. */
export const be = {
  /** A whole number from `least` to `most`. */
  whole(least: number, most = Number.MAX_SAFE_INTEGER): Check {
    const to = most < Number.MAX_SAFE_INTEGER ? ` to ${most}` : "";
    return {
      expected: `a whole number from ${least}${to}`,
      ok: (value) => Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most,
    };
  },
  /** A number of this range, its ends included. */
  number(least = -Infinity, most = Infinity): Check {
    const from = least > -Infinity ? ` from ${least}` : "";
    return {
      expected: `a number${from}${most < Infinity ? ` to ${most}` : ""}`,
      ok: (value) => typeof value === "number" && Number.isFinite(value) && value >= least && value <= most,
    };
  },
  /** Any number, infinite ones and NaN among them. */
  anyNumber: { expected: "a number", ok: (value) => typeof value === "number" },
  /** A number above 0. */
  positive: {
    expected: "a number above 0",
    ok: (value) => typeof value === "number" && Number.isFinite(value) && value > 0,
  },
  /** What `RandomStream` takes. */
  seed: {
    expected: "a whole number, at most 2^53 as a number or a bigint",
    ok: (value) => typeof value === "bigint" || Number.isSafeInteger(value),
  },
  text: { expected: "a text that is not empty", ok: (value) => typeof value === "string" && value !== "" },
  boolean: { expected: "true or false", ok: (value) => typeof value === "boolean" },
  callable: { expected: "a function", ok: (value) => typeof value === "function" },
  /** One of some words. */
  oneOf(values: readonly string[]): Check {
    return {
      expected: `one of ${values.join(", ")}`,
      ok: (value) => typeof value === "string" && values.includes(value),
    };
  },
  /** A list of at least `least` items that all pass. */
  list(item: Check, least = 0, example = "[64, 64]"): Check {
    return {
      expected: `a list, such as ${example}${item === be.anything ? "" : `, each ${item.expected}`}`,
      ok: (value) => Array.isArray(value) && value.length >= least && value.every(item.ok),
    };
  },
  /** An object that has these members; `expected` says what it is. */
  having(members: readonly string[], expected: string): Check {
    return { expected, ok: (value) => hasMembers(value, members) && !isPromise(value) };
  },
  /** A tensor of these number types. */
  tensor(...dtypes: readonly string[]): Check {
    const of = dtypes.length === 0 ? "" : ` of ${dtypes.join(" or ")} numbers`;
    return {
      expected: `a tensor${of}, such as tensor("${dtypes.at(-1) ?? "float32"}", shape, numbers) makes`,
      ok: (value) =>
        hasMembers(value, ["dtype", "shape", "data"]) &&
        Array.isArray((value as { shape: unknown }).shape) &&
        ArrayBuffer.isView((value as { data: unknown }).data) &&
        (dtypes.length === 0 || dtypes.includes((value as { dtype: string }).dtype)),
    };
  },
  typedArray: {
    expected: "a typed array, such as a Float32Array",
    ok: (value) => ArrayBuffer.isView(value) && "length" in value,
  },
  /** The bytes of a file. */
  bytes: { expected: "bytes, a Uint8Array", ok: (value) => value instanceof Uint8Array },
  signal: {
    expected: "an AbortSignal",
    ok: (value) => hasMembers(value, ["aborted", "addEventListener"]),
  },
  /** Anything at all: checked by who uses it. */
  anything: { expected: "anything", ok: () => true },
} as const satisfies Readonly<Record<string, Check | ((...args: never[]) => Check)>>;

/** Whether a value is an object (or function) with all of these members. */
export function hasMembers(value: unknown, members: readonly string[]): boolean {
  if (typeof value !== "function" && (typeof value !== "object" || value === null)) return false;
  return members.every((name) => name in value);
}
