import {
  type Check,
  optionEntries,
  requireArgument,
  suggestion,
  unknownOption,
  UserError,
  valueInWords,
} from "../tensor/index.js";
import type { Json } from "./json.js";

/** What an option takes, of the kinds that every catalogue knows; `json` is any plain data, which the entry checks. */
export type BasicOptionType = "number" | "integer" | "boolean" | "text" | "numbers" | "points" | "json";

/** An option of an entry, as help texts and the reader of `name(option=value)` need it. */
export interface OptionInfo<Type extends string = BasicOptionType> {
  readonly type: Type;
  /** One line. */
  readonly about: string;
  readonly default?: Json;
  /** Smallest value of a number. */
  readonly min?: number;
  /** Largest value of a number. */
  readonly max?: number;
  /** The values of a text option. */
  readonly choices?: readonly string[];
}

/** Which options something with a name and options has. */
export interface OptionInfos<Type extends string = BasicOptionType> {
  readonly options: Readonly<Record<string, OptionInfo<Type>>>;
  /** If given, options of any other name are legal too and are of this kind. */
  readonly rest?: OptionInfo<Type>;
}

/**
 * Reads values of an option type that a catalogue has beside the basic ones, such as a nested distribution. `wrong`
 * throws the UserError that says what was expected.
 */
export type OptionReader = (value: Json, wrong: (expected: string) => never) => unknown;

function isNumbers(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((item) => typeof item === "number" && Number.isFinite(item));
}

function isPoints(value: Json): boolean {
  return Array.isArray(value) && value.length > 0 && (value as readonly Json[]).every(isNumbers);
}

/** `a whole number from 1 to 10`, `a number from 0 on`. */
function numberInWords({ type, min = -Infinity, max = Infinity }: OptionInfo<string>): string {
  const kind = type === "integer" ? "a whole number" : "a number";
  if (min === -Infinity) return max < Infinity ? `${kind} up to ${max}` : kind;
  return `${kind} from ${min}${max < Infinity ? ` to ${max}` : " on"}`;
}

function isNumberOf({ type, min = -Infinity, max = Infinity }: OptionInfo<string>, value: Json): boolean {
  if (typeof value !== "number" || !Number.isFinite(value)) return false;
  return (type !== "integer" || Number.isInteger(value)) && value >= min && value <= max;
}

function readBasic(
  where: string,
  option: OptionInfo<string>,
  value: Json,
  wrong: (expected: string) => never,
): unknown {
  switch (option.type) {
    case "number":
    case "integer":
      return isNumberOf(option, value) ? value : wrong(numberInWords(option));
    case "boolean":
      return typeof value === "boolean" ? value : wrong("true or false");
    case "text":
      if (typeof value !== "string") return wrong("a text");
      if (option.choices === undefined || option.choices.includes(value)) return value;
      throw new UserError(`${where} can't be "${value}"; ${suggestion(value, option.choices)}`, 2);
    case "numbers":
      return isNumbers(value) ? value : wrong("a list of numbers, such as [64, 64]");
    case "points":
      return isPoints(value) ? value : wrong("a list of points, such as [[0, 1], [1, 0]]");
    case "json":
      return value;
    default:
      throw new Error(`there is no reader for options of type "${option.type}"`);
  }
}

/**
 * Options as an entry's `make` takes them, out of plain data. `readers` are for option types beside the basic ones.
 * Throws a UserError that begins with `name`, with a suggestion where one is near, for an option that does not exist
 * and for a value that it can't have.
 */
export function readOptions<Type extends string>(
  name: string,
  known: OptionInfos<Type>,
  config: Readonly<Record<string, Json>>,
  readers: Readonly<Record<string, OptionReader>> = {},
): Record<string, unknown> {
  const options: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(config)) {
    const option = optionNamed(name, known, key);
    const wrong = failing(name, key, value);
    const reader = readers[option.type];
    options[key] =
      reader === undefined ? readBasic(`${name}: ${key}`, option, value, wrong) : reader(value, wrong);
  }
  return options;
}

function optionNamed<Type extends string>(
  name: string,
  known: OptionInfos<Type>,
  key: string,
): OptionInfo<Type> {
  const option = Object.hasOwn(known.options, key) ? known.options[key] : known.rest;
  if (option === undefined) throw unknownOption(name, key, Object.keys(known.options));
  return option;
}

function failing(name: string, key: string, value: unknown): (expected: string) => never {
  return (expected) => {
    throw new UserError(`${name}: ${key} must be ${expected}, got ${valueInWords(value)}`, 2);
  };
}

/** Option types whose values are the same in code as in plain data. */
const plainTypes: ReadonlySet<string> = new Set(["number", "integer", "boolean", "text", "numbers"]);

/**
 * Throws a UserError unless `options`, as a function of the API gets them, is an object of options that the entry has
 * (others are refused with a suggestion) with values of their types; one that is undefined counts as not given.
 * `checks` are for types whose values in code are other than plain data.
 */
export function requireEntryOptions(
  { name, ...known }: OptionInfos<string> & { readonly name: string },
  options: unknown,
  checks: Readonly<Record<string, Check>> = {},
): void {
  for (const [key, value] of optionEntries(name, options)) {
    const option = optionNamed(name, known, key);
    const check = checks[option.type];
    if (value === undefined) continue;
    if (check !== undefined) requireArgument(name, key, value, check);
    else if (plainTypes.has(option.type)) {
      readBasic(`${name}: ${key}`, option, value as Json, failing(name, key, value));
    }
  }
}
