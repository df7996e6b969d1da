import type { TableQuality } from "../table/quality.js";

/** How good a figure is. */
export type Verdict = "good" | "fair" | "poor" | "";

/** A figure, and what it says in words. */
export interface Reading {
  readonly name: string;
  readonly value: number;
  readonly verdict: Verdict;
  readonly words: string;
}

type Words = readonly [good: string, fair: string, poor: string];

/** A figure of which more is better: good from one limit, fair from another. */
function rising(name: string, value: number | null | undefined, good: number, fair: number, words: Words) {
  return graded(name, value, (limit, found) => found >= limit, [good, fair], words);
}

/** A figure of which less is better. */
function falling(name: string, value: number | null | undefined, good: number, fair: number, words: Words) {
  return graded(name, value, (limit, found) => found <= limit, [good, fair], words);
}

function graded(
  name: string,
  value: number | null | undefined,
  reaches: (limit: number, value: number) => boolean,
  [good, fair]: readonly [number, number],
  words: Words,
): Reading[] {
  if (value === null || value === undefined) return [];
  const place = reaches(good, value) ? 0 : reaches(fair, value) ? 1 : 2;
  return [{ name, value, verdict: (["good", "fair", "poor"] as const)[place], words: words[place] }];
}

function plain(name: string, value: number | null | undefined, words: string): Reading[] {
  return value === null || value === undefined ? [] : [{ name, value, verdict: "", words }];
}

function ofLikeness(quality: TableQuality): Reading[] {
  return [
    ...rising("overall", quality.overall, 0.95, 0.85, [
      "the mean of shapes and pairs, 1 at best: distributed much like the real rows",
      "the mean of shapes and pairs, 1 at best: the real table is recognised, with differences",
      "the mean of shapes and pairs, 1 at best: distributed unlike the real rows",
    ]),
    ...rising("shapes", quality.shapes, 0.95, 0.85, [
      "columns by themselves have the real distributions",
      "some columns are distributed otherwise than the real ones",
      "many columns are distributed otherwise than the real ones",
    ]),
    ...rising("pairs", quality.pairs, 0.95, 0.85, [
      "columns hang together as in the real table",
      "some links between columns are weaker, stronger or lost",
      "links between columns are lost",
    ]),
    ...falling("missing_diff", quality.missing_diff, 0.01, 0.05, [
      "cells are missing as often as in the real table",
      "some columns have missing cells more or less often",
      "cells are missing at rates of their own",
    ]),
  ];
}

function ofValidity(quality: TableQuality): Reading[] {
  return [
    ...rising("validity", quality.validity, 0.999, 0.98, [
      "values lie in the real range, categories are real ones",
      "a few values are out of range or no known category",
      "many values are out of range or no known category",
    ]),
    ...rising("integer", quality.integer, 1, 0.99, [
      "whole numbers are whole",
      "a few numbers that should be whole have fractions",
      "numbers that should be whole have fractions",
    ]),
    ...rising("category_coverage", quality.category_coverage, 0.95, 0.8, [
      "nearly all categories occur, rare ones too",
      "some rare categories are lost",
      "many categories are lost",
    ]),
    ...rising("range_coverage", quality.range_coverage, 0.9, 0.7, [
      "numbers span the real range, tails too",
      "the ends of some ranges are not reached",
      "large parts of the real ranges are not reached",
    ]),
  ];
}

function ofUse({ detection_auc, detection_auc_logistic, efficacy }: TableQuality): Reading[] {
  return [
    ...falling("detection_auc", detection_auc, 0.65, 0.85, [
      "0.5 at best: a strong classifier hardly tells synthetic from real rows",
      "0.5 at best: a strong classifier often tells synthetic from real rows",
      "0.5 at best: a strong classifier tells synthetic from real rows nearly always",
    ]),
    ...falling("detection_auc_logistic", detection_auc_logistic, 0.6, 0.75, [
      "0.5 at best: a simple one, which sees columns one by one, hardly does",
      "0.5 at best: a simple one, which sees columns one by one, sometimes does",
      "0.5 at best: even a simple one, which sees columns one by one, does",
    ]),
    ...rising("efficacy ratio", efficacy?.ratio, 0.95, 0.85, [
      "a model trained on synthetic rows predicts about as well as one trained on real rows",
      "a model trained on synthetic rows predicts less well than one trained on real rows",
      "a model trained on synthetic rows predicts much worse than one trained on real rows",
    ]),
    ...plain(
      "efficacy real",
      efficacy?.real.f1 ?? efficacy?.real.r2,
      "F1, or R² of numbers, in the held-out rows",
    ),
    ...plain(
      "efficacy synthetic",
      efficacy?.synthetic.f1 ?? efficacy?.synthetic.r2,
      "the same, trained on synthetic rows",
    ),
  ];
}

function ofPrivacy(quality: TableQuality): Reading[] {
  const { copies, copies_test = 0, dcr_median, dcr_median_real, dcr_p05, dcr_p05_real } = quality;
  return [
    ...falling("closer_to_train", quality.closer_to_train, 0.55, 0.6, [
      "0.5 at best: synthetic rows are no nearer to training rows than to held-out ones",
      "0.5 at best: somewhat nearer to training rows than to held-out ones; the model has memorised a little",
      "0.5 at best: nearer to training rows than to held-out ones; the model has memorised rows",
    ]),
    ...plain(
      "dcr_median",
      dcr_median,
      "distance to the closest training record, half of the synthetic rows are nearer",
    ),
    ...plain("dcr_median_real", dcr_median_real, "the same of held-out real rows: the yardstick"),
    ...plain("dcr_p05", dcr_p05, "one synthetic row of twenty is nearer"),
    ...plain("dcr_p05_real", dcr_p05_real, "the same of held-out real rows"),
    ...falling("copies", copies, copies_test + 0.001, copies_test + 0.01, [
      "no more synthetic rows equal a training row than held-out real rows do",
      "a few synthetic rows equal a training row, more than by chance",
      "synthetic rows are copies of training rows",
    ]),
    ...plain(
      "copies_test",
      quality.copies_test,
      "held-out real rows that equal a training row: what chance does",
    ),
    ...plain("duplicates", quality.duplicates, "synthetic rows that repeat another one"),
  ];
}

/** The figures that were measured, with what they say. */
export function readingsOf(quality: TableQuality): Reading[] {
  return [...ofLikeness(quality), ...ofValidity(quality), ...ofUse(quality), ...ofPrivacy(quality)];
}
