export * from "./arguments.js";
export * from "./catalogue.js";
export { checkedFile, inFile, requireComplete } from "./checked.js";
export { type Json, readJson } from "./json.js";
export * from "./options.js";
export * from "./spec.js";
export { suggestion } from "./suggest.js";
