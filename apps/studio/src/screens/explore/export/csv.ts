const quoted = (text: string): string => (/[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/** Rows of numbers and text as CSV; numbers with all the digits that tell them apart. */
export function csvOf(header: readonly string[], rows: Iterable<readonly (number | string)[]>): string {
  const lines = [header.map(quoted).join(",")];
  for (const row of rows) {
    lines.push(row.map((cell) => (typeof cell === "number" ? String(cell) : quoted(cell))).join(","));
  }
  return `${lines.join("\r\n")}\r\n`;
}

const names = (prefix: string, count: number): string[] =>
  Array.from({ length: count }, (_, i) => `${prefix}${i + 1}`);

/** Codes [n, latent] with, where they are known, the labels. */
export function codesCsv(
  codes: ArrayLike<number>,
  latent: number,
  labels?: readonly (string | number | undefined)[],
): string {
  const n = codes.length / latent;
  const rows = Array.from({ length: n }, (_, i) => [
    ...(labels ? [labels[i] ?? ""] : []),
    ...Array.from({ length: latent }, (_unused, k) => codes[i * latent + k] ?? 0),
  ]);
  return csvOf([...(labels ? ["label"] : []), ...names("z", latent)], rows);
}

/** One code and the numbers that it decodes to, in a row. */
export function pictureCsv(z: ArrayLike<number>, values: ArrayLike<number>): string {
  return csvOf(
    [...names("z", z.length), ...names("x", values.length)],
    [[...Array.from(z), ...Array.from(values)]],
  );
}
