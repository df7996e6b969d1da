import { type Dataset, fromArrays, readFiles, rows, tensor } from "latent/web";
import { mnist } from "../data/mnist";
import type { TrainingData } from "./protocol";

function limited(dataset: Dataset, limit: number | undefined): Dataset {
  if (limit === undefined || limit >= dataset.train.length) return dataset;
  const { examples, labels } = dataset.train;
  const train = {
    length: limit,
    examples: rows(examples, 0, limit),
    ...(labels && { labels: labels.slice(0, limit) }),
  };
  return { ...dataset, train };
}

const labelled = (values: Float32Array, shape: readonly number[], labels: readonly number[] | undefined) => {
  const size = shape.reduce((product, each) => product * each, 1);
  const examples = tensor("float32", [values.length / size, ...shape], values);
  return labels === undefined ? examples : { examples, labels };
};

/** The data set that a training was asked to take. */
export async function datasetOf(data: TrainingData): Promise<Dataset> {
  if (data.kind === "mnist") return limited(await mnist(data.at), data.limit);
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
