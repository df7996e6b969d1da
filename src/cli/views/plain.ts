import { print, warn } from "../context.js";
import { clock, countText, rowsText, termsText } from "./format.js";
import { dataLines, endLines, epochLine, labelled, startLines, stoppedLine } from "./lines.js";
import { sometimes } from "./sometimes.js";
import type { TrainView } from "./view.js";

/** Seconds between lines inside an epoch: a log stays readable, and a long epoch doesn't look dead. */
const interval = 10;

/** Plain lines, for logs and pipes. Warnings go to standard error. */
export function plainView(): TrainView {
  let epochs = 1;
  let last = Date.now();
  const lines = (list: readonly string[]): void => list.forEach((line) => print(line));
  return {
    data: (dataset) => lines(dataLines(dataset)),
    event(event) {
      switch (event.type) {
        case "start":
          epochs = event.position.epochs;
          return lines(startLines(event));
        case "progress": {
          if (Date.now() - last < interval * 1000) return;
          last = Date.now();
          const { epoch, step, stepsPerEpoch } = event.position;
          const speed = `${countText(event.examplesPerSecond)}/s  ETA ${clock(event.secondsLeft)}`;
          return print(
            `epoch ${epoch}/${epochs}  ${step}/${stepsPerEpoch}  ${speed}  ${termsText(event.terms)}`,
          );
        }
        case "epoch":
          last = Date.now();
          return print(epochLine(event, epochs));
        case "warning":
          return warn(event.message);
        case "stopped":
          return print(stoppedLine(event));
        case "checkpoint":
          return;
      }
    },
    download(file, received, total) {
      if (total === undefined || received < total) return;
      print(labelled("download", `${file} ${countText(received)} bytes`));
    },
    pictures({ name, done, total }) {
      if (done < total && Date.now() - last < interval * 1000) return;
      last = Date.now();
      print(labelled("decoding", `${name} ${countText(done)} of ${countText(total)} pictures`));
    },
    rows: sometimes(interval, (progress) => print(labelled("reading", rowsText(progress)))),
    note: (message) => print(message),
    warning: warn,
    ended: (run, files) => lines(endLines(run, files)),
    close: () => undefined,
  };
}
