import { Catalogue } from "../../catalogue/index.js";
import { ashaInfo } from "./asha.js";
import { hyperbandInfo } from "./hyperband.js";
import { noneInfo } from "./none.js";
import { type Stopping, type StoppingInfo, stoppingMembers } from "./stopping.js";

/** The rules of early stopping that can be chosen by name. */
export const stoppings = new Catalogue<Stopping, StoppingInfo>(
  { kind: "rule of early stopping", members: stoppingMembers },
  [ashaInfo, hyperbandInfo, noneInfo],
);
