export * from "./grad.js";
