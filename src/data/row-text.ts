function csvField(value: string): string {
  return /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}

/** A line of delimited text that heads columns. */
export function headText(names: readonly string[]): string {
  return `${names.map(csvField).join(",")}\n`;
}

/** Rows of numbers [rows, width] and the texts of each as lines of delimited text. */
export function rowsText(
  numbers: Float32Array,
  width: number,
  texts: readonly (readonly string[])[] = [],
): string {
  const lines: string[] = [];
  for (let at = 0; at < numbers.length; at += width) {
    const own = texts[lines.length]?.map(csvField) ?? [];
    lines.push([...numbers.subarray(at, at + width), ...own].join(","));
  }
  return lines.map((line) => `${line}\n`).join("");
}
