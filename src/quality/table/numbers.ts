const number = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const infinity = /^([+-]?)(inf|infinity)$/i;

/** A cell as a number, or NaN if it is none. */
export function numberOf(cell: string): number {
  const text = cell.trim();
  if (number.test(text)) return Number(text);
  const infinite = infinity.exec(text);
  return infinite === null ? Number.NaN : infinite[1] === "-" ? -Infinity : Infinity;
}

const date =
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):?(\d{2})(?::?(\d{2})(?:[.,](\d+))?)?\s*(Z|[+-]\d{2}(?::?\d{2})?)?)?\s*$/i;

/** Whether a cell begins as a date of ISO 8601 and is one, as far as its looks go. */
export function looksLikeDate(cell: string): boolean {
  return /^\d{4}-\d{2}-\d{2}([T ].*)?$/.test(cell);
}

/** A date, or date and time, of ISO 8601 as days since 1970-01-01, without a zone UTC; NaN if there is no such day or time. */
export function daysOf(cell: string): number {
  const found = date.exec(cell);
  if (found === null) return Number.NaN;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = found
    .slice(1, 7)
    .map((part) => Number(part ?? 0));
  const time = new Date(0);
  time.setUTCFullYear(year, month - 1, day);
  if (time.getUTCMonth() !== month - 1 || time.getUTCDate() !== day) return Number.NaN;
  if (hour > 23 || minute > 59 || second > 59) return Number.NaN;
  const fraction = found[7] === undefined ? 0 : Number(`0.${found[7]}`);
  return (
    time.getTime() / 86_400_000 + (hour * 3600 + (minute - zone(found[8])) * 60 + second + fraction) / 86_400
  );
}

/** Minutes that a zone is ahead of UTC. */
function zone(text: string | undefined): number {
  if (text === undefined || text.toUpperCase() === "Z") return 0;
  const digits = text.slice(1).replace(":", "").padEnd(4, "0");
  const minutes = Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2));
  return text.startsWith("-") ? -minutes : minutes;
}
