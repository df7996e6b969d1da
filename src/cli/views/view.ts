import type { Dataset, PictureProgress, TableProgress } from "../../data/index.js";
import type { Current, Run, TrainEvent } from "../../train/index.js";

/** What is shown of a training run while it goes on. */
export interface TrainView {
  /** The data have been read. */
  data(dataset: Dataset): void;
  /** What the training loop tells. */
  event(event: TrainEvent, current: Current): void | Promise<void>;
  /** A download on the way to the data. */
  download(file: string, received: number, total: number | undefined): void;
  /** Pictures are decoded on the way to the data. */
  pictures(progress: PictureProgress): void;
  /** A table is read on the way to the data. */
  rows(progress: TableProgress): void;
  /** Something to know that is no event of the loop. */
  note(message: string): void;
  warning(message: string): void;
  /** The run has ended; `files` were written. */
  ended(run: Run, files: readonly string[]): void;
  /** Leaves the terminal as it was. Called last, after an error too. */
  close(): void;
}
