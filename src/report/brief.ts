import type { Json } from "../distributions/index.js";

/** More points than this are told by their number. */
const shown = 8;

/** Settings for people: long lists of points (a prior's samples) and the columns of a table are replaced by how many there are. */
export function briefJson<T extends Json>(value: T): T;
export function briefJson(value: Json): Json {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) {
    const items = value as readonly Json[];
    const points = items.length > shown && items.every(Array.isArray);
    return points ? `${items.length.toLocaleString("en-US")} points` : items.map((item) => briefJson(item));
  }
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      key === "columns" && Array.isArray(item) ? `${item.length} columns` : briefJson(item),
    ]),
  );
}
