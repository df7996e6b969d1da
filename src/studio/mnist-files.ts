import { open } from "node:fs/promises";
import { packagedMnist } from "../data/index.js";

/** The files of MNIST by the names that they are asked for. */
const names = {
  "train-images": "train-images-idx3-ubyte",
  "train-labels": "train-labels-idx1-ubyte",
  "t10k-images": "t10k-images-idx3-ubyte",
  "t10k-labels": "t10k-labels-idx1-ubyte",
} as const;

/** The paths of MNIST's files, by the names that they are asked for; none if the npm package isn't installed. */
export function mnistFiles(): ReadonlyMap<string, string> {
  const found = packagedMnist();
  return new Map(
    Object.entries(names).flatMap(([asked, name]) => {
      const file = found?.get(name);
      return file === undefined ? [] : [[asked, file] as const];
    }),
  );
}

/** How many examples MNIST has to train on, as its file says; undefined if it isn't installed. */
export async function mnistExamples(): Promise<number | undefined> {
  const file = mnistFiles().get("train-images");
  if (file === undefined) return undefined;
  const opened = await open(file, "r");
  try {
    const { buffer } = await opened.read(Buffer.alloc(8), 0, 8, 0);
    return buffer.readUInt32BE(4);
  } finally {
    await opened.close();
  }
}
