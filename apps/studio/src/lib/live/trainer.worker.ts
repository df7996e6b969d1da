/*
 * Trains in a worker, whose engine is a worker of its own: the page stays free whatever is computed.
 */
import "../strict-policy";
import { expose } from "comlink";
import {
  bundle,
  type Current,
  resolve,
  runStore,
  train,
  trainControl,
  type TrainEvent,
  vaeFor,
} from "latent/web";
import { messageOf } from "../message";
import { datasetOf } from "./data";
import { Looker } from "./look";
import "./stopped-normal";
import type { TrainerApi, TrainingNews, TrainingRequest } from "./protocol";
import { divided } from "./divided";
import { drawnPrior } from "./prior";

type Seen = TrainEvent & { type: "start" | "progress" | "epoch" };

function positionOf(event: Seen): { step: number; epoch: number } {
  if (event.type === "epoch") return { step: event.step, epoch: event.epoch };
  const { epoch, step, stepsPerEpoch } = event.position;
  return { step: (epoch - 1) * stepsPerEpoch + step, epoch };
}

class Training {
  private readonly abort = new AbortController();
  private readonly control = trainControl();
  private current: Current | undefined;
  private nextLook = 0;
  private isLooking = false;
  private epochs = 0;
  private looking: Promise<void> = Promise.resolve();

  constructor(private readonly tell: (news: TrainingNews) => void) {}

  async run(request: TrainingRequest): Promise<void> {
    const { spec, priorPoints, watch, device = "auto", threads } = request;
    const dataset = await datasetOf(request.data);
    const looker = Looker.of(dataset, watch);
    const { modelOptions, trainOptions } = divided(spec);
    const prior = priorPoints === undefined ? undefined : drawnPrior(priorPoints, spec);
    // A kept run tells its networks layer by layer, as its config has them.
    const model = request.keep?.resume
      ? resolve({ ...modelOptions, input: dataset.shape }).model
      : vaeFor(dataset, { ...modelOptions, ...(prior && { prior }) });
    const epochs = spec.epochs ?? 10;
    this.epochs = epochs;
    const every = watch?.every ?? 500;
    const onEvent = async (event: TrainEvent, current: Current): Promise<void> => {
      this.current = current;
      this.tell({ type: "event", event });
      if (event.type === "start") await this.look(looker, event, current, every);
      else if (event.type === "progress" || event.type === "epoch")
        void this.look(looker, event, current, every);
    };
    const result = await train(model, dataset, {
      ...trainOptions,
      control: this.control,
      ...(request.keep && {
        out: await runStore().folder(request.keep.name),
        resume: request.keep.resume ?? false,
      }),
      device,
      threads: threads ?? Math.max(1, Math.min(4, navigator.hardwareConcurrency - 1)),
      signal: this.abort.signal,
      onEvent,
    });
    await this.looking;
    this.tell({ type: "ended", finished: result.finished, files: bundle(result.model) });
    await result.model.close();
  }

  /**
   * Looks at the model beside the training, one look at a time, at most every so many milliseconds and for a fifth of the time.
   * Training waits for the first look only, so that one sees where it starts from.
   */
  private look(looker: Looker, event: Seen, current: Current, every: number): Promise<void> {
    const now = performance.now();
    const last = event.type === "epoch" && event.epoch === this.epochs;
    if (!last && (this.isLooking || now < this.nextLook)) return this.looking;
    this.isLooking = true;
    this.looking = this.looking
      .then(() => looker.look(current, positionOf(event)))
      .then(
        (look) => this.tell({ type: "look", look }),
        (error: unknown) => console.warn(messageOf(error)),
      )
      .finally(() => {
        const end = performance.now();
        this.nextLook = end + Math.max(every, 4 * (end - now));
        this.isLooking = false;
      });
    return this.looking;
  }

  pause(): void {
    this.control.pause();
    this.tell({ type: "paused", paused: true });
  }
  resume(): void {
    this.control.resume();
    this.tell({ type: "paused", paused: false });
  }
  step(): void {
    this.control.step();
  }

  stop(): void {
    this.abort.abort();
    this.control.resume();
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
