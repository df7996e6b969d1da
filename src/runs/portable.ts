/** What of this room works in browsers as in Node: nothing here reads or writes files. */
export { checkField, checkFields } from "./check-fields.js";
export { checkConfig, defineConfig, type LatentConfig, type Settings } from "./config-file.js";
export type { Checked, Field, Fields, In, Out, Told } from "./field.js";
export { type ConditionChoice, modelFields, type NetworkChoice } from "./model-fields.js";
export {
  aDataset,
  aModel,
  checkTraining,
  trainChecked,
  type TrainOptions,
  trainUnkept,
} from "./options.js";
export { type DataChoice, placeFields } from "./place-fields.js";
export { resumedModel, resumedTraining } from "./resumed.js";
export {
  bytesFor,
  checkedConfig,
  configVersion,
  picturesOf,
  type RunConfig,
  schemaOfRun,
  type UpdateField,
} from "./saved-run.js";
export { settingsOf } from "./settings.js";
export {
  modelOf,
  part,
  plain,
  type PlainSpec,
  resolve,
  type ResolvedRun,
  runFields,
  type RunSpec,
  specOfRun,
  withClassifier,
} from "./spec.js";
export {
  type ObjectiveChoice,
  type OptimizerChoice,
  type ScheduleChoice,
  trainingFields,
} from "./training-fields.js";
export { knownFamily, knownObjective, knownOptimizer, knownSchedule } from "./unknown.js";
