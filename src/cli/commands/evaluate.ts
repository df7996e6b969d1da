import { buildCommand } from "@stricli/core";
import { type Binarization, binarizationText, isStandardized, perNumber } from "../../data/index.js";
import { collapse, type Evaluation, type SplitName } from "../../evaluate/index.js";
import { evaluateModel } from "../../node.js";
import { UserError } from "../../tensor/index.js";
import { collapseAdvice } from "../../train/index.js";
import { loadSettings } from "../config.js";
import { type Cli, print, warn } from "../context.js";
import { recordedBinarization } from "../data.js";
import { defined } from "../defined.js";
import { fields, whole } from "../fields.js";
import { flag, folderArgument, toggle } from "../flags.js";
import { objectiveOf, openRun } from "../model.js";
import { columns, countText, measureText } from "../views/format.js";
import { dataField, toldData, openFlags, type OpenFlags, seedField, splitField } from "./shared.js";

interface EvaluateFlags extends OpenFlags {
  readonly data?: string;
  readonly memory?: number;
  readonly split?: SplitName;
  readonly binarize?: Binarization;
  readonly seed?: number;
  readonly device?: string;
  readonly threads?: number;
  readonly samples?: number;
  readonly examples?: number;
  readonly latentUse?: boolean;
  readonly json?: boolean;
}

function likelihoodRows({ logLikelihood }: Evaluation): string[][] {
  if (logLikelihood === undefined) return [];
  const { negativeLogLikelihood, standardError, samples, effectiveSamples, examples } = logLikelihood;
  const about =
    `nats per example, ± ${measureText(standardError)}; ${countText(samples)} draws an example, ` +
    `${measureText(effectiveSamples)} effective, ${countText(examples)} examples`;
  return [["-log p(x)", measureText(negativeLogLikelihood), about]];
}

function latentUseRows({ latentUse }: Evaluation): string[][] {
  if (latentUse === undefined) return [];
  const { klPerDimension, mutualInformation: information, neighbourAccuracy } = latentUse;
  const nats = "nats per example";
  const marginal = information?.marginalKl ?? null;
  return [
    ...(klPerDimension ?? []).map((kl, i) => [`KL of z${i + 1}`, measureText(kl), nats]),
    ...(information === null
      ? []
      : [
          [
            "I(x; z)",
            measureText(information.mutualInformation),
            `nats, ${countText(information.examples)} examples`,
          ],
        ]),
    ...(marginal === null ? [] : [["KL(q(z) || p(z))", measureText(marginal), "nats"]]),
    ...(neighbourAccuracy === null
      ? []
      : [
          [
            "neighbours",
            `${(100 * neighbourAccuracy).toFixed(1)}%`,
            "whose nearest training code has their label",
          ],
        ]),
  ];
}

function accuracyRows({ accuracy }: Evaluation): string[][] {
  if (accuracy === undefined || accuracy === null) return [];
  return [["accuracy", `${(100 * accuracy).toFixed(2)}%`, "of the labelled, by the classifier"]];
}

async function evaluate(this: Cli, flags: EvaluateFlags, folder: string): Promise<void> {
  if (flags.examples !== undefined && flags.samples === undefined) {
    throw new UserError("--examples goes with --samples, the draws an example", 2);
  }
  const settings = await loadSettings(flags.config);
  const run = await openRun(folder, settings, flags.checkpoint);
  const { model, config } = run;
  const dataset = await toldData(flags, folder, run);
  const objective = objectiveOf(config, settings);
  const trainedWith = config?.seed ?? 0;
  const datasetSize = flags.data === undefined ? config?.dataset.train : undefined;
  const evaluation = await evaluateModel(model, dataset, {
    split: flags.split ?? "test",
    binarize: flags.binarize ?? recordedBinarization(run),
    seed: flags.seed ?? trainedWith,
    ...(datasetSize !== undefined && { datasetSize }),
    ...(flags.samples !== undefined && {
      logLikelihood: defined({ samples: flags.samples, examples: flags.examples }),
    }),
    ...(flags.latentUse && { latentUse: true }),
    ...(objective && { objective }),
    ...(flags.device !== undefined && { device: flags.device }),
    ...(flags.threads !== undefined && { threads: flags.threads }),
  });
  const collapsed = collapse(evaluation);
  if (collapsed !== undefined) warn(collapseAdvice(collapsed, objective?.name ?? "", model.definition));
  if (flags.json === true) return print(JSON.stringify(evaluation));
  const { split, examples, binarize, negativeElbo, reconstruction, kl, klMethod, mse } = evaluation;
  const numbers = isStandardized(model.schema) ? "standardised numbers" : binarizationText[binarize];
  const nats = "nats per example";
  print(
    columns(
      [
        [
          "split",
          split,
          `${countText(examples)} examples of ${dataset.name}${mse === null ? "" : `, ${numbers}`}`,
        ],
        ...(negativeElbo === null ? [] : [["negative ELBO", measureText(negativeElbo), nats]]),
        ["reconstruction", measureText(reconstruction), nats],
        ...(kl === null
          ? []
          : [["KL", measureText(kl), klMethod === "exact" ? nats : `${nats}, estimated from draws`]]),
        ...(mse === null ? [] : [["MSE", measureText(mse), perNumber(model.schema)]]),
        ...accuracyRows(evaluation),
        ["active units", String(evaluation.activeUnits), `of ${evaluation.latentDim}`],
        ...likelihoodRows(evaluation),
        ...latentUseRows(evaluation),
      ],
      [1],
    ),
  );
}

export const evaluateCommand = buildCommand<EvaluateFlags, [folder: string], Cli>({
  func: evaluate,
  parameters: {
    positional: folderArgument("Folder of a run or a model"),
    flags: {
      split: flag("split", splitField),
      data: flag("data", dataField),
      memory: flag("memory", fields.memory),
      binarize: flag("binarize", {
        ...fields.binarize,
        brief: "none, dynamic, static or threshold [default = the run's]",
      }),
      seed: flag("seed", { ...seedField, brief: "Of the noise [default = the run's]" }),
      device: flag("device", fields.device),
      threads: flag("threads", fields.threads),
      samples: flag(
        "samples",
        whole(1, 1_000_000, "K", "Also -log p(x) by importance sampling with K draws an example"),
      ),
      examples: flag("examples", whole(1, 1e9, "N", "Only of the first N examples [default = all]")),
      latentUse: toggle("Also KL of each coordinate, mutual information, accuracy of nearest neighbours"),
      json: toggle("Print one JSON object"),
      ...openFlags,
    },
  },
  docs: { brief: "Measure a trained model on data" },
});
