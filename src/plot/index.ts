/** Pictures of data and models. Everything here runs in the browser too; `node.ts` holds what does not. */
export type { Colour, Raster } from "./raster.js";
export { type ExampleShape, type GreyRange, toBytes } from "./pixels.js";
export {
  type ComparisonOptions,
  type GridOptions,
  imageGrid,
  originalsBesideReconstructions,
} from "./image-grid.js";
export { decodePng, encodePng } from "./png.js";
export { type CurveOptions, type CurveTerm, type HistoryPoint, lossCurves } from "./curves.js";
export { rateRange, type RangePoint, type RateRangeOptions, rateText } from "./rate-range.js";
export {
  detectionChart,
  type DetectionChartOptions,
  type DetectionSeries,
  type PlottedCurve,
} from "./detection-chart.js";
export { viridis } from "./heat-table.js";
export { labelledRows, type LabelledRowsOptions } from "./labelled-rows.js";
export { latentScatter, type ScatterOptions } from "./scatter.js";
export type { Labels } from "./classes.js";
export { type PrincipalAxes, principalAxes } from "./principal-axes.js";
export {
  linearAxis,
  manifoldCodes,
  manifoldGrid,
  manifoldMap,
  type ManifoldMapOptions,
  type ManifoldOptions,
  normalAxis,
} from "./manifold.js";
export { type PlacedOptions, placedImages, rasterSvg } from "./placed-images.js";
export {
  circleCodes,
  type PlacedCodes,
  sphereCodes,
  sphereMap,
  triangleCodes,
  triangleMap,
} from "./sphere.js";
export {
  type Report,
  type ReportFacts,
  type ReportFigure,
  reportHtml,
  type ReportPicture,
  type ReportTable,
} from "./report.js";
export { halfBlocks, type HalfBlockOptions, type TerminalColour } from "./terminal.js";
