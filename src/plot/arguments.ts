import { aStaticShape, be, type Check, hasMembers } from "../tensor/index.js";

/** What several functions of pictures take. */
export const aTensor = be.tensor();

/** The shape of one example. */
export const anExampleShape = aStaticShape;

/** A raster. */
export const aRaster: Check = {
  expected: "a raster { width, height, channels, data }, such as imageGrid(...) makes",
  ok: (value) =>
    hasMembers(value, ["width", "height", "channels", "data"]) &&
    be.typedArray.ok((value as { data: unknown }).data),
};

/** Two numbers, as for a range or a place. */
export const twoNumbers: Check = {
  expected: "two numbers, such as [0, 1]",
  ok: (value) => Array.isArray(value) && value.length === 2 && value.every(be.anyNumber.ok),
};

/** Two texts, as for the labels of two axes. */
export const twoTexts: Check = {
  expected: 'two texts, such as ["z1", "z2"]',
  ok: (value) => Array.isArray(value) && value.length === 2 && value.every(isText),
};

function isText(value: unknown): boolean {
  return typeof value === "string";
}

/** A title or a caption, which may be empty. */
export const aText: Check = { expected: "a text", ok: isText };

/** A colour: one grey level, or red, green and blue. */
export const aColour: Check = {
  expected: "a grey level 0..255, or [red, green, blue]",
  ok: (value) =>
    typeof value === "number" || (Array.isArray(value) && value.length === 3 && value.every(be.anyNumber.ok)),
};

/** Texts or numbers, one an image or a point. */
export const labels: Check = {
  expected: "labels: a list of texts or numbers, a typed array, or a tensor",
  ok: (value) => aTensor.ok(value) || Array.isArray(value) || be.typedArray.ok(value),
};

/** A list of texts. */
export const texts: Check = be.list(aText, 0, '["0", "1"]');

/** A list of finite numbers, as the coordinates along an axis. */
export const coordinates: Check = be.list(be.number(), 1, "[-1, 0, 1]");
