import { Catalogue } from "../../catalogue/index.js";
import type { DataFormat } from "./format.js";
import { idx } from "./idx.js";
import { npy } from "./npy.js";
import { npz } from "./npz.js";

/**
 * The forms in which data sets are read from a path. One more is an entry of its own: what it takes, how a header is
 * read and how rows are; all that follows (memory, streaming, layout, labels, held-out parts) is the same for all.
 */
export const formats = new Catalogue<DataFormat>({ kind: "data format" }, [idx, npy, npz]);
