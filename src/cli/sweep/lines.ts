import type { SweepStatus } from "../../sweeps/index.js";
import { bar, clock, countText, measureText } from "../views/format.js";

/** Settings in a line: `lr 0.00123  objective beta-vae`. */
export function settingsText(settings: Readonly<Record<string, number | string>>): string {
  return Object.entries(settings)
    .map(([name, value]) => `${name} ${typeof value === "number" ? Number(value.toPrecision(3)) : value}`)
    .join("  ");
}

/** `101.3 +- 0.4` of several seeds. */
export function valueText(value: number, spread: number | null): string {
  return spread === null ? measureText(value) : `${measureText(value)} +- ${measureText(spread)}`;
}

/** The best trial in a line. */
export function bestLine({ best, metric }: SweepStatus): string {
  if (best === undefined) return "best     none yet";
  const data = best.binarize === "none" ? best.split : `${best.split}, ${best.binarize} binarisation`;
  const so = best.complete ? "" : ` after ${best.epochs} epoch${best.epochs === 1 ? "" : "s"}`;
  return `best     ${metric} ${valueText(best.value, best.spread)} (${data})${so}, trial ${best.trial}: ${settingsText(best.settings)}`;
}

/** What has been used of the budget, and what became of the trials. */
export function usedLine({ control, used, counts }: SweepStatus): string {
  const { trials, seconds, epochs } = control.budget;
  const of = (limit: number | undefined): string => (limit === undefined ? "" : `/${countText(limit)}`);
  const share = Math.min(
    1,
    Math.max(
      ...[
        [used.trials - counts.running - counts.waiting, trials],
        [used.seconds, seconds],
        [used.epochs, epochs],
      ].map(([done = 0, limit]) => (limit === undefined ? 0 : done / limit)),
    ),
  );
  const time = `${clock(used.seconds)}${seconds === undefined ? "" : `/${clock(seconds)}`} of training`;
  const state = control.state === "running" ? "" : `${control.state}  `;
  const became = (["running", "waiting", "complete", "stopped", "pruned", "failed"] as const)
    .filter((one) => counts[one] > 0)
    .map((one) => `${counts[one]} ${one}`)
    .join(", ");
  return `sweep    ${state}${bar(share, 16)}  ${used.trials}${of(trials)} trials (${became})  ${used.epochs}${of(epochs)} epochs  ${time}`;
}
