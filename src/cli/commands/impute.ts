import { resolve } from "node:path";
import { buildCommand } from "@stricli/core";
import { type FittedTable, openTable, type TableFile, writeTable } from "../../data/index.js";
import {
  type FilledText,
  imputedChunks,
  Imputer,
  notesOf,
  outlineOf,
  tableOfModel,
  uncertaintyOf,
} from "../../rows/index.js";
import { suggestion, UserError } from "../../tensor/index.js";
import { loadSettings } from "../config.js";
import { type Cli, note, print } from "../context.js";
import { CsvFile } from "../csv-file.js";
import { text, whole } from "../fields.js";
import { flag, folderArgument, toggle } from "../flags.js";
import { openRun } from "../model.js";
import { countText } from "../views/format.js";
import { makeParent, openFlags, type OpenFlags, outFile, seedField } from "./shared.js";

interface ImputeFlags extends OpenFlags {
  readonly out?: string;
  readonly draws?: number;
  readonly seed?: number;
  readonly multiple?: boolean;
  readonly uncertainty?: string;
}

const endings = [".csv", ".tsv", ".json", ".jsonl", ".parquet"];

/** How the file is laid out, as far as the model's table says what can't be seen. */
function knownLayout({ schema: { file } }: FittedTable): TableFile | undefined {
  return file?.header === false ? { format: file.format, header: false } : undefined;
}

/** Throws the UserError for a table that shares no column with the model. */
function requireColumns(place: string, names: readonly string[], wanted: readonly string[]): void {
  if (wanted.some((name) => names.includes(name))) return;
  throw new UserError(
    `${place} has none of the model's columns (${wanted.slice(0, 8).join(", ")}${wanted.length > 8 ? ", ..." : ""}); ` +
      suggestion(names[0] ?? "", wanted),
  );
}

function requireOthers(source: string, outs: readonly (string | undefined)[]): void {
  const paths = [source, ...outs.filter((out) => out !== undefined)].map((path) => resolve(path));
  if (new Set(paths).size === paths.length) return;
  throw new UserError("FILE, --out and --uncertainty must be different files, so that nothing is lost", 2);
}

const uncertaintyNames = ["row", "column", "value", "deviation", "low", "high", "probability"];

/** A line for a filled cell, with values as the column writes them. */
function uncertaintyLine({ row, column, text: value, draws }: FilledText): (string | number)[] {
  const { deviation = "", low = "", high = "", probability = "" } = uncertaintyOf(value, draws, column);
  return [row + 1, column.name, value, deviation, low, high, probability];
}

async function impute(this: Cli, flags: ImputeFlags, folder: string, source: string): Promise<void> {
  const { out = "imputed.csv", draws = 50, seed = 0, multiple = false, uncertainty } = flags;
  outFile(out, endings);
  if (uncertainty !== undefined && !uncertainty.toLowerCase().endsWith(".csv"))
    throw new UserError(`--uncertainty must end in .csv, got "${uncertainty}"`, 2);
  requireOthers(source, [out, uncertainty]);
  const { model } = await openRun(folder, await loadSettings(flags.config), flags.checkpoint);
  const fitted = tableOfModel(folder, model);
  const input = await openTable(source, knownLayout(fitted));
  const beside =
    uncertainty === undefined
      ? undefined
      : await CsvFile.begin(uncertainty, uncertaintyNames).catch(async (error: unknown) => {
          await input.close();
          throw error;
        });
  try {
    const imputer = new Imputer(model, fitted, input.place, { draws, seed });
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
    const { counts } = imputer;
    note(
      `${countText(counts.filledCells)} missing cells filled in ${countText(counts.filledRows)} of ` +
        `${countText(counts.rows)} rows, none dropped` +
        (multiple ? `; ${draws} completed tables below each other` : ""),
    );
    for (const line of notesOf(imputer, outline.added)) note(line);
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
