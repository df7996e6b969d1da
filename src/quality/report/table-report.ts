import path from "node:path";
import { requireFolder, writeWhole } from "../../data/index.js";
import { type ReportFigure, reportHtml, type ReportPicture, type ReportTable } from "../../plot/index.js";
import type { ComparedTables, MeasuredTables } from "../table/measure.js";
import { columnPanels } from "./column-panels.js";
import { distanceChart, rocChart } from "./lines.js";
import { pairMap } from "./pair-map.js";
import { readingsOf } from "./readings.js";

const headlines: Readonly<Record<string, readonly [label: string, unit: string]>> = {
  overall: ["Likeness", "overall, 1 at best"],
  detection_auc: ["Detection AUC", "0.5 at best"],
  "efficacy ratio": ["Efficacy", "ratio to real, 1 at best"],
  closer_to_train: ["Closer to train", "0.5 at best"],
  copies: ["Copies", "share of rows, 0 at best"],
};

function figuresOf({ quality }: MeasuredTables): ReportFigure[] {
  return readingsOf(quality).flatMap(({ name, value }) => {
    const [label, unit] = headlines[name] ?? [];
    return label === undefined || unit === undefined ? [] : [{ label, value: value.toFixed(3), unit }];
  });
}

function readingTable({ quality }: MeasuredTables): ReportTable {
  return {
    title: "What the figures say",
    columns: ["figure", "value", "", "in words"],
    rows: readingsOf(quality).map(({ name, value, verdict, words }) => [
      name,
      value.toFixed(4),
      verdict,
      words,
    ]),
  };
}

function resemblanceTables({ resembling }: MeasuredTables): ReportTable[] {
  if (resembling === undefined) return [];
  const { details, columns } = resembling;
  return [
    ...(details.worst_pairs.length === 0
      ? []
      : [
          {
            title: "The pairs that are least alike",
            columns: ["column", "with", "score"],
            rows: details.worst_pairs.map(([a, b, score]) => [a, b, Number(score.toFixed(4))]),
          },
        ]),
    {
      title: "Columns",
      columns: ["column", "shape", "missing differs by"],
      rows: columns.map(({ name, shape, missing }) => [
        name,
        Number(shape.toFixed(4)),
        Number(missing.toFixed(4)),
      ]),
    },
  ];
}

async function picturesOf({
  quality,
  tables,
  resembling,
  curves,
  distances,
}: MeasuredTables): Promise<ReportPicture[]> {
  const pictures: ReportPicture[] = [];
  if (resembling !== undefined) {
    pictures.push({
      title: "Columns, the least alike first",
      caption:
        "Grey bars are the real training rows, blue the synthetic ones. Where they cover each other the shape's score is near 1. " +
        "Look for peaks that are flattened, tails that are cut and rare categories that are lost.",
      svg: columnPanels(tables.columns, resembling.columns),
    });
    if (resembling.pairs.length > 0) {
      pictures.push({
        title: "Pairs of columns",
        caption:
          "Each cell compares how two columns hang together in both tables; on the diagonal, a column by itself. Bright is alike. A dark " +
          "row is a column whose links to the others are lost, or whose own distribution is off.",
        svg: pairMap(resembling.columns, resembling.pairs),
      });
    }
  }
  const { detection_auc: boosting, detection_auc_logistic: logistic } = quality;
  if (curves !== undefined && boosting !== undefined && logistic !== undefined) {
    pictures.push({
      title: "Can synthetic rows be told from real ones?",
      caption:
        "Classifiers that were trained to tell them apart, on rows that they had not seen. On the dashed line they guess, which is best; " +
        "in the upper left corner they find every synthetic row.",
      svg: await rocChart(curves, { boosting, logistic }),
    });
  }
  if (distances !== undefined) {
    pictures.push({
      title: "Distance to the closest training row",
      caption:
        "0 is a copy. Synthetic rows should lie about as far from the training rows as held-out real rows do: much nearer, and the model has " +
        "memorised; much farther, and they are unlike the real table.",
      svg: await distanceChart(distances),
    });
  }
  return pictures;
}

/** Writes the report of a synthetic table, one HTML file that needs nothing else. Throws a UserError if it can't be written. */
export async function writeTableReport(
  measured: MeasuredTables,
  { train, synthetic, test }: ComparedTables,
  target: string | undefined,
  file: string,
): Promise<void> {
  const { rows, kinds } = measured.quality;
  const counts = `${kinds.num} columns of numbers, ${kinds.date} of dates, ${kinds.cat} of categories`;
  const held = test === undefined ? "" : `, ${test.name} (${rows.test} held-out rows)`;
  const html = reportHtml({
    title: `Quality of ${synthetic.name}`,
    subtitle: `${rows.synthetic} synthetic rows beside ${train.name} (${rows.train} real rows)${held}; ${counts}.`,
    figures: figuresOf(measured),
    warnings: readingsOf(measured.quality)
      .filter(({ verdict }) => verdict === "poor")
      .map(({ name, value, words }) => `${name} ${value.toFixed(3)}: ${words}.`),
    pictures: await picturesOf(measured),
    tables: [readingTable(measured), ...resemblanceTables(measured)],
    ...(target !== undefined && { config: { target } }),
  });
  await requireFolder(path.dirname(file));
  await writeWhole(file, html);
}
