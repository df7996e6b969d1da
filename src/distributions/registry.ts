import { UserError } from "../tensor/index.js";
import type { FamilyFactory } from "./define.js";
import * as shipped from "./families.js";
import type { Family, Json } from "./family.js";
import type { FamilyInfo, OptionInfo, OptionValue } from "./info.js";
import { type FamilySpec, formatSpec, isSpec, parseSpec } from "./parse.js";
import { suggestion } from "./suggest.js";

const registry = new Map<string, FamilyInfo>();

function addInfo(info: FamilyInfo): void {
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(info.name)) {
    throw new UserError(
      `a distribution's name is in kebab case, such as "half-normal", not "${info.name}"`,
      2,
    );
  }
  registry.set(info.name, info);
}

for (const value of Object.values<object>(shipped)) {
  if ("info" in value) addInfo(value.info as FamilyInfo);
}

/**
 * Makes a family of one's own known by its name, for the command line, config files and saved models.
 * Throws a UserError if the name is not in kebab case or belongs to a family that ships.
 */
export function registerFamily(factory: Pick<FamilyFactory<string>, "info">): void {
  const { name } = factory.info;
  const taken = registry.get(name);
  const isShipped = Object.values<object>(shipped).some((value) => "info" in value && value.info === taken);
  if (taken !== undefined && isShipped) {
    throw new UserError(`there is a distribution "${name}" already; give yours another name`, 2);
  }
  addInfo(factory.info);
}

/** All families that can be chosen by name, in alphabetical order. */
export function listFamilies(): FamilyInfo[] {
  return [...registry.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** What is known of the family called `name`. Throws a UserError with a suggestion if there is none. */
export function familyInfo(name: string): FamilyInfo {
  const info = registry.get(name);
  if (info !== undefined) return info;
  const names = listFamilies().map((known) => known.name);
  throw new UserError(`unknown distribution "${name}"; ${suggestion(name, names)}`, 2);
}

function isNumbers(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((item) => typeof item === "number" && Number.isFinite(item));
}

/** What the option's value is: in words if it is wrong, otherwise as the family takes it. */
function readOption(where: string, option: OptionInfo, value: Json): OptionValue {
  const wrong = (expected: string): never => {
    throw new UserError(`${where} must be ${expected}, got ${JSON.stringify(value)}`, 2);
  };
  switch (option.type) {
    case "number":
    case "integer": {
      const { min = -Infinity, max = Infinity } = option;
      const kind = option.type === "integer" ? "a whole number" : "a number";
      const bounds =
        (min > -Infinity ? ` from ${min}` : "") +
        (max < Infinity ? ` to ${max}` : min > -Infinity ? " on" : "");
      if (typeof value !== "number" || !Number.isFinite(value)) return wrong(kind + bounds);
      if (option.type === "integer" && !Number.isInteger(value)) return wrong(kind + bounds);
      return value >= min && value <= max ? value : wrong(kind + bounds);
    }
    case "boolean":
      return typeof value === "boolean" ? value : wrong("true or false");
    case "text": {
      if (typeof value !== "string") return wrong("a text");
      if (option.choices !== undefined && !option.choices.includes(value)) {
        throw new UserError(`${where} can't be "${value}"; ${suggestion(value, option.choices)}`, 2);
      }
      return value;
    }
    case "numbers":
      return isNumbers(value) ? value : wrong("a list of numbers, such as [64, 64]");
    case "points": {
      const rows = Array.isArray(value) ? (value as readonly Json[]) : [];
      return rows.length > 0 && rows.every(isNumbers)
        ? rows
        : wrong("a list of points, such as [[0, 1], [1, 0]]");
    }
    case "json":
      return value;
    case "family":
      return typeof value === "string" || isSpec(value) ? familyFrom(value) : wrong("a distribution");
    case "part": {
      if (typeof value === "string" || isSpec(value)) return familyFrom(value);
      const [size, family] = Array.isArray(value) ? (value as readonly Json[]) : [];
      const fits = Number.isInteger(size) && (typeof family === "string" || isSpec(family));
      if (!fits) return wrong("a distribution, or [size, distribution]");
      return [size as number, familyFrom(family)];
    }
  }
}

/** Which options something with a name and options has. */
export interface OptionInfos {
  readonly options: Readonly<Record<string, OptionInfo>>;
  /** If given, options of any other name are legal too and are of this kind. */
  readonly rest?: OptionInfo;
}

/**
 * Options as `make` takes them, out of plain data. Throws a UserError that begins with `name`, with a suggestion
 * where one is near, for an option that does not exist and for a value that it can't have.
 */
export function readOptions(
  name: string,
  known: OptionInfos,
  config: Readonly<Record<string, Json>>,
): Record<string, OptionValue> {
  const options: Record<string, OptionValue> = {};
  for (const [key, value] of Object.entries(config)) {
    const option = Object.hasOwn(known.options, key) ? known.options[key] : known.rest;
    if (option === undefined) {
      const names = Object.keys(known.options);
      const hint = names.length === 0 ? "it has none" : suggestion(key, names);
      throw new UserError(`${name} has no option "${key}"; ${hint}`, 2);
    }
    options[key] = readOption(`${name}: ${key}`, option, value);
  }
  return options;
}

/**
 * The family of a name and its options: what `family.name` and `family.config` of a saved model say, or just a
 * name. Throws a UserError, with a suggestion where one is near, for a name or option that does not exist and
 * for a value that the option can't have.
 */
export function familyFrom(spec: string | FamilySpec): Family {
  const { name, config } = typeof spec === "string" ? { name: spec, config: {} } : spec;
  const info = familyInfo(name);
  return info.make(readOptions(name, info, config));
}

/**
 * A family as it was saved, with what today's code has to be told of one saved by earlier code (`savedBefore`), nested
 * families too. Families that are not registered are left as they are.
 */
export function savedSpec({ name, config }: FamilySpec): FamilySpec {
  const current = (value: Json): Json =>
    Array.isArray(value)
      ? (value as readonly Json[]).map(current)
      : isSpec(value)
        ? { ...savedSpec(value) }
        : value;
  const own = Object.entries(config).map(([key, value]) => [key, current(value)] as const);
  return { name, config: { ...registry.get(name)?.savedBefore, ...Object.fromEntries(own) } };
}

/**
 * The family that a text such as `normal`, `gamma(concentration=2, rate=1)` or `mixture(components=10)` names;
 * `parseSpec` says what may stand in it. Throws a UserError that says what is wrong.
 */
export function parseFamily(text: string): Family {
  return familyFrom(parseSpec(text));
}

/** A family as the text that `parseFamily` makes it from. */
export function formatFamily(family: Family): string {
  return formatSpec(family);
}
