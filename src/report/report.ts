import path from "node:path";
import { be, type Json, requireArgument } from "../catalogue/index.js";
import {
  binarizationText,
  describeDataset,
  type ExampleSchema,
  isStandardized,
  perNumber,
  requireFolder,
  tableOf,
  writeWhole,
} from "../data/index.js";
import { collapse, type Evaluation } from "../evaluate/index.js";
import { vaeConfig } from "../model/index.js";
import { type ReportFigure, reportHtml, type ReportPicture, type ReportTable } from "../plot/index.js";
import { UserError } from "../tensor/index.js";
import { readRunConfig, runFiles } from "../runs/index.js";
import { collapseAdvice, type EpochRecord, type Run } from "../train/index.js";
import { briefJson } from "./brief.js";
import { environment } from "./environment.js";
import { type Drawn, drawPictures, someDrawn } from "./pictures.js";
import type { RunPicture } from "./run-picture.js";
import { generatedRows } from "./table-rows.js";

function figuresOf(evaluation: Evaluation | undefined, schema: ExampleSchema): ReportFigure[] {
  if (evaluation === undefined) return [];
  const numbers = isStandardized(schema) ? "standardised numbers" : binarizationText[evaluation.binarize];
  const { mse } = evaluation;
  const told = mse === null ? evaluation.split : `${evaluation.split}, ${numbers}`;
  const nats = `nats per example, ${told}`;
  return [
    ...(evaluation.negativeElbo === null
      ? []
      : [{ label: "Negative ELBO", value: evaluation.negativeElbo, unit: nats }]),
    { label: "Reconstruction", value: evaluation.reconstruction, unit: nats },
    ...(evaluation.kl === null
      ? []
      : [
          {
            label: evaluation.klMethod === "exact" ? "KL" : "KL (estimated)",
            value: evaluation.kl,
            unit: nats,
          },
        ]),
    ...(mse === null ? [] : [{ label: "MSE", value: mse, unit: `${perNumber(schema)}, ${told}` }]),
    ...(typeof evaluation.accuracy === "number"
      ? [
          {
            label: "Accuracy",
            value: `${(100 * evaluation.accuracy).toFixed(2)} %`,
            unit: `of the labelled, ${evaluation.split}`,
          },
        ]
      : []),
    { label: "Active units", value: `${evaluation.activeUnits} of ${evaluation.latentDim}` },
  ];
}

function epochTable(history: readonly EpochRecord[]): ReportTable {
  const terms = [...new Set(history.flatMap(({ train }) => Object.keys(train)))];
  const split = history.at(-1)?.evaluation.split ?? "test";
  const figures = (["gradientNorm", "skipped", "lr"] as const).filter((figure) =>
    history.some((record) => record[figure] !== undefined),
  );
  const measures = (["negativeElbo", "reconstruction", "kl", "mse", "activeUnits"] as const).filter(
    (measure) => measure !== "mse" || history.some(({ evaluation }) => evaluation.mse !== null),
  );
  return {
    title: "Epochs",
    columns: [
      "epoch",
      ...terms.map((term) => `train ${term}`),
      ...figures,
      ...measures.map((measure) => `${split} ${measure}`),
    ],
    rows: history.map((record) => [
      record.epoch,
      ...terms.map((term) => record.train[term] ?? null),
      ...figures.map((figure) => record[figure] ?? null),
      ...measures.map((measure) => record.evaluation[measure]),
    ]),
  };
}

function shown({ title, caption, files }: RunPicture): ReportPicture {
  const [content = ""] = Object.values(files);
  return typeof content === "string" ? { title, caption, svg: content } : { title, caption, png: content };
}

const aRun = be.having(["model", "history", "data", "objective"], "a run, which train() returns");

/** What `writeReport` wrote and could not write. */
export interface WrittenReport {
  /** Full path of `report.html`. */
  readonly report: string;
  /** Paths of the pictures. */
  readonly pictures: readonly string[];
  /** Why a picture is missing, a sentence each. */
  readonly skipped: readonly string[];
}

/**
 * Draws a run: pictures into `images/` of its folder, or of the folder `into`, and `report.html` that shows them with the
 * figures, settings and environment, of a table's model with generated rows too; `drawn` are new examples to show in place of draws of the prior. Node only. Throws a UserError if there is no folder or a file can't be written.
 */
export async function writeReport(run: Run, into?: string, drawn?: Drawn): Promise<WrittenReport> {
  requireArgument("writeReport", "run", run, aRun);
  if (into !== undefined) requireArgument("writeReport", "into", into, be.text);
  if (drawn !== undefined) requireArgument("writeReport", "drawn", drawn, someDrawn);
  const folder = into ?? run.folder;
  if (folder === undefined) throw new UserError("the run was kept in no folder; say where its report goes");
  const { model, history, evaluation, data, objective } = run;
  const { pictures, skipped } = await drawPictures({ model, history, data, ...(drawn && { drawn }) });
  const images = path.join(folder, runFiles.images);
  await requireFolder(images);
  const written: string[] = [];
  for (const [name, content] of pictures.flatMap(({ files }) => Object.entries(files))) {
    await writeWhole(path.join(images, name), content);
    written.push(path.join(images, name));
  }
  const collapsed = evaluation && collapse(evaluation);
  const settings = await readRunConfig(folder);
  const table = tableOf(model.schema);
  const html = reportHtml({
    title: `${data.name}, z = ${model.definition.latent}`,
    subtitle: `${model.definition.describe()}. Objective ${objective.name}. ${data.name}: ${describeDataset(data)}.`,
    figures: figuresOf(evaluation, model.schema),
    warnings: [
      ...(collapsed === undefined ? [] : [collapseAdvice(collapsed, objective.name, model.definition)]),
      ...(run.finished ? [] : ["The run was interrupted; these are the figures so far."]),
      ...skipped,
    ],
    ...(table && { examples: [await generatedRows(model, table)] }),
    pictures: pictures.map(shown),
    tables: history.length === 0 ? [] : [epochTable(history)],
    config: (settings && briefJson({ ...settings } as unknown as Record<string, Json>)) ?? {
      model: vaeConfig(model.definition),
      objective: objective.name,
    },
    environment: { ...environment(), device: `${run.device}: ${run.engine}` },
    footer: data.notes.join(" "),
  });
  const report = path.join(folder, runFiles.report);
  await writeWhole(report, html);
  return { report, pictures: written, skipped };
}
