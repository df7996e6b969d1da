import { inflateSync } from "node:zlib";
import { pngReaderWith } from "./png-pixels.js";

/** Reads PNG alone, in JavaScript. */
export const pngReader = pngReaderWith((packed, most) => {
  try {
    inflateSync(packed, { maxOutputLength: most });
    return true;
  } catch (cause) {
    if (cause instanceof RangeError) return false;
    throw cause;
  }
});
