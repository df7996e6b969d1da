import type { Entry, Json } from "../catalogue/index.js";
import type { Objective } from "./objective.js";

/** What is known of an objective that can be chosen by name. */
export interface ObjectiveInfo extends Entry<Objective> {
  /** The objective with these options, whose types have been checked. */
  make(options: Readonly<Record<string, Json>>): Objective;
}
