import { expect, it } from "vitest";
import { meaningOfArray, meaningOfIdx } from "./names.js";

it.each([
  ["train-images-idx3-ubyte", "", "train", "examples"],
  ["t10k-labels.idx1-ubyte.gz", "", "test", "labels"],
  ["emnist-letters-test-images-idx3-ubyte", "emnist-letters", "test", "examples"],
])("an idx file's name: %s", (name, set, part, what) => {
  expect(meaningOfIdx(name)).toEqual({ set, part, what });
  expect(meaningOfIdx(`${name}.npy`)).toBeUndefined();
});

it.each([
  ["train", "", "train", "examples"],
  ["x_train", "", "train", "examples"],
  ["X_train", "", "train", "examples"],
  ["y_test", "", "test", "labels"],
  ["xTrain", "", "train", "examples"],
  ["train_x", "", "train", "examples"],
  ["train-labels", "", "train", "labels"],
  ["labels_train", "", "train", "labels"],
  ["images_val", "", "validation", "examples"],
  ["k49-train-images", "k49", "train", "examples"],
  ["mnist_x_train", "mnist", "train", "examples"],
  ["mnist_train", "mnist", "train", "examples"],
])("an array's name: %s", (name, set, part, what) => {
  expect(meaningOfArray(name)).toEqual({ set, part, what });
});

it("vague names, and names that say nothing", () => {
  expect(meaningOfArray("labels")).toEqual({ set: "", part: "train", what: "labels", vague: true });
  expect(meaningOfArray("x")).toMatchObject({ what: "examples", vague: true });
  for (const name of ["digits", "latest", "arr_0", "trainer", "x_trained", ""]) {
    expect(meaningOfArray(name)).toBeUndefined();
  }
});
