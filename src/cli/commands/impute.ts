import { buildCommand } from "@stricli/core";
import { z } from "zod";
import { type DecodedRows, layoutFor, openTable, writeTable } from "../../data/index.js";
import type { TrainedVae } from "../../model/index.js";
import { uncertaintyLine } from "../../queue/index.js";
import {
  imputedChunks,
  Imputer,
  type MissingModel,
  missingModels,
  notesOf,
  outlineOf,
  tableOfModel,
} from "../../rows/index.js";
import { suggestion, UserError } from "../../tensor/index.js";
import { bulk, tellFiles } from "../bulk.js";
import { bulkFlags, type BulkFlags, isBulk } from "../bulk-flags.js";
import { loadSettings } from "../config.js";
import { type Cli, note, print } from "../context.js";
import { requireKept } from "../kept-files.js";
import { CsvFile } from "../csv-file.js";
import { choice, text, whole } from "../fields.js";
import { flag, folderArgument, toggle } from "../flags.js";
import { openRun } from "../model.js";
import { countText } from "../views/format.js";
import { makeParent, openFlags, type OpenFlags, outFile, seedField } from "./shared.js";

interface ImputeFlags extends OpenFlags, BulkFlags {
  readonly out?: string;
  readonly draws?: number;
  readonly seed?: number;
  readonly multiple?: boolean;
  readonly uncertainty?: string;
  readonly missingModel?: MissingModel;
}

const endings = [".csv", ".tsv", ".json", ".jsonl", ".parquet"];

/** Throws the UserError for a table that shares no column with the model. */
function requireColumns(place: string, names: readonly string[], wanted: readonly string[]): void {
  if (wanted.some((name) => names.includes(name))) return;
  throw new UserError(
    `${place} has none of the model's columns (${wanted.slice(0, 8).join(", ")}${wanted.length > 8 ? ", ..." : ""}); ` +
      suggestion(names[0] ?? "", wanted),
  );
}

const uncertaintyNames = ["row", "column", "value", "deviation", "low", "high", "probability"];

const savedRow = z.tuple([
  z.array(z.string()),
  z.array(z.union([z.string(), z.number(), z.boolean(), z.null()])),
]);
const savedCell = z.array(z.union([z.string(), z.number()]));

/** Has workers fill the table. */
async function imputeByWorkers(
  flags: ImputeFlags,
  folder: string,
  source: string,
  model: TrainedVae,
): Promise<void> {
  const { out = "imputed.csv", draws = 50, seed = 0, multiple = false, uncertainty } = flags;
  const fitted = tableOfModel(folder, model);
  const task = { op: "impute", draws, seed, multiple, uncertainty: uncertainty !== undefined } as const;
  const done = await bulk(flags, { model, data: source, task });
  if (done === undefined) return;
  const { outputs } = done;
  const input = await openTable(source, await layoutFor(source, fitted));
  await input.close();
  const imputer = new Imputer(model, fitted, input.place, { draws, seed });
  const outline = outlineOf(fitted, input.names, imputer.names, input.stored);
  const numbered = { name: outline.numbering, kind: "count" } as const;
  const columns = multiple ? [numbered, ...outline.columns] : outline.columns;
  const names = columns.map(({ name }) => name);
  async function* rows(): AsyncGenerator<DecodedRows> {
    for (let draw = 0; draw < (multiple ? draws : 1); draw++)
      for await (const lines of outputs.lines(`rows${draw}`, savedRow))
        yield { names, cells: lines.map(([cells]) => cells), values: lines.map(([, values]) => values) };
  }
  await makeParent(out);
  await writeTable(out, columns, rows(), { file: input.file });
  if (uncertainty !== undefined) {
    const beside = await CsvFile.begin(uncertainty, uncertaintyNames);
    try {
      for await (const lines of outputs.lines("uncertainty", savedCell)) await beside.add(lines);
      await beside.finish();
    } catch (error) {
      await beside.discard();
      throw error;
    }
  }
  Object.assign(imputer.counts, await outputs.sums());
  tellCounts(imputer, outline.added, multiple ? draws : 1);
  await tellFiles(done, uncertainty === undefined ? [out] : [out, uncertainty]);
  print(out);
  if (uncertainty !== undefined) print(uncertainty);
}

function tellCounts(imputer: Imputer, added: readonly string[], tables: number): void {
  const { counts } = imputer;
  note(
    `${countText(counts.filledCells)} missing cells filled in ${countText(counts.filledRows)} of ` +
      `${countText(counts.rows)} rows, none dropped` +
      (tables > 1 ? `; ${tables} completed tables below each other` : ""),
  );
  for (const line of notesOf(imputer, added)) note(line);
}

async function impute(this: Cli, flags: ImputeFlags, folder: string, source: string): Promise<void> {
  const { out = "imputed.csv", draws = 50, seed = 0, multiple = false, uncertainty } = flags;
  outFile(out, endings);
  if (uncertainty !== undefined && !uncertainty.toLowerCase().endsWith(".csv"))
    throw new UserError(`--uncertainty must end in .csv, got "${uncertainty}"`, 2);
  await requireKept({ out, uncertainty }, [source, flags.config], folder);
  const { model } = await openRun(folder, await loadSettings(flags.config), flags.checkpoint);
  const fitted = tableOfModel(folder, model);
  const { missingModel = "at-random" } = flags;
  if (isBulk(flags) && missingModel !== "at-random")
    throw new UserError(
      `--missing-model ${missingModel} learns of the rows to fill, on one machine; leave out --redis`,
      2,
    );
  if (isBulk(flags)) return imputeByWorkers(flags, folder, source, model);
  const input = await openTable(source, await layoutFor(source, fitted));
  const beside =
    uncertainty === undefined
      ? undefined
      : await CsvFile.begin(uncertainty, uncertaintyNames).catch(async (error: unknown) => {
          await input.close();
          throw error;
        });
  try {
    const imputer = new Imputer(model, fitted, input.place, { draws, seed, missingModel });
    requireColumns(input.place, input.names, imputer.names);
    const outline = outlineOf(fitted, input.names, imputer.names, input.stored);
    const numbered = { name: outline.numbering, kind: "count" } as const;
    await makeParent(out);
    const rows = imputedChunks(imputer, outline, () => input.chunks(), {
      draws,
      multiple,
      onFilled: async (cells) => beside?.add(cells.map(uncertaintyLine)),
    });
    async function* someRows(): typeof rows {
      for await (const chunk of rows) yield chunk;
      if (imputer.counts.rows === 0)
        throw new UserError(`${input.place} has no rows: there is nothing to fill in`);
    }
    const columns = multiple ? [numbered, ...outline.columns] : outline.columns;
    await writeTable(out, columns, someRows(), { file: input.file });
    await beside?.finish();
    tellCounts(imputer, outline.added, multiple ? draws : 1);
  } catch (error) {
    await beside?.discard();
    throw error;
  } finally {
    await input.close();
  }
  print(out);
  if (uncertainty !== undefined) print(uncertainty);
}

const [folderParameter] = folderArgument("Folder of a run or a model of a table").parameters;

export const imputeCommand = buildCommand<ImputeFlags, [folder: string, source: string], Cli>({
  func: impute,
  parameters: {
    positional: {
      kind: "tuple",
      parameters: [
        folderParameter,
        {
          brief:
            "File of a table with missing cells (CSV, TSV, JSON, JSONL, Parquet, SQLite, DuckDB) or an SQL query",
          placeholder: "FILE",
          parse: (input: string) => input,
        },
      ],
    },
    flags: {
      out: flag(
        "out",
        text("FILE", "The filled table, .csv, .tsv, .json, .jsonl or .parquet [default = imputed.csv]"),
      ),
      draws: flag("draws", whole(1, 10_000, "K", "How often each row is completed [default = 50]")),
      seed: flag("seed", { ...seedField, brief: "Of the draws [default = 0]" }),
      multiple: toggle("Write all K completed tables below each other, with a first column imputation"),
      uncertainty: flag(
        "uncertainty",
        text("FILE", "Also write a .csv with a line for each filled cell: how sure it is"),
      ),
      missingModel: flag(
        "missing-model",
        choice(
          missingModels,
          "NAME",
          "Why values are missing: at-random, or self-masking, because of what they are (numbers) [default = at-random]",
        ),
      ),
      ...bulkFlags,
      ...openFlags,
    },
  },
  docs: {
    brief: "Fill in a table's missing cells; what is there stays as it is",
    customUsage: ["DIR FILE --out FILE.csv|.parquet|.jsonl --draws 20 --uncertainty FILE.csv"],
    fullDescription:
      "Completes each row K times given what is known of it. A number becomes the mean of the draws, as its column writes it, a\n" +
      "category the one that was drawn most often; constraints hold. All rows and columns come out in their order.",
  },
});
