/** A picture as files, and how to show it. */
export interface RunPicture {
  readonly title: string;
  readonly caption: string;
  /** Contents by file name, the one to show first. */
  readonly files: Readonly<Record<string, Uint8Array | string>>;
}

/** What is drawn black and white, as a sentence at the end of a caption; nothing if it is 0 and 1. */
export function rangeText(range: readonly [number, number] | undefined): string {
  if (range === undefined) return "";
  const [black, white] = range.map((value) => String(Number(value.toPrecision(3))));
  return ` Black is ${black}, white ${white}: the range of the training examples.`;
}
