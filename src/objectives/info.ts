import type { Entry, Json } from "../catalogue/index.js";
import type { Objective } from "./objective.js";

/** What is known of an objective that can be chosen by name. */
export interface ObjectiveInfo extends Entry<Objective> {
  /**
   * The loss from the terms that are reported, as the paper writes it: what the suite over all objectives holds `build` to.
   * `options` are the objective's `config`. Left out where the loss is no function of its terms, as that of `iwae`.
   */
  loss?(terms: Readonly<Record<string, number>>, options: Readonly<Record<string, Json>>): number;
  /** The objective with these options, whose types have been checked. */
  make(options: Readonly<Record<string, Json>>): Objective;
}
