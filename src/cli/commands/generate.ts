import { buildCommand } from "@stricli/core";
import { z } from "zod";
import {
  binarizeDataset,
  type Dataset,
  type DecodedRows,
  type FittedTable,
  tableOf,
  writeTable,
} from "../../data/index.js";
import { classNumber, type ExampleBatch } from "../../model/index.js";
import { commandPlatform } from "../../node.js";
import { generateFrom, type LatentSampler, samplers } from "../../sampling/index.js";
import { blobOf } from "../../store/index.js";
import { type Tensor, UserError } from "../../tensor/index.js";
import { bulk, tellFiles } from "../bulk.js";
import { bulkFlags, type BulkFlags, isBulk } from "../bulk-flags.js";
import { loadSettings } from "../config.js";
import { type Cli, note, print } from "../context.js";
import { recordedBinarization, recordedData } from "../data.js";
import { number, text, whole } from "../fields.js";
import { flag, folderArgument, toggle } from "../flags.js";
import { requireKept } from "../kept-files.js";
import { type OpenedRun, openRun } from "../model.js";
import { isFolderName, savePictures } from "../pictures-folder.js";
import { RowsFile } from "../rows-file.js";
import { generateTable, tableEndings } from "../table-rows.js";
import { trainingCodes } from "../training-codes.js";
import { classesWhere } from "../where.js";
import {
  dataField,
  dataFor,
  makeParent,
  outFile,
  openFlags,
  type OpenFlags,
  saveTo,
  seedField,
} from "./shared.js";

interface GenerateFlags extends OpenFlags, BulkFlags {
  readonly n?: number;
  readonly seed?: number;
  readonly out?: string;
  readonly columns?: number;
  readonly sampler?: string;
  readonly draw?: boolean;
  readonly temperature?: number;
  readonly data?: string;
  readonly where?: string;
  readonly noCopies?: boolean;
}

/** Training examples as the run saw them. */
function asSeen(run: OpenedRun, dataset: Dataset): Dataset {
  const mode = recordedBinarization(run);
  return binarizeDataset(dataset, mode === "dynamic" ? "static" : mode);
}

/** The sampler of a name, fitted to the training codes where it has to be. */
async function samplerFor(
  flags: GenerateFlags,
  folder: string,
  run: OpenedRun,
  spec: string,
): Promise<LatentSampler> {
  const { model } = run;
  if (flags.temperature !== undefined)
    throw new UserError(
      `--temperature scales draws of the prior; it can't be used with --sampler ${spec}; --sampler prior draws the prior`,
      2,
    );
  const codes = async (): Promise<Tensor<"float32">> =>
    trainingCodes(model, asSeen(run, await dataFor({ ...flags, split: "train" }, folder, run)));
  const sampler = await samplers.from(spec)({ model, platform: commandPlatform, codes });
  if (sampler.name !== "prior") note(sampler.description);
  return sampler;
}

async function generateImages(flags: GenerateFlags, folder: string, run: OpenedRun): Promise<ExampleBatch> {
  const {
    n = 64,
    seed = 0,
    sampler: spec = run.config?.sampler ?? "prior",
    draw = false,
    temperature,
  } = flags;
  const { model } = run;
  const among = flags.where === undefined ? undefined : classesWhere(model, flags.where, folder);
  const condition = model.classes && model.drawClasses(n, { seed, ...(among && { among }) });
  const given = condition && { condition };
  if (temperature !== undefined && spec === "prior")
    return model.generate(n, { seed, draw, temperature, ...given });
  const sampler = await samplerFor(flags, folder, run, spec);
  return generateFrom(model, sampler, n, seed, { draw, ...given });
}

const savedRow = z.tuple([
  z.array(z.string()),
  z.array(z.union([z.string(), z.number(), z.boolean(), z.null()])),
]);

/** Codes that a sampler draws, as bytes: few numbers beside those of the examples, so that they are drawn here. */
async function drawnCodes(
  flags: GenerateFlags,
  folder: string,
  run: OpenedRun,
  spec: string,
  among: readonly string[] | undefined,
): Promise<Uint8Array> {
  const { n = 64, seed = 0 } = flags;
  const condition = run.model.classes && run.model.drawClasses(n, { seed, ...(among && { among }) });
  const sampler = await samplerFor(flags, folder, run, spec);
  const { data } = await sampler.draw(n, seed, condition);
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

/** Has workers draw the examples. */
async function generateByWorkers(
  flags: GenerateFlags,
  folder: string,
  run: OpenedRun,
  table: FittedTable | undefined,
): Promise<void> {
  const {
    n = 64,
    seed = 0,
    out = table === undefined ? "generated.npy" : "generated.csv",
    where,
    temperature,
  } = flags;
  if (table !== undefined && where !== undefined)
    throw new UserError(
      "--where draws rows of a table until enough meet the conditions, and how many that takes is known only when they are drawn: " +
        (flags.redis === undefined
          ? "leave out --dry-run"
          : "leave out --redis, or have workers generate more rows without --where and keep those that do"),
      2,
    );
  if (flags.noCopies === true)
    throw new UserError(
      `--no-copies looks at the rows on one machine; leave it out, or --${flags.redis === undefined ? "dry-run" : "redis"}`,
      2,
    );
  outFile(out, table === undefined ? [".npy"] : tableEndings);
  const { model } = run;
  const among = where === undefined ? undefined : classesWhere(model, where, folder);
  const classes = model.classes;
  const numbers = among && classes && among.map((one) => classNumber(one, classes));
  const sampler = table === undefined ? (flags.sampler ?? run.config?.sampler ?? "prior") : "prior";
  const codes = sampler === "prior" ? undefined : await drawnCodes(flags, folder, run, sampler, among);
  const done = await bulk(flags, {
    model,
    ...(codes && { codes }),
    task: {
      op: "generate",
      n,
      seed,
      draw: table !== undefined || flags.draw === true,
      ...(temperature !== undefined && { temperature }),
      ...(numbers && { among: numbers }),
      ...(codes && { codes: blobOf(codes) }),
      rows: table !== undefined,
    },
  });
  if (done === undefined) return;
  const { outputs } = done;
  if (table === undefined) {
    const columns = { numbers: [], shape: [n, ...model.definition.input] };
    await RowsFile.write(out, columns, n, async (file) => {
      for await (const rows of outputs.contents("rows")) await file.addRaw(rows);
    });
    await tellFiles(done, [out]);
    print(out);
    return;
  }
  const names = table.schema.columns.map(({ name }) => name);
  async function* rows(): AsyncGenerator<DecodedRows> {
    for await (const lines of outputs.lines("rows", savedRow))
      yield { names, cells: lines.map(([cells]) => cells), values: lines.map(([, values]) => values) };
  }
  await makeParent(out);
  await writeTable(out, table, rows());
  await tellFiles(done, [out]);
  print(out);
}

async function generate(this: Cli, flags: GenerateFlags, folder: string): Promise<void> {
  const run = await openRun(folder, await loadSettings(flags.config), flags.checkpoint);
  const table = tableOf(run.model.schema);
  const usual = isBulk(flags) ? "generated.npy" : "generated.png";
  const { out = table === undefined ? usual : "generated.csv" } = flags;
  await requireKept({ out }, [flags.data, flags.config], folder);
  if (isBulk(flags)) return generateByWorkers(flags, folder, run, table);
  if (table !== undefined) {
    const unused = (["sampler", "columns", "draw"] as const).find((name) => flags[name] !== undefined);
    if (unused !== undefined)
      throw new UserError(
        `--${unused} is for pictures; rows of a table are drawn from prior and likelihood: leave it out`,
        2,
      );
    const source = flags.noCopies === true && (flags.data ?? recordedData(run.config, folder));
    return generateTable(run.model, table, { ...flags, ...(source !== false && { copiesOf: source }) });
  }
  if (flags.noCopies === true) throw new UserError("--no-copies is for rows of a table", 2);
  const separate = await isFolderName(out);
  const file = separate ? out : outFile(out, [".png", ".npy", "/"]);
  const images = await generateImages(flags, folder, run);
  if (separate) return savePictures(file, images, run.model.definition.input);
  await saveTo(file, images, flags.columns === undefined ? {} : { columns: flags.columns });
}

export const generateCommand = buildCommand<GenerateFlags, [folder: string], Cli>({
  func: generate,
  parameters: {
    positional: folderArgument("Folder of a run or a model"),
    flags: {
      n: flag("n", whole(1, 1_000_000, "N", "How many [default = 64]")),
      seed: flag("seed", seedField),
      out: flag(
        "out",
        text(
          "FILE",
          ".png for a sheet of pictures, .npy for the numbers, DIR/ for a PNG each; of tables .csv, .tsv, .json, .jsonl or .parquet [default = generated.png or .csv]",
        ),
      ),
      sampler: flag(
        "sampler",
        text(
          "NAME",
          "prior, gmm(components=10) or flow, fitted to the training codes [default = what the run was told, else prior]",
        ),
      ),
      data: flag("data", {
        ...dataField,
        brief: "To fit the sampler to [default = what the run was trained on]",
      }),
      where: flag(
        "where",
        text("CONDITION", 'Only of some classes: "label=7", "label=3,5", "label=Trouser"'),
      ),
      noCopies: toggle(
        "Of a table: leave out rows that equal one of those that it was trained on (or of --data)",
      ),
      draw: toggle("Draws of the likelihood, as noisy as the data, in place of its means"),
      temperature: flag(
        "temperature",
        number(
          0,
          100,
          "T",
          "Spread of the prior's draws: below 1 more typical, above 1 more varied [default = 1]",
        ),
      ),
      columns: flag("columns", whole(1, 10_000, "N", "Images a row of the picture")),
      ...bulkFlags,
      ...openFlags,
    },
    aliases: { n: "n" },
  },
  docs: {
    brief: "Draw new examples or rows from a trained model",
    customUsage: ["DIR [flags]", 'DIR --where "label=7" --n 100'],
    fullDescription:
      "Draws new examples. A model that was trained with --condition draws the class of each at the rates of its training\n" +
      "data, or of those that --where names, by number or by name. A table's model draws rows in the table's own format; --where\n" +
      'takes conditions on any of its columns, which hold in every row: "species=Gentoo and \\"Body Mass (g)\\">=4000".',
  },
});
