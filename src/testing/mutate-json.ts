import type { RandomStream } from "../tensor/index.js";

const values: readonly unknown[] = [
  null,
  true,
  "",
  "x",
  "10",
  0,
  -1,
  0.5,
  1e12,
  1e308,
  [],
  [null],
  [[3]],
  {},
  { name: "x" },
  { name: "normal", config: {} },
  { name: "normal", config: null },
  { ["__proto__"]: 1 },
  { toString: 1, constructor: null },
];

type Place = readonly [holder: Record<string, unknown> | unknown[], key: string];

function placesIn(value: unknown): Place[] {
  if (typeof value !== "object" || value === null) return [];
  const holder = value as Record<string, unknown>;
  return Object.keys(holder).flatMap((key): Place[] => [[holder, key], ...placesIn(holder[key])]);
}

/** A JSON text damaged in one place: a value replaced, left out, renamed or nested, or letters lost or changed. */
export function mutated(text: string, random: RandomStream): string {
  const draws = random.uniform(new Float64Array(4), 0);
  const pick = (i: number, length: number): number => Math.floor((draws[i] ?? 0) * length);
  const kind = pick(0, 6);
  if (kind === 5) {
    const at = pick(1, text.length);
    const letter = String.fromCharCode(32 + pick(2, 95));
    return (draws[3] ?? 0) < 0.3 ? text.slice(0, at) : text.slice(0, at) + letter + text.slice(at + 1);
  }
  const root: unknown = JSON.parse(text);
  const places = placesIn(root);
  const [holder, key] = places[pick(1, places.length)] as Place;
  const record = holder as Record<string, unknown>;
  const own = record[key];
  if (kind === 0 && !Array.isArray(holder)) delete record[key];
  else if (kind === 1 && !Array.isArray(holder)) {
    delete record[key];
    record[`${key}s`] = own;
  } else if (kind === 2) {
    let nested = own;
    for (let i = 0; i <= pick(2, 100); i++)
      nested = i % 2 === 0 ? [nested] : { name: "normal", config: { scale: nested } };
    record[key] = nested;
  } else record[key] = values[pick(2, values.length)];
  return JSON.stringify(root);
}
