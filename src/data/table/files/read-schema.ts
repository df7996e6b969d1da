import { readFile } from "node:fs/promises";
import { readJson } from "../../../catalogue/index.js";
import { fileError } from "../../files.js";
import { checkedTableSchema, type TableSchema } from "../schema.js";

/** A table schema that is given as it is or by its file's path, checked. Throws a UserError that names file and field. */
export async function readSchema(given: TableSchema | string): Promise<TableSchema> {
  if (typeof given !== "string") return checkedTableSchema("the table's schema", given);
  let text: string;
  try {
    text = await readFile(given, "utf8");
  } catch (cause) {
    throw fileError(cause, `read ${given}`);
  }
  return checkedTableSchema(given, readJson(text, given));
}
