// A page that keeps its runs in the browser's own files, and what the test asks of it.
import * as ort from "onnxruntime-web/webgpu";
import {
  fromArrays,
  openRun,
  resolve,
  runStore,
  train,
  trainControl,
  type TrainedVae,
  unzipRun,
  UserError,
  vae,
  type WebTrainOptions,
  zipRun,
} from "latent/web";

const store = runStore();
const worker = "./latent-web-worker.js";
const here: WebTrainOptions = { batchSize: 16, seed: 3, lr: 1e-2 };
const unkept: WebTrainOptions = { ...here, worker };
// A checkpoint after every call: most of the time something is being written.
const settings: WebTrainOptions = { ...unkept, checkpointSeconds: 0 };

/** Bytes of pictures of 8x8, as the test makes them for Node. */
const pictures = (n: number): Uint8Array =>
  Uint8Array.from({ length: n * 64 }, (_, i) => ((i * 7919) % 251) * ((i >> 2) % 2));
const data = fromArrays({ shape: [8, 8], train: pictures(256), test: pictures(32) });
const model = vae({ input: [8, 8], latent: 2, hidden: [32] });

async function digest({ weights }: TrainedVae): Promise<string> {
  const all = Object.keys(weights)
    .sort()
    .flatMap((name) => [...(weights[name]?.data as Float32Array)]);
  const bytes = new Uint8Array(await crypto.subtle.digest("SHA-256", Float32Array.from(all)));
  return [...bytes].join();
}

const state = { saved: 0, failure: "" };

/** What the test calls; everything that comes back is plain. */
const page = {
  state,

  /** Trains into a run until the page is ended; `state.saved` counts what was saved. */
  begin(name: string, epochs: number): void {
    const onEvent: WebTrainOptions["onEvent"] = ({ type }) => void (type === "checkpoint" && state.saved++);
    const go = async (): Promise<unknown> =>
      train(model, data, { ...settings, epochs, onEvent, out: await store.folder(name), resume: true });
    go().catch((error: unknown) => (state.failure = String(error)));
  },

  async finish(name: string, epochs: number) {
    const folder = await store.folder(name);
    const told = (await store.has(name)) ? (await openRun(folder)).spec : undefined;
    const own = told === undefined ? model : resolve(told, data.shape).model;
    const options = told === undefined ? settings : { worker };
    const run = await train(own, data, { ...options, epochs, out: folder, resume: true });
    return { digest: await digest(run.model), losses: lossesOf(run.history), steps: run.stepsTrained };
  },

  async whole(epochs: number) {
    const run = await train(model, data, { ...unkept, epochs });
    return { digest: await digest(run.model), losses: lossesOf(run.history), steps: run.stepsTrained };
  },

  async runs() {
    return (await store.list()).map(({ name, state: at, epoch, step }) => ({ name, state: at, epoch, step }));
  },

  /** The names of all files of a run, whoever made them. */
  async files(name: string): Promise<string[]> {
    type Folder = FileSystemDirectoryHandle;
    const list = async (folder: Folder, before: string): Promise<string[]> => {
      const names: string[] = [];
      for await (const [each, handle] of folder.entries())
        names.push(...(handle.kind === "file" ? [before + each] : await list(handle, `${before}${each}/`)));
      return names;
    };
    return (await list((await store.folder(name)) as Folder, "")).sort();
  },

  async bestOf(name: string): Promise<string> {
    const best = await (await openRun(await store.folder(name))).model("best");
    return String((await best.generate(2, { seed: 1 })).data.length);
  },

  async zip(name: string): Promise<string> {
    const bytes = await zipRun(await store.folder(name));
    return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
  },

  async unzip(name: string, text: string): Promise<void> {
    const bytes = Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
    await unzipRun(bytes, await store.folder(name));
  },

  /** Pauses, goes through some steps, lets go on; says where it stood. */
  async paused(epochs: number) {
    const control = trainControl();
    const stood: number[] = [];
    let step = 0;
    control.pause();
    const idle = async (): Promise<void> => {
      while (!control.idle) await new Promise((resolve) => setTimeout(resolve, 2));
      stood.push(step);
    };
    const asking = (async () => {
      await idle();
      for (const steps of [1, 3, 20]) {
        control.step(steps);
        await new Promise((resolve) => setTimeout(resolve, 10));
        await idle();
      }
      control.resume();
    })();
    const run = await train(model, data, {
      ...unkept,
      epochs,
      control,
      onEvent: ({ type, ...event }) => {
        if (type !== "progress" || !("position" in event)) return;
        step = (event.position.epoch - 1) * event.position.stepsPerEpoch + event.position.step;
      },
    });
    await asking;
    return { digest: await digest(run.model), stood };
  },

  /** Trains in a worker that is ended after its first steps, without a word to anyone. */
  async workerEnded(): Promise<string> {
    let made: Worker | undefined;
    const ending = () => (made = new Worker(worker, { type: "module" }));
    const onEvent: WebTrainOptions["onEvent"] = ({ type }) => void (type === "progress" && made?.terminate());
    return train(model, data, { ...unkept, epochs: 100_000, worker: ending, onEvent }).then(
      () => "it went on",
      (error: unknown) => `${error instanceof UserError ? "UserError" : "no UserError"}: ${String(error)}`,
    );
  },

  /** Trains on WebGPU in the page's own thread, and loses the device after the first steps. */
  async deviceLost(): Promise<string> {
    const onEvent: WebTrainOptions["onEvent"] = async (event) => {
      if (event.type === "start" && event.device !== "webgpu") throw new Error(`no WebGPU: ${event.engine}`);
      if (event.type === "progress")
        (await (ort.env.webgpu.device as Promise<{ destroy(): void }>)).destroy();
    };
    return train(model, data, { ...here, thread: "page", device: "webgpu", epochs: 100_000, onEvent }).then(
      () => "it went on",
      (error: unknown) => `${error instanceof UserError ? "UserError" : "no UserError"}: ${String(error)}`,
    );
  },
};

function lossesOf(
  history: readonly { readonly evaluation: { readonly negativeElbo: number | null } }[],
): number[] {
  return history.map(({ evaluation }) => evaluation.negativeElbo ?? Number.NaN);
}

export type Page = typeof page;
Object.assign(globalThis, { page });
