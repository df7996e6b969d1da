export { type Chain, chainOf, type ChainSource, type Moved, updateReports } from "./chain.js";
export { type Pace, type PaceOptions, ScheduledPace, steadyPace } from "./pace.js";
export {
  averageName,
  learningRate,
  rateParts,
  ratesOf,
  requireRates,
  type Slot,
  slotsOf,
  type UpdateRule,
} from "./rule.js";
