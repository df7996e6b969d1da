import { streamedParts } from "../../data/index.js";
import { print } from "../context.js";
import { sometimes } from "./sometimes.js";
import type { TrainView } from "./view.js";

function line(event: Readonly<Record<string, unknown>>): void {
  print(JSON.stringify(event));
}

/** One JSON event a line on standard output, and nothing else there. */
export function jsonView(): TrainView {
  return {
    data(dataset) {
      const { name, source, kind, shape, train, validation, test, notes } = dataset;
      line({
        type: "data",
        name,
        source,
        kind,
        shape,
        train: train.length,
        validation: validation?.length ?? 0,
        test: test.length,
        streamed: streamedParts(dataset),
        notes,
      });
    },
    event: (event) => line({ ...event }),
    download: (file, received, total) => line({ type: "download", file, received, total }),
    pictures: (progress) => line({ type: "pictures", ...progress }),
    rows: sometimes(10, (progress) => line({ type: "rows", ...progress })),
    note: (message) => line({ type: "note", message }),
    warning: (message) => line({ type: "warning", message }),
    ended({ folder, finished, evaluation, device }, files) {
      line({ type: "end", finished, folder, device, evaluation, files });
    },
    close: () => undefined,
  };
}
