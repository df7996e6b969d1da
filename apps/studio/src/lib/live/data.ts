import { type Dataset, fromArrays, readFiles, tensor } from "latent/web";
import { mnist } from "../data/mnist";
import type { TrainingData } from "./protocol";

const labelled = (values: Float32Array, shape: readonly number[], labels: readonly number[] | undefined) => {
  const size = shape.reduce((product, each) => product * each, 1);
  const examples = tensor("float32", [values.length / size, ...shape], values);
  return labels === undefined ? examples : { examples, labels };
};

/** The data set that a training was asked to take. */
export async function datasetOf(data: TrainingData): Promise<Dataset> {
  if (data.kind === "mnist") return mnist(data.at, { train: data.limit, test: data.testLimit });
  if (data.kind === "files") return readFiles(data.files, data.size === undefined ? {} : { size: data.size });
  const { name, train, test, shape, trainLabels, testLabels, classes } = data;
  return fromArrays({
    name,
    shape,
    train: labelled(train, shape, trainLabels),
    ...(test && { test: labelled(test, shape, testLabels) }),
    ...(classes && { classes }),
  });
}
