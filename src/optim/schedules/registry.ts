import { Catalogue } from "../../catalogue/index.js";
import { constantInfo } from "./constant.js";
import { cosineInfo } from "./cosine.js";
import { exponentialInfo } from "./exponential.js";
import { multiStepInfo } from "./multi-step.js";
import { oneCycleInfo } from "./one-cycle.js";
import { polynomialInfo } from "./polynomial.js";
import { reduceOnPlateauInfo } from "./reduce-on-plateau.js";
import type { Schedule, ScheduleInfo } from "./schedule.js";
import { stepInfo } from "./step.js";

/** The schedules that can be chosen by name. */
export const schedules = new Catalogue<Schedule, ScheduleInfo>(
  { kind: "schedule", members: ["name", "config", "factorAt"] },
  [
    constantInfo,
    stepInfo,
    multiStepInfo,
    exponentialInfo,
    cosineInfo,
    oneCycleInfo,
    polynomialInfo,
    reduceOnPlateauInfo,
  ],
);
