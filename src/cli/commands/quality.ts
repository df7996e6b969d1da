import { stat } from "node:fs/promises";
import path from "node:path";
import { buildCommand } from "@stricli/core";
import {
  asInput,
  binarizeDataset,
  type Dataset,
  readExamples,
  schemaOf,
  type Split,
} from "../../data/index.js";
import { splitOf } from "../../evaluate/index.js";
import {
  pictureQuality,
  type PictureQuality,
  type QualityPart,
  qualityParts,
  tableQuality,
  type TableQualityOptions,
} from "../../quality/index.js";
import { type Tensor, tensor, UserError } from "../../tensor/index.js";
import { loadSettings } from "../config.js";
import { type Cli, note, print } from "../context.js";
import { requireKept } from "../kept-files.js";
import { asModelReads, loadData, recordedBinarization } from "../data.js";
import { defined } from "../defined.js";
import { text, whole } from "../fields.js";
import { flag, toggle } from "../flags.js";
import { openRun } from "../model.js";
import { columns, countText } from "../views/format.js";
import { openFlags, type OpenFlags } from "./shared.js";
import { type ComparedSources, drawnTables } from "../drawn-tables.js";

interface QualityFlags extends OpenFlags {
  readonly data?: string;
  readonly n?: number;
  readonly test?: string;
  readonly target?: string;
  readonly schema?: string;
  readonly table?: string;
  readonly categorical?: string;
  readonly only?: string;
  readonly seed?: number;
  readonly details?: boolean;
  readonly report?: string;
  readonly json?: boolean;
  readonly encoder?: string;
  readonly neighbours?: number;
  readonly examples?: number;
}

/** Codes are compared two by two, so that more take long. */
const mostExamples = 10_000;
const chunk = 2000;

/** What only tables, and only pictures, are told. */
const forTables = [
  "test",
  "target",
  "schema",
  "table",
  "categorical",
  "only",
  "seed",
  "details",
  "report",
] as const;
const forPictures = ["neighbours", "examples"] as const;
const forModels = ["data", "n", "config", "checkpoint"] as const;

function refuse(flags: QualityFlags, names: readonly (keyof QualityFlags)[], why: string): void {
  const given = names.find((name) => flags[name] !== undefined);
  if (given !== undefined) throw new UserError(`--${given} ${why}`, 2);
}

function listed(names: string): string[] {
  return names
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
}

/** Whether a folder is a run's or a model's, not one of many files of a table. */
async function isModel(folder: string): Promise<boolean> {
  for (const name of ["config.json", "model.json"]) {
    const there = await stat(path.join(folder, name)).catch(() => undefined);
    if (there?.isFile() === true) return true;
  }
  return false;
}

/** What is compared: two tables, or the table that a model was trained on and rows of it, which it draws unless they are given. */
async function comparedTables(
  flags: QualityFlags,
  real: string,
  generated: string | undefined,
): Promise<ComparedSources> {
  refuse(flags, forPictures, "compares pictures: give --encoder RUN too");
  if (generated === undefined || (await isModel(real))) {
    if (generated !== undefined) refuse(flags, ["n"], "is how many rows a model draws, and rows are given");
    refuse(flags, ["schema", "table"], "goes with two tables; those of a model are read by its own schema");
    return drawnTables(flags, real, generated);
  }
  refuse(
    flags,
    forModels,
    "goes with the folder of a model: latent quality DIR, which then draws rows, or latent quality DIR ROWS",
  );
  return { train: real, synthetic: generated, ...(flags.test !== undefined && { test: flags.test }) };
}

async function ofTables(flags: QualityFlags, real: string, generated: string | undefined): Promise<void> {
  const { train, synthetic, test } = await comparedTables(flags, real, generated);
  const { target, schema, table, seed, details, report } = flags;
  const options: TableQualityOptions = defined({
    test,
    target,
    schema,
    table,
    seed,
    details,
    report,
    categorical: flags.categorical === undefined ? undefined : listed(flags.categorical),
    only: flags.only === undefined ? undefined : (listed(flags.only) as QualityPart[]),
  });
  const quality = await tableQuality(train, synthetic, options);
  const { left_out } = quality;
  if (left_out !== undefined) {
    const { leftOutLine } = await import("../../quality/table/prepared.js");
    note(leftOutLine(left_out));
  }
  if (report !== undefined) note(report);
  if (flags.json === true) return print(JSON.stringify(quality, undefined, 1));
  const { readingsOf } = await import("../../quality/report/readings.js");
  const { rows, kinds } = quality;
  const lines = readingsOf(quality).map(({ name, value, verdict, words }) => [
    name,
    value.toFixed(4),
    verdict,
    words,
  ]);
  print(
    `${countText(rows.synthetic)} synthetic rows beside ${countText(rows.train)} real ones` +
      `${rows.test === 0 ? "" : ` and ${countText(rows.test)} held out`}; ` +
      `${kinds.num} columns of numbers, ${kinds.date} of dates, ${kinds.cat} of categories`,
  );
  print(columns(lines, [1]));
  for (const [a, b, score] of quality.worst_pairs ?? []) print(`${score.toFixed(4)}  ${a} with ${b}`);
  if (test === undefined)
    note("without --test, held-out real rows, there is no efficacy and no yardstick for distances");
}

/** The codes of a split's first examples: the posterior's means, [n, latent]. */
async function codesOf(
  { model, ...about }: Awaited<ReturnType<typeof openRun>>,
  loaded: Dataset,
  split: (dataset: Dataset) => Split,
  most: number,
): Promise<Tensor<"float32">> {
  const mode = recordedBinarization(about);
  const dataset = binarizeDataset(loaded, mode === "dynamic" ? "none" : mode);
  const examples = split(dataset);
  const count = Math.min(most, examples.length);
  const { latent } = model.definition;
  const out = new Float32Array(count * latent);
  for (let start = 0; start < count; start += chunk) {
    const read = await readExamples(examples, start, Math.min(count, start + chunk));
    out.set((await model.codes(asInput(read, schemaOf(dataset), model.schema))).data, start * latent);
  }
  return tensor("float32", [count, latent], out);
}

const measures: readonly (readonly [keyof PictureQuality, string])[] = [
  ["precision", "generated codes within the real ones' neighbourhoods: does it look real? 1 at best"],
  ["recall", "real codes within the generated ones' neighbourhoods: is everything generated? 1 at best"],
  ["density", "neighbourhoods of real codes that a generated one is in, over k: about 1 at best"],
  ["coverage", "neighbourhoods of real codes with a generated one in them: 1 at best"],
];

async function ofPictures(flags: QualityFlags, encoder: string, real: string, generated: string) {
  refuse(flags, [...forTables, "data", "n"], "is about tables, and --encoder about pictures");
  const run = await openRun(encoder, await loadSettings(flags.config), flags.checkpoint);
  const options = { ...asModelReads(run), whole: true };
  const most = flags.examples ?? mostExamples;
  const [ofReal, ofGenerated] = [await loadData(real, options), await loadData(generated, options)];
  const quality = await pictureQuality(
    await codesOf(run, ofReal, (dataset) => splitOf(dataset, "test"), most),
    await codesOf(run, ofGenerated, (dataset) => splitOf(dataset, "test"), most),
    defined({ k: flags.neighbours }),
  );
  if (flags.json === true) return print(JSON.stringify(quality));
  print(
    `${countText(quality.real)} real and ${countText(quality.generated)} generated examples in the codes of ${encoder}, k = ${quality.k}`,
  );
  print(
    columns(
      measures.map(([name, words]) => [name, quality[name].toFixed(4), words]),
      [1],
    ),
  );
}

async function quality(this: Cli, flags: QualityFlags, real: string, generated?: string): Promise<void> {
  await requireKept(
    { report: flags.report },
    [real, generated, flags.data, flags.test, flags.schema, flags.config],
    flags.encoder ?? real,
  );
  const { encoder } = flags;
  if (encoder === undefined) return ofTables(flags, real, generated);
  if (generated === undefined)
    throw new UserError("name the generated pictures too: REAL GENERATED --encoder RUN", 2);
  await ofPictures(flags, encoder, real, generated);
}

export const qualityCommand = buildCommand<QualityFlags, [real: string, generated?: string], Cli>({
  func: quality,
  parameters: {
    positional: {
      kind: "tuple",
      parameters: [
        {
          brief:
            "The real training rows: a file (CSV, JSON, Parquet, SQLite, DuckDB) or an SQL query; or the folder of a table's model; or real pictures",
          placeholder: "REAL",
          parse: (input) => input,
        },
        {
          brief: "The synthetic rows in the same way [default = drawn by the model], or generated pictures",
          placeholder: "GENERATED",
          parse: (input: string) => input,
          optional: true,
        },
      ],
    },
    flags: {
      data: flag("data", text("FILE", "Of a model: the real rows [default = what it was trained on]")),
      n: flag(
        "n",
        whole(2, 1_000_000, "N", "Of a model: how many rows are drawn [default = as many as real ones]"),
      ),
      test: flag("test", text("FILE", "Real rows that were held out")),
      target: flag(
        "target",
        text("COLUMN", "What to predict, to see what synthetic rows are worth in training"),
      ),
      schema: flag(
        "schema",
        text(
          "FILE",
          "Of two tables: the first one's schema, as `latent data inspect --out` writes it [default = inferred]",
        ),
      ),
      table: flag("table", text("NAME", "Which of the schema's tables")),
      categorical: flag(
        "categorical",
        text("A,B", "Columns that are categories even if they look like numbers"),
      ),
      only: flag("only", text("PARTS", `Some of ${qualityParts.join(",")} [default = all]`)),
      seed: flag(
        "seed",
        whole(
          0,
          2 ** 32 - 1,
          "N",
          "Picks the rows that are compared, and draws those of a model [default = 0]",
        ),
      ),
      details: toggle("Also scores of single columns and the worst pairs"),
      report: flag("report", text("FILE", "Also write a report with pictures, a .html file")),
      encoder: flag(
        "encoder",
        text("RUN", "Compare pictures by their codes in this run's or model's encoder"),
      ),
      neighbours: flag(
        "neighbours",
        whole(1, 1000, "K", "Of pictures: which neighbour's distance is the radius [default = 5]"),
      ),
      examples: flag(
        "examples",
        whole(2, 1_000_000, "N", "Of pictures: compare the first N of both [default = 10,000]"),
      ),
      json: toggle("Print one JSON object"),
      ...openFlags,
    },
    aliases: { n: "n" },
  },
  docs: {
    brief: "Measure synthetic rows or generated pictures beside real ones",
    customUsage: [
      "train.csv synthetic.csv --test test.csv --target COLUMN",
      "DIR [synthetic.csv] --test test.csv --target COLUMN",
      "REAL GENERATED --encoder RUN",
    ],
    fullDescription:
      "Of tables: whether columns and pairs are distributed alike, values valid, rows told from real ones, models trained on them as\n" +
      "good, and whether they copy training rows. Keys, texts, personal data, constants and unused columns are not compared unless --target\n" +
      "or --categorical names them. Of pictures: precision, recall, density and coverage in an encoder's codes.",
  },
});
