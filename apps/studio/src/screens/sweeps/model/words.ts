import type { Axis, Settings, Sweep, Trial } from "../../../lib/sources/sweeps";
import { number, t } from "../../../lib/text/text.svelte";
import { numberText, valueText } from "./scales";

const known = new Set([
  "negativeElbo",
  "reconstruction",
  "kl",
  "mse",
  "activeUnits",
  "accuracy",
  "negativeLogLikelihood",
]);

/** What a metric is called. */
export const metricName = (metric: string): string =>
  known.has(metric) ? t(`sweeps:metric-${metric}`) : metric;

/** What a trial came to. */
export function measure(value: number): string {
  const short = numberText(value, 5);
  // In a column, 195.60 stands below 188.25.
  return Number.isInteger(value) || short.includes("e") || Math.abs(value) >= 1e5
    ? short
    : value.toPrecision(5);
}

/** `98.31 ± 0.42` of several seeds. */
export const withSpread = (value: number, spread: number | null): string =>
  spread === null ? measure(value) : `${measure(value)} ± ${numberText(spread, 2)}`;

/** The values of a trial's settings that are of use to it. */
export const settingsOf = (axes: readonly Axis[], { point }: Trial): readonly (readonly [string, string])[] =>
  axes.flatMap((axis) =>
    point[axis.path] === undefined ? [] : [[axis.name, valueText(axis, point[axis.path])] as const],
  );

/** Settings in a line, by name. */
export const settingsText = (settings: Settings): string =>
  Object.entries(settings)
    .map(([name, value]) => `${name} ${typeof value === "number" ? numberText(value) : value}`)
    .join(", ");

/** A trial in a sentence: its settings, how it stands, what it came to. */
export function said({ axes, summary }: Sweep, trial: Trial): string {
  const settings = settingsOf(axes, trial)
    .map(([name, value]) => `${name} ${value}`)
    .join(", ");
  const state = t(`sweeps:trial-${trial.state}`);
  if (trial.value === null) return t("sweeps:said-unmeasured", { trial: trial.trial, state, settings });
  const value = `${metricName(summary.metric)} ${withSpread(trial.value, trial.spread)}`;
  return t("sweeps:said", { trial: trial.trial, state, settings, value, epochs: trial.epochs });
}

/** Hours, minutes and seconds, as far as there are some. */
export function duration(seconds: number): string {
  const whole = Math.round(seconds);
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  if (h > 0) return t("sweeps:hours", { h: number(h), m });
  return m > 0 ? t("sweeps:minutes", { m, s }) : t("sweeps:seconds", { s });
}
