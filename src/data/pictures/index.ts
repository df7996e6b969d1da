export type { PictureProgress } from "./cache.js";
export { loadPictures, type PicturesOptions } from "./load.js";
export { listsPictures } from "./manifest.js";
export { holdsPictures } from "./walk.js";
export { isPictureName } from "./found.js";
export { choiceChecks } from "./settings.js";
