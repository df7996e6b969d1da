export { blamePicture, type BlamePictureOptions } from "./anomalies/blame-picture.js";
export { type AnomalyDetection, detection, type DetectionCurve, thresholdFor } from "./anomalies/curves.js";
export {
  type ScoreColumns,
  type ScoreKind,
  scoreKinds,
  type ScoreName,
  scoreNames,
} from "./anomalies/kinds.js";
export { type ScoresContext, type ScoreTable, scoreTable } from "./anomalies/score-rows.js";
export {
  type ExampleScores,
  requireScorer,
  type ScoredOptions,
  Scorer,
  type ScorerOptions,
} from "./anomalies/scorer.js";
export {
  applyDirection,
  type AttributeDirection,
  attributeDirection,
  type DirectionMethod,
  directionMethods,
  type DirectionOptions,
} from "./direction.js";
export {
  type CodeBlock,
  codeBlocks,
  codeBlocksBetween,
  codeChunk,
  type CodePart,
  codeParts,
  type CodesOptions,
  type DatasetCodes,
  encodeDataset,
} from "./encode.js";
export {
  blendCodes,
  type CodePath,
  type CodeTerm,
  interpolateCodes,
  type InterpolateCodesOptions,
  type WithinOptions,
} from "./code-paths.js";
export { type LatentKind, type LatentPart, type LatentSpacePart, latentSpace } from "./latent-space.js";
export { labelName, labelsIn, rowsWith } from "./groups.js";
export { nearestCodes, type NearestOptions, type Neighbours } from "./neighbours.js";
export { givenOf, pickExamples } from "./picked.js";
export {
  type Activity,
  activity,
  requireCode,
  type Traversal,
  traverse,
  type TraverseOptions,
} from "./traverse.js";
export type { ReadingOptions } from "./reading.js";
export { type SampleDistanceOptions, type SampleDistances, sampleDistances } from "./sample-distances.js";
