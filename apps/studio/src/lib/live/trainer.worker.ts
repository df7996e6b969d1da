/*
 * Trains in a worker, whose engine is a worker of its own: the page stays free whatever is computed.
 */
import { expose } from "comlink";
import { bundle, type Current, resolve, train, type TrainEvent } from "latent/web";
import { messageOf } from "../message";
import { datasetOf } from "./data";
import { Gate } from "./gate";
import { Looker } from "./look";
import "./stopped-normal";
import type { TrainerApi, TrainingNews, TrainingRequest } from "./protocol";
import { drawnPrior } from "./prior";

class Training {
  private readonly abort = new AbortController();
  private readonly gate: Gate;
  private current: Current | undefined;
  private looked = 0;
  private looking: Promise<void> = Promise.resolve();

  constructor(private readonly tell: (news: TrainingNews) => void) {
    this.gate = new Gate((paused) => this.tell({ type: "paused", paused }));
  }

  async run(request: TrainingRequest): Promise<void> {
    const { spec, priorPoints, watch, device = "auto", threads } = request;
    const dataset = await datasetOf(request.data);
    const looker = Looker.of(dataset, watch);
    const told = priorPoints === undefined ? spec : { ...spec, prior: drawnPrior(priorPoints, spec) };
    const { model, settings } = resolve(told, dataset.shape);
    const { objective, optimizer, schedule, epochs, batchSize, seed, clipNorm, ema } = settings;
    const every = watch?.every ?? 500;
    const onEvent = async (event: TrainEvent, current: Current): Promise<void> => {
      this.current = current;
      this.tell({ type: "event", event });
      if (event.type === "progress" || event.type === "epoch") await this.look(looker, event, current, every);
      await this.gate.passed(event);
    };
    const result = await train(model, dataset, {
      ...{ objective, optimizer, schedule, epochs, batchSize, seed },
      ...(clipNorm !== undefined && { clipNorm }),
      ...(ema !== undefined && { ema }),
      device,
      threads: threads ?? Math.max(1, Math.min(4, navigator.hardwareConcurrency - 1)),
      signal: this.abort.signal,
      onEvent,
    });
    await this.looking;
    this.tell({ type: "ended", finished: result.finished, files: bundle(result.model) });
    await result.model.close();
  }

  /** Looks at most every so many milliseconds, one look at a time, while training goes on. */
  private async look(
    looker: Looker,
    event: TrainEvent & { type: "progress" | "epoch" },
    current: Current,
    every: number,
  ) {
    const now = performance.now();
    if (now - this.looked < every && event.type !== "epoch") return;
    this.looked = now;
    const position =
      event.type === "epoch"
        ? { step: event.step, epoch: event.epoch }
        : {
            step: (event.position.epoch - 1) * event.position.stepsPerEpoch + event.position.step,
            epoch: event.position.epoch,
          };
    await this.looking;
    this.looking = looker.look(current, position).then(
      (look) => this.tell({ type: "look", look }),
      (error: unknown) => console.warn(messageOf(error)),
    );
    await this.looking;
  }

  pause = (): void => this.gate.pause();
  resume = (): void => this.gate.resume();
  step = (): void => this.gate.step();

  stop(): void {
    this.abort.abort();
    this.gate.resume();
  }

  async snapshot(): Promise<Record<string, Uint8Array> | undefined> {
    const model = await this.current?.model();
    if (model === undefined) return undefined;
    const files = bundle(model);
    await model.close();
    return { ...files };
  }
}

let training: Training | undefined;

const api: TrainerApi = {
  async start(request, listener) {
    training = new Training(listener);
    try {
      await training.run(request);
    } catch (error) {
      listener({ type: "failed", message: messageOf(error) });
    }
  },
  pause: () => training?.pause(),
  resume: () => training?.resume(),
  step: () => training?.step(),
  stop: () => training?.stop(),
  snapshot: async () => training?.snapshot(),
};

expose(api);
