import type { BasicOptionType, Entry, OptionInfo } from "../catalogue/index.js";
import type { Family, Json } from "./family.js";
import type { Role } from "./role.js";

export type { Role } from "./role.js";

/** The value of an option: plain data, or a family where the option takes one. */
export type OptionValue = Json | Family | readonly OptionValue[];

/** What a distribution's option takes: a `part` is a family, or a size and a family. */
export type FamilyOptionType = BasicOptionType | "family" | "part";

/** An option of a family, as help texts and the parser of `name(key=value)` need it. */
export type FamilyOption = OptionInfo<FamilyOptionType>;

/** What a family's factory tells of it; the catalogue of distributions is made of these. */
export interface FamilyInfo extends Entry<Family, FamilyOptionType> {
  readonly roles: readonly Role[];
  /** The shape of the draws that its examples are of, if they are not of any; default any. */
  readonly shape?: readonly number[];
  /** Of a family over finitely many numbers, these; of a `bernoulli` of grey levels those that its draws are of. */
  values?(options: Readonly<Record<string, OptionValue>>): readonly number[];
  /** True for a family of draws without density: its `logProb` throws a UserError. */
  readonly withoutDensity?: true;
  /** The family with these options, whose types have been checked. */
  make(options: Readonly<Record<string, OptionValue>>): Family;
}
