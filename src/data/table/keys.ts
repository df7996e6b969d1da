import { RandomStream, UserError } from "../../tensor/index.js";
import type { Counted, FittedColumn } from "./fitted.js";
import { keyFormatOf } from "./infer-key.js";
import type { TableColumn } from "./schema.js";

type KeyColumn = Extract<FittedColumn, { readonly as: "key" }>;

/** A hash of 32 bits (FNV-1a over UTF-16). */
function hashOf(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return h >>> 0;
}

type Token = { readonly kind: "text" | "count" | "A" | "a" | "9"; readonly text: string };

function tokensOf(format: string): Token[] {
  return (format.match(/\\.|#+|\{[Aa9]\}|[^\\#{]+|[\\{]/gs) ?? []).map((piece): Token => {
    if (piece.startsWith("#")) return { kind: "count", text: piece };
    const class_ = /^\{([Aa9])\}$/.exec(piece)?.[1] as "A" | "a" | "9" | undefined;
    if (class_ !== undefined) return { kind: class_, text: piece };
    return { kind: "text", text: piece.length > 1 && piece.startsWith("\\") ? piece.slice(1) : piece };
  });
}

function countPattern(tokens: readonly Token[]): RegExp {
  const source = tokens.map(({ kind, text }) =>
    kind === "count" ? "(\\d+)" : text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"),
  );
  return new RegExp(`^${source.join("")}$`, "s");
}

/**
 * What is learned of a column of keys; `late` is the greatest counter of those that came once there were too many to keep. Throws a
 * UserError for a format that training keys don't have.
 */
export function fitKey(
  place: string,
  { name, format }: TableColumn,
  { texts }: Counted,
  late = -1,
): KeyColumn {
  const own = (typeof format === "string" ? format : format?.[0]) ?? keyFormatOf(texts) ?? "#";
  const tokens = tokensOf(own);
  const common = { name, as: "key", format: own } as const;
  if (own === "uuid") return { ...common, next: 0, used: [] };
  const counters = tokens.filter(({ kind }) => kind === "count").length;
  if (counters > 1 || (counters === 1 && tokens.some(({ kind }) => "Aa9".includes(kind)))) {
    throw new UserError(
      `${place}: the format "${own}" of the column "${name}" must have one run of #, or {A}, {a} and {9}`,
    );
  }
  if (counters === 0) return { ...common, next: 0, used: texts.map(hashOf).sort((a, b) => a - b) };
  const pattern = countPattern(tokens);
  let next = Math.max(0, late + 1);
  for (const text of texts) {
    const digits = pattern.exec(text)?.[1];
    if (digits === undefined) continue;
    next = Math.max(next, Number(digits) + 1);
  }
  return { ...common, next, used: [] };
}

const alphabets = { A: "ABCDEFGHIJKLMNOPQRSTUVWXYZ", a: "abcdefghijklmnopqrstuvwxyz", "9": "0123456789" };

/** Letters and digits that a stream's bits draw. */
class Drawing {
  private bits: bigint;
  constructor(
    private readonly stream: RandomStream,
    private position: number,
  ) {
    this.bits = stream.bits(position);
  }

  below(bound: number): number {
    if (this.bits < 1n << 20n) this.bits = this.stream.bits(++this.position);
    const value = Number(this.bits % BigInt(bound));
    this.bits /= BigInt(bound);
    return value;
  }
}

/** Positions of the stream for each row: more than any key needs, however often it is drawn. */
const perRow = 1024;

/** New keys of a column: the one of each row, counted over all that are generated. */
export function keyMaker(column: KeyColumn, seed: number | bigint): (row: number) => string {
  const { format, next, name } = column;
  const stream = new RandomStream(seed, "table", name, "key");
  if (format === "uuid") {
    return (row) => {
      const [high, low] = [stream.bits(2 * row), stream.bits(2 * row + 1)];
      const hex = high.toString(16).padStart(16, "0") + low.toString(16).padStart(16, "0");
      const variant = "89ab"[Number.parseInt(hex[16] ?? "0", 16) & 3] ?? "8";
      return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20)}`;
    };
  }
  const tokens = tokensOf(format);
  if (tokens.some(({ kind }) => kind === "count")) {
    return (row) =>
      tokens
        .map(({ kind, text }) => (kind === "count" ? String(next + row).padStart(text.length, "0") : text))
        .join("");
  }
  const used = new Set(column.used);
  const given = new Map<string, number>();
  return (row) => {
    for (let tries = 0; tries < 50; tries++) {
      const drawing = new Drawing(stream, row * perRow + tries * 16);
      const key = tokens
        .map(({ kind, text }) => {
          if (kind === "text" || kind === "count") return text;
          const letters = alphabets[kind];
          return letters[drawing.below(letters.length)] ?? "";
        })
        .join("");
      const owner = given.get(key);
      if (used.has(hashOf(key)) || (owner !== undefined && owner !== row)) continue;
      given.set(key, row);
      return key;
    }
    throw new UserError(
      `the column "${name}": its format "${format}" has no more keys than are in use; widen it`,
      1,
    );
  };
}
