// A page that trains in a Web Worker and in its own thread, draws, and says what came of it.
import {
  bundle,
  encodePng,
  evaluateModel,
  fromArrays,
  imageGrid,
  loadModel,
  normal,
  train,
  type TrainOptions,
  vae,
  type WebOptions,
} from "latent/web";
import { evaluateOn, input, wasmBackend } from "latent/graph";

/** Pictures of 8x8 with a bright quarter, each a little different. */
const pictures = (n: number): number[][][] =>
  Array.from({ length: n }, (_, i) =>
    Array.from({ length: 8 }, (_, y) =>
      Array.from({ length: 8 }, (_, x) =>
        x >> 2 === i % 2 && y >> 2 === (i >> 1) % 2 ? 0.6 + (i % 5) / 12 : 0,
      ),
    ),
  );

async function trainPage(options: WebOptions): Promise<Record<string, unknown>> {
  const data = fromArrays({ train: pictures(256), test: pictures(32) });
  const settings = { epochs: 6, batchSize: 16, seed: 3, lr: 1e-2 } satisfies TrainOptions;
  const model = vae({ input: data.shape, latent: 2, hidden: [32] });
  let ticks = 0;
  let steps = 0;
  const clock = setInterval(() => ticks++, 1);
  const run = await train(model, data, {
    ...settings,
    ...options,
    onEvent: (event) => {
      if (event.type === "epoch") steps = event.step;
    },
  });
  clearInterval(clock);
  const here = await train(model, data, { ...settings, thread: "page" });
  const { mean, logVar } = await run.model.encode(data.test.examples);
  const drawn = await run.model.generate(16, { seed: 1 });
  const png = await encodePng(imageGrid(drawn, { shape: data.shape, columns: 4 }));
  const image = document.createElement("img");
  image.src = URL.createObjectURL(new Blob([png as BlobPart]));
  await image.decode();
  document.body.append(image);
  const again = await loadModel(bundle(run.model));
  const redrawn = await again.generate(16, { seed: 1 });
  const evaluation = await evaluateModel(again, data, { ...options, seed: 3 });
  const x = input("x", "float32", ["n"]);
  const density = await evaluateOn(await wasmBackend(), normal.of({ loc: 0, scale: 1 }).logProb(x), {
    x: [0],
  });
  const webgpu = await train(model, data, { ...settings, ...options, epochs: 1, device: "webgpu" });
  const weights = Object.entries(run.model.weights);
  return {
    engine: run.engine,
    webgpu: webgpu.engine,
    webgpuDevice: webgpu.device,
    webgpuElbo: webgpu.evaluation?.negativeElbo,
    firstElbo: run.history[0]?.evaluation?.negativeElbo,
    ticks,
    steps,
    elbos: run.history.map(({ evaluation: each }) => each?.negativeElbo),
    sameWeights: weights.every(([name, { data: values }]) =>
      values.every((value, i) => Object.is(value, here.model.weights[name]?.data[i])),
    ),
    encoded: [mean.shape, logVar.shape],
    image: [image.naturalWidth, image.naturalHeight],
    sameDraws: drawn.data.every((value, i) => value === redrawn.data[i]),
    evaluation: evaluation.negativeElbo,
    density: density.data[0],
  };
}

Object.assign(globalThis, { trainPage });
