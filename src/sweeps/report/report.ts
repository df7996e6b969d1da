import type { ReportPicture, ReportTable } from "../../plot/index.js";
import { reportHtml } from "../../plot/index.js";
import type { OpenPlan } from "../plan.js";
import { statusOf } from "../status.js";
import type { SweepState } from "../state.js";
import { tableOf, type TrialRow } from "../table.js";
import { bestHistory, importanceBars } from "./charts.js";
import { fewestTrials, type Importances, importancesOf } from "./importance.js";
import { type Measured, parallelCoordinates } from "./parallel.js";

/** What a sweep's report has beside what its state says. */
export interface ReportExtras {
  /** Samples of the best runs beside each other, where the data are pictures. */
  readonly samples?: { readonly png: Uint8Array; readonly caption: string };
  readonly environment: Readonly<Record<string, string>>;
}

function settingsText(settings: TrialRow["settings"]): string {
  return Object.entries(settings)
    .map(([name, value]) => `${name} ${typeof value === "number" ? Number(value.toPrecision(4)) : value}`)
    .join(", ");
}

/** Trials with a value, compared at the epochs that they have reached. */
export function measuredOf(state: SweepState, rows: readonly TrialRow[]): readonly Measured[] {
  return rows.flatMap(({ trial, value, state: became }) => {
    const point = state.trials[trial]?.point;
    if (
      point === undefined ||
      value === null ||
      !Number.isFinite(value) ||
      became === "failed" ||
      became === "pruned"
    )
      return [];
    return [{ number: trial, point, value, complete: became === "complete" }];
  });
}

function tableFor(plan: OpenPlan, rows: readonly TrialRow[]): ReportTable {
  const sign = plan.direction === "maximize" ? -1 : 1;
  const rank = ({ state, value }: TrialRow): number =>
    (state === "complete" ? -1e300 : 0) + sign * (value ?? 1e200);
  const names = plan.space.dimensions.map(({ name }) => name);
  return {
    title: "Trials",
    columns: [
      "trial",
      "state",
      ...names,
      "epochs",
      plan.metric,
      ...(plan.seeds > 1 ? ["spread"] : []),
      "seconds",
      "reason",
    ],
    rows: [...rows]
      .sort((a, b) =>
        (a.state === "complete") === (b.state === "complete")
          ? sign * ((a.value ?? Infinity) - (b.value ?? Infinity)) || a.trial - b.trial
          : rank(a) - rank(b),
      )
      .map((row) => [
        ...[row.trial, row.state, ...names.map((name) => row.settings[name] ?? null)],
        ...[row.epochs, row.value, ...(plan.seeds > 1 ? [row.spread] : []), row.seconds, row.reason],
      ]),
  };
}

/** How far an importance can be trusted, in a sentence. */
function trustIn({ trials, epochs, explained }: Importances): string {
  const at = epochs === undefined ? "" : ` after ${epochs} epoch${epochs === 1 ? "" : "s"}`;
  const share = `${Math.round(100 * Math.max(0, explained))} %`;
  return `Learned from ${trials} trials${at}; the forest foretells ${share} of the variation of trials that it has not seen.`;
}

async function picturesFor(
  plan: OpenPlan,
  state: SweepState,
  rows: readonly TrialRow[],
): Promise<ReportPicture[]> {
  const measured = measuredOf(state, rows);
  const { dimensions } = plan.space;
  if (measured.length === 0) return [];
  const sign = plan.direction === "maximize" ? -1 : 1;
  const text = { metric: plan.metric, sign, caption: "" } as const;
  const partly = measured.some(({ complete }) => !complete);
  const stopped = partly ? " Hollow dots were stopped early: their values are of fewer epochs." : "";
  const compared = partly ? " Trials that were stopped early stand with what they had come to by then." : "";
  const found = importancesOf(dimensions, rows, plan.stopping.name !== "none");
  return [
    {
      title: "History of the best",
      svg: await bestHistory(measured, {
        ...text,
        title: `${plan.metric} by trial`,
        caption: `Trials in the order of proposal.${stopped}`,
      }),
    },
    {
      title: "Settings and what they came to",
      svg: await parallelCoordinates(dimensions, measured, {
        ...text,
        title: "Parallel coordinates",
        caption: `One line a trial; the darker, the better.${compared}`,
      }),
    },
    ...(found === undefined
      ? []
      : [
          {
            title: "Importance of settings",
            svg: await importanceBars(
              found.settings,
              "Share of the variation that is due to each setting",
              `Total effects, by a forest of regression trees over ranked values (after fANOVA, Hutter et al. 2014). Effects together with other settings count for each of them, so that shares may add up to more than 100 %. ${trustIn(found)}`,
            ),
          },
        ]),
  ];
}

/** A sweep as one HTML page that needs nothing else. */
export async function sweepReport(
  name: string,
  plan: OpenPlan,
  state: SweepState,
  extras: ReportExtras,
): Promise<string> {
  const rows = tableOf(plan, state);
  const status = statusOf(plan, state);
  const { best, used, counts } = status;
  const { samples, environment } = extras;
  const held =
    best && (best.binarize === "none" ? best.split : `${best.split}, ${best.binarize} binarisation`);
  const pictures = await picturesFor(plan, state, rows);
  const few = rows.filter(({ value }) => value !== null).length < fewestTrials;
  return reportHtml({
    title: `Sweep ${name}`,
    subtitle: `${plan.metric} (${plan.direction}) over ${plan.space.dimensions.length} settings; search ${plan.search.name}, early stopping ${plan.stopping.name}${plan.seeds > 1 ? `, ${plan.seeds} seeds a point` : ""}.`,
    figures: [
      ...(best === undefined
        ? []
        : [
            {
              label: `Best ${plan.metric}`,
              value: best.value,
              unit: `${held ?? ""}, trial ${best.trial}${best.spread === null ? "" : `, +- ${best.spread.toPrecision(2)} over seeds`}`,
            },
          ]),
      {
        label: "Trials",
        value: used.trials,
        unit: `${counts.complete} complete, ${counts.stopped} stopped early, ${counts.pruned} pruned, ${counts.failed} failed`,
      },
      { label: "Epochs", value: used.epochs },
      { label: "Training", value: Math.round(used.seconds), unit: "seconds, all runs together" },
    ],
    warnings: [
      ...(best?.split === "test"
        ? [
            "The test examples have decided: figures on them are too good by the choice among trials. Hold examples out by `validation`.",
          ]
        : []),
      ...(few
        ? [`Fewer than ${fewestTrials} trials were measured: the importance of settings is not shown.`]
        : []),
    ],
    pictures: [
      ...(samples === undefined
        ? []
        : [{ title: "Samples of the best runs", png: samples.png, caption: samples.caption }]),
      ...pictures,
    ],
    tables: [tableFor(plan, rows)],
    config: {
      ...(best && { best: settingsText(best.settings) }),
      run: plan.run,
      seeds: plan.seeds,
      search: plan.search.config,
      stopping: plan.stopping.config,
      constraints: plan.constraints,
    },
    environment,
  });
}
