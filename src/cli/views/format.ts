import type { TableProgress } from "../../data/index.js";
import { binarizationText } from "../../data/index.js";
import type { Evaluation } from "../../evaluate/index.js";

/** A measure with about four digits: `158.4`, `5.52`, `0.0675`. */
export function measureText(value: number): string {
  const size = Math.abs(value);
  if (size >= 10) return value.toFixed(1);
  if (size >= 1) return value.toFixed(2);
  if (size >= 1e-4) return value.toFixed(4);
  return size === 0 ? "0" : value.toExponential(1);
}

/** A count with separators: `41,900`. */
export function countText(value: number): string {
  return Math.round(value).toLocaleString("en-US");
}

/** How far a table is read. */
export function rowsText({ place, rows, reading }: TableProgress): string {
  return `${place}  ${countText(rows)} rows${reading > 1 ? `, reading ${reading}` : ""}`;
}

/** Seconds as `0:09`, `12:34` or `1:02:03`; `-:--` if they are not known. */
export function clock(seconds: number): string {
  if (!Number.isFinite(seconds)) return "-:--";
  const whole = Math.max(0, Math.round(seconds));
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (value: number): string => String(value).padStart(2, "0");
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

const eighths = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

/** A bar of `width` characters, filled to `fraction` in eighths of one. */
export function bar(fraction: number, width: number): string {
  const filled = Math.round(Math.min(1, Math.max(0, fraction)) * width * 8);
  return ("█".repeat(Math.floor(filled / 8)) + (eighths[filled % 8] ?? "")).padEnd(width);
}

const names: Readonly<Record<string, string>> = {
  negativeElbo: "-ELBO",
  reconstruction: "",
  kl: "KL",
  mse: "MSE",
  meanPenalty: "mean",
  variancePenalty: "var",
};

/** An objective's terms as a sum: `-ELBO 158.4 = 152.9 + KL 5.5`. */
export function termsText(terms: Readonly<Record<string, number>>): string {
  const parts = Object.entries(terms).map(([name, value]) =>
    `${names[name] ?? name} ${measureText(value)}`.trim(),
  );
  const [total, ...rest] = parts;
  if (total === undefined) return "";
  const exact = "negativeElbo" in terms && rest.length === 2;
  return rest.length === 0
    ? total
    : exact
      ? `${total} = ${rest.join(" + ")}`
      : `${total}  ${rest.join("  ")}`;
}

/** The standard measures of an evaluation: `-ELBO 147.4 = 141.2 + KL 6.2  MSE 0.0400  active 2/2`; of rows of a table without an MSE. */
export function evaluationText(evaluation: Evaluation): string {
  const { negativeElbo, reconstruction, kl, klMethod, mse, activeUnits, latentDim, binarize } =
    evaluation as Partial<Pick<Evaluation, "binarize">> & Omit<Evaluation, "binarize">;
  const estimated = klMethod === "exact" ? "" : "~";
  const bound =
    negativeElbo === null || kl === null
      ? `reconstruction ${measureText(reconstruction)}`
      : `-ELBO ${measureText(negativeElbo)} = ${measureText(reconstruction)} + KL ${estimated}${measureText(kl)}`;
  const told = binarizationText[binarize ?? "none"];
  const accuracy = evaluation.accuracy ?? null;
  const right = accuracy === null ? "" : `  accuracy ${(100 * accuracy).toFixed(2)}%`;
  const active = `active ${activeUnits}/${latentDim}`;
  return mse === null
    ? `${bound}${right}  ${active}`
    : `${bound}${right}  MSE ${measureText(mse)}  ${active}  ${told}`;
}

/** As many of the parts as fit into a line of `columns`, the first always. */
export function fitLine(parts: readonly string[], columns: number, gap = "  "): string {
  let line = parts[0] ?? "";
  for (const part of parts.slice(1)) {
    if (line.length + gap.length + part.length > columns) break;
    line += gap + part;
  }
  return line;
}

/** The parts in lines of at most `columns`, where a part is no longer than that; lines after the first are indented. */
export function wrapped(parts: readonly string[], columns: number, gap = "  "): string[] {
  const lines: string[] = [];
  for (const part of parts) {
    const last = lines.at(-1);
    if (last === undefined) lines.push(part);
    else if (last.length + gap.length + part.length <= columns) lines[lines.length - 1] = last + gap + part;
    else lines.push(gap + part);
  }
  return lines;
}

/** Rows of cells in columns; columns named in `right` are set flush right. */
export function columns(rows: readonly (readonly string[])[], right: readonly number[] = []): string {
  const count = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: count }, (_, i) =>
    Math.max(0, ...rows.map((row) => (row[i] ?? "").length)),
  );
  return rows
    .map((row) =>
      row
        .map((cell, i) => (right.includes(i) ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0)))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
