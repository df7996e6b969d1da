export { describeOnnx, type OnnxDescription, type OnnxValue } from "./describe.js";
export {
  type CompiledGraph,
  compile,
  type ModelMetadata,
  opsetVersion,
  requireInputName,
} from "./compile.js";
export { type DirectTrial, directTrial } from "./direct-trial.js";
export { compileSteps, nextName, type StepGraph } from "./steps.js";
export { stepsInput } from "./steps-input.js";
