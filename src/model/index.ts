export * from "./batch.js";
export * from "./bundle.js";
export * from "./config.js";
export * from "./functions.js";
export * from "./noise.js";
export * from "./safetensors.js";
export * from "./trained.js";
export * from "./vae.js";
