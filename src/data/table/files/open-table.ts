import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { UserError } from "../../../tensor/index.js";
import { fileError } from "../../files.js";
import type { TableFile } from "../schema.js";
import { csvInput } from "./csv-input.js";
import type { TableInput } from "./table-input.js";

/** Opens a table: a file, by its ending, or an SQL query. Throws a UserError that names it. */
export async function openTable(source: string, known?: TableFile, _folder?: string): Promise<TableInput> {
  const path = resolve(source);
  const found = await stat(path).catch((cause: unknown) => {
    throw fileError(cause, `read ${source}`);
  });
  if (found.isDirectory()) throw new UserError(`${source} is a folder; name a file of a table`, 2);
  return csvInput(path, known);
}
