import { type Dataset, decodeIdx, fromArrays, type Tensor } from "latent/web";
import { getBytes } from "../sources/http";
import type { RunExamples } from "../sources/types";

type Part = "train-images" | "train-labels" | "t10k-images" | "t10k-labels";

async function part(at: string, name: Part): Promise<Tensor> {
  return decodeIdx(await getBytes(`${at}/${name}`));
}

const digits = Array.from({ length: 10 }, (_, digit) => String(digit));

/** MNIST from the address of its folder: 60,000 digits to train on, 10,000 to test with, 28 x 28, 0 to 1. */
export async function mnist(at: string): Promise<Dataset> {
  const [train, trainLabels, test, testLabels] = await Promise.all([
    part(at, "train-images"),
    part(at, "train-labels"),
    part(at, "t10k-images"),
    part(at, "t10k-labels"),
  ]);
  const found = fromArrays({
    name: "MNIST",
    train: { examples: train, labels: trainLabels.data },
    test: { examples: test, labels: testLabels.data },
    classes: digits,
  });
  return { ...found, source: "mnist" };
}

/** The first so many digits to test with. */
export async function mnistExamples(at: string, count: number): Promise<RunExamples> {
  const [images, labels] = await Promise.all([part(at, "t10k-images"), part(at, "t10k-labels")]);
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
