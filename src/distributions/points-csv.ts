import { parse } from "csv-parse/browser/esm/sync";
import { UserError } from "../tensor/index.js";

/** A row with the number of the line on which it ends. */
interface Row {
  readonly cells: readonly string[];
  readonly line: number;
}

function rowsOf(text: string, delimiter: string): Row[] {
  const parsed = parse(text, {
    bom: true,
    comment: "#",
    comment_no_infix: true,
    delimiter,
    info: true,
    relax_column_count: true,
    skip_empty_lines: true,
    trim: true,
  }) as unknown as { record: string[]; info: { lines: number } }[];
  return parsed.map(({ record, info }) => ({ cells: record, line: info.lines }));
}

const plain = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;
const comma = /^[+-]?(?:\d+,\d*|,\d+)(?:e[+-]?\d+)?$/i;
const missing = /^(?:|[+-]?(?:nan|inf(?:inity)?)|n\/?a|null|none|-|\?)$/i;

/** Whether a cell is a number, or stands where one is missing; a heading has none of these. */
const likeNumber = (cell: string): boolean => plain.test(cell) || comma.test(cell) || missing.test(cell);

/**
 * The rows, by the delimiter that the text uses: semicolons or tabs if most lines have some outside quotes, as commas are
 * then for decimals, else commas.
 */
function split(text: string): Row[] {
  for (const delimiter of [";", "\t"] as const) {
    try {
      const rows = rowsOf(text, delimiter);
      if (rows.filter(({ cells }) => cells.length > 1).length > rows.length / 2) return rows;
    } catch {
      // Quotes that don't end before this delimiter: it is another.
    }
  }
  return rowsOf(text, ",");
}

function refuse(cell: string, line: number, column: number): never {
  const what = missing.test(cell) ? (cell === "" ? "is empty" : `is ${cell}`) : `"${cell}" is no number`;
  const remedy = missing.test(cell) ? "remove the line or fill in a number" : "correct it or remove the line";
  const large = plain.test(cell) || comma.test(cell) ? `"${cell}" is too large a number` : what;
  throw new UserError(`line ${line} of the CSV, column ${column}: ${large}; ${remedy}`, 1);
}

/**
 * The rows of a CSV (separated by semicolon, tab or comma) as points. Beside semicolons or tabs, and in quotes, decimal
 * commas are read (`0,5;0,25`). A first row in which no cell is a number, or stands for a missing one, is a heading; lines
 * that begin with # are comments.
 *
 * @throws UserError that names line and column of what is no finite number, the line of a row that is not as long as the
 * first, and if there are no rows.
 */
export function pointsFromCsv(text: string): number[][] {
  let rows: Row[];
  try {
    rows = split(text);
  } catch (error) {
    throw new UserError(`not a readable CSV: ${error instanceof Error ? error.message : String(error)}`, 1);
  }
  const [first] = rows;
  const body = first?.cells.some(likeNumber) === false ? rows.slice(1) : rows;
  const width = body[0]?.cells.length ?? 0;
  if (width === 0)
    throw new UserError("the CSV has no rows of numbers; write a point a line, such as 0.5,0.25", 1);
  return body.map(({ cells, line }) => {
    if (cells.length !== width) {
      throw new UserError(
        `line ${line} of the CSV has ${cells.length} values and the first point ${width}; give each point as many`,
        1,
      );
    }
    return cells.map((cell, column) => {
      const number = Number(comma.test(cell) ? cell.replace(",", ".") : cell);
      if (!likeNumber(cell) || missing.test(cell) || !Number.isFinite(number)) refuse(cell, line, column + 1);
      return number;
    });
  });
}
