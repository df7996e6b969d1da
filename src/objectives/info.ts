import type { OptionInfo, OptionValue } from "../distributions/index.js";
import type { Objective } from "./objective.js";

/** What is known of an objective that can be chosen by name. */
export interface ObjectiveInfo {
  /** In kebab case, as on the command line. */
  readonly name: string;
  /** One line. */
  readonly description: string;
  readonly options: Readonly<Record<string, OptionInfo>>;
  /** The objective with these options, whose types have been checked. */
  make(options: Readonly<Record<string, OptionValue>>): Objective;
}
