import { formatShape, UserError } from "../tensor/index.js";

/** Throws the UserError for labels that aren't one number an example. */
export function checkLabelShape(shape: readonly number[], place: string): void {
  if (shape.length === 1 || (shape.length === 2 && shape[1] === 1)) return;
  if (shape.length === 2) {
    throw new UserError(
      `${place} has ${shape[1]} numbers an example where a label is one: its shape is ${formatShape(shape)}. ` +
        "If the labels are one-hot, save numpy.argmax(labels, axis=1)",
    );
  }
  throw new UserError(
    `${place} holds images, not labels: its shape is ${formatShape(shape)} where [examples] is expected. ` +
      "Are the files for images and labels exchanged?",
  );
}
