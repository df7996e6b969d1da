import { readFile } from "node:fs/promises";
import { bundle, type TrainedVae } from "../model/index.js";
import { loadModelOn, readProgress, type RunConfig } from "../runs/index.js";
import { nothing } from "./refusal.js";
import { filesOf } from "./run-files.js";
import type { KeptRun } from "./shelf.js";
import type { RunReading } from "./summary.js";
import type { Trainer } from "./trainer.js";
import type { StudioTools } from "./types.js";

/** A model's files with the weights of a moment. */
export interface Snapshot {
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** The steps that the weights have seen. */
  readonly step: number;
}

/** As many are kept as are looked at side by side. */
const kept = 4;

function aboutOf({ dataset, objective, binarize }: RunConfig, { history }: RunReading) {
  return {
    dataset: dataset.name,
    objective: objective.name,
    binarize,
    evaluation: history.at(-1)?.evaluation,
  };
}

/** The model of a run as it is now, each made once however often it is asked for. */
export class Snapshots {
  private readonly made = new Map<string, Promise<Snapshot>>();

  constructor(
    private readonly tools: StudioTools,
    private readonly trainer: Trainer,
  ) {}

  /** The newest weights of a run. Throws a Refusal if it has none yet. */
  async newest(run: KeptRun, reading: RunReading): Promise<Snapshot> {
    const live = await this.trainer.model(run);
    if (live !== undefined) {
      return this.once(`${run.id} live ${live.step}`, async () => ({
        files: await this.bundled(live.model, reading),
        step: live.step,
      })).finally(() => live.model.close());
    }
    const { progress } = reading;
    if (progress?.finished !== false) {
      const files = await modelFiles(run.folder);
      if (files !== undefined) return { files, step: progress?.step ?? reading.history.at(-1)?.step ?? 0 };
    }
    if (progress === undefined) throw nothing(`"${run.name}" has saved no weights yet`);
    return this.once(`${run.id} kept ${progress.step} ${progress.finished}`, () =>
      this.ofCheckpoint(run, reading),
    );
  }

  /** The last checkpoint's weights, with the step that they are really of: a newer one may be written meanwhile. */
  private async ofCheckpoint(run: KeptRun, reading: RunReading): Promise<Snapshot> {
    const checkpoint = reading.progress?.finished === true ? {} : ({ checkpoint: "last" } as const);
    for (;;) {
      const before = await readProgress(run.folder);
      const model = await loadModelOn(this.tools.platform, run.folder, checkpoint);
      try {
        const after = await readProgress(run.folder);
        if (before?.step !== after?.step) continue;
        return { files: await this.bundled(model, reading), step: after?.step ?? 0 };
      } finally {
        await model.close();
      }
    }
  }

  private async bundled(model: TrainedVae, reading: RunReading): Promise<Snapshot["files"]> {
    return new Map(Object.entries(bundle(model, aboutOf(reading.config, reading))));
  }

  private once(key: string, make: () => Promise<Snapshot>): Promise<Snapshot> {
    const before = this.made.get(key);
    if (before !== undefined) return before;
    const made = make();
    this.made.set(key, made);
    for (const old of [...this.made.keys()].slice(0, -kept)) this.made.delete(old);
    made.catch(() => this.made.delete(key));
    return made;
  }
}

/** The files of the model that a finished run has left, by their names; undefined if there is none. */
async function modelFiles(folder: string): Promise<Snapshot["files"] | undefined> {
  const found = [...(await filesOf(folder))].filter(([name]) => name.startsWith("model/"));
  if (!found.some(([name]) => name === "model/model.json")) return undefined;
  const read = found.map(
    async ([name, file]) => [name.slice("model/".length), await readFile(file)] as const,
  );
  return new Map(await Promise.all(read));
}
