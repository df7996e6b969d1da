import type { Family, Json } from "./family.js";
import type { Role } from "./role.js";

export type { Role } from "./role.js";

/** The value of an option: plain data, or a family where the option takes one. */
export type OptionValue = Json | Family | readonly OptionValue[];

/**
 * What an option takes. A `part` is a family, or a size and a family; `json` is any plain data, which the family
 * checks itself.
 */
export type OptionType =
  | "number"
  | "integer"
  | "boolean"
  | "text"
  | "numbers"
  | "points"
  | "family"
  | "part"
  | "json";

/** An option of a family, as help texts and the parser of `name(key=value)` need it. */
export interface OptionInfo {
  readonly type: OptionType;
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

/** What a family's factory tells of it; the registry is made of these. */
export interface FamilyInfo {
  /** In kebab case, as on the command line. */
  readonly name: string;
  /** One line. */
  readonly description: string;
  readonly roles: readonly Role[];
  readonly options: Readonly<Record<string, OptionInfo>>;
  /** If given, options of any other name are legal too and are of this kind. */
  readonly rest?: OptionInfo;
  /** Options that came after models had been saved without them, with the values that these models were made with. */
  readonly savedBefore?: Readonly<Record<string, Json>>;
  /** The family with these options, whose types have been checked. */
  make(options: Readonly<Record<string, OptionValue>>): Family;
}
