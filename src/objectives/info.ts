import type { BasicOptionType, Entry, Json } from "../catalogue/index.js";
import type { Objective } from "./objective.js";

/** What an objective's option takes; `objective` is another one. */
export type ObjectiveOptionType = BasicOptionType | "objective";

/** What is known of an objective that can be chosen by name. */
export interface ObjectiveInfo extends Entry<Objective, ObjectiveOptionType> {
  /** The shape of examples that it is checked with, if it does not take those of any; default [5]. */
  readonly shape?: readonly number[];
  /** True if it takes a conditional model with a classifier and no other. */
  readonly conditional?: true;
  /**
   * The loss from the terms that are reported, as the paper writes it: what the suite over all objectives holds `build` to.
   * `options` are the objective's `config`. Left out where the loss is no function of its terms, as that of `iwae`,
   * and where it is that of the objective which is its option `of`.
   */
  loss?(terms: Readonly<Record<string, number>>, options: Readonly<Record<string, Json>>): number;
  /** The objective with these options, whose types have been checked. */
  make(options: Readonly<Record<string, Json>>): Objective;
}
