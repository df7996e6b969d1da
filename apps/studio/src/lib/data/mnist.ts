import { type Dataset, decodeIdx, fromArrays, type Tensor } from "latent/web";
import { getBytes, getFirstBytes } from "../sources/http";
import type { RunExamples } from "../sources/types";
import { firstRows, sizeOfFirst } from "./first-rows";

type Part = "train-images" | "train-labels" | "t10k-images" | "t10k-labels";

async function part(at: string, name: Part, count?: number): Promise<Tensor> {
  const address = `${at}/${name}`;
  if (count === undefined) return decodeIdx(await getBytes(address));
  const shape = name.endsWith("images") ? [28, 28] : [];
  return decodeIdx(firstRows(await getFirstBytes(address, sizeOfFirst(count, shape)), count));
}

/** Only the first so many digits; no more of the files is read. */
export interface MnistLimits {
  readonly train?: number | undefined;
  readonly test?: number | undefined;
}

const digits = Array.from({ length: 10 }, (_, digit) => String(digit));

/** MNIST from the address of its folder: 60,000 digits to train on, 10,000 to test with, 28 x 28, 0 to 1. */
export async function mnist(at: string, limits: MnistLimits = {}): Promise<Dataset> {
  const [train, trainLabels, test, testLabels] = await Promise.all([
    part(at, "train-images", limits.train),
    part(at, "train-labels", limits.train),
    part(at, "t10k-images", limits.test),
    part(at, "t10k-labels", limits.test),
  ]);
  const found = fromArrays({
    name: "MNIST",
    train: { examples: train, labels: trainLabels.data },
    test: { examples: test, labels: testLabels.data },
    classes: digits,
  });
  // Fewer digits are other data: who resumes such a run elsewhere must bring the same ones.
  const whole = train.shape[0] === 60000 && test.shape[0] === 10000;
  return whole ? { ...found, source: "mnist" } : found;
}

/** The first so many digits to test with. */
export async function mnistExamples(at: string, count: number): Promise<RunExamples> {
  const [images, labels] = await Promise.all([
    part(at, "t10k-images", count),
    part(at, "t10k-labels", count),
  ]);
  const [total = 0, ...shape] = images.shape;
  const n = Math.min(count, total);
  const size = shape.reduce((product, each) => product * each, 1);
  const values = Float32Array.from(
    images.data.subarray(0, n * size) as ArrayLike<number>,
    (value) => value / 255,
  );
  return {
    values,
    shape,
    count: n,
    labels: Array.from(labels.data.subarray(0, n) as ArrayLike<number>),
    classes: digits,
  };
}
