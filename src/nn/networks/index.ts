export * from "./conv.js";
export type * from "./info.js";
export * from "./keras.js";
export * from "./mlp.js";
export type { HalvingPadding } from "./pictures.js";
export * from "./pythae.js";
export * from "./registry.js";
export * from "./resnet.js";
export * from "./vanilla.js";
