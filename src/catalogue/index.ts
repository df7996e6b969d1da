export {
  be,
  type Check,
  type ChecksOf,
  hasMembers,
  isPromise,
  optionEntries,
  type OptionChecks,
  requireArgument,
  requireOptions,
  suggestion,
  unknownOption,
  valueInWords,
} from "../tensor/index.js";
export * from "./catalogue.js";
export { checkedFile, inFile, requireComplete } from "./checked.js";
export { type Json, readJson } from "./json.js";
export * from "./model-column.js";
export * from "./options.js";
export * from "./spec.js";
