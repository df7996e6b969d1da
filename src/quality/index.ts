/** How good generated examples are. What computes is loaded when it is called. */
export { pictureQuality, type PictureQuality, type PictureQualityOptions } from "./picture-quality.js";
export { type TableSource, tableQuality, type TableQualityOptions } from "./table-quality.js";
export type { Detection } from "./table/detection.js";
export type { Efficacy, EfficacyScores } from "./table/efficacy.js";
export type { Privacy } from "./table/privacy.js";
export {
  type QualityPart,
  qualityParts,
  type Resemblance,
  type ResemblanceDetails,
  type TableQuality,
} from "./table/quality.js";
export type { TableRow, TextTable } from "./table/text-table.js";
export type { Validity } from "./table/validity.js";
