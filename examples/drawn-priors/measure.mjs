// Trains on MNIST with each drawing as the prior, prints the two-sample distances of the test codes and the drawing
// before and after, and draws the codes over the drawing.
//   node examples/drawn-priors/measure.mjs [--drawings ring,moons,star] [--objective ...] [--batch 500] [--epochs 20] [--out DIR]
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { decode, encode } from "fast-png";
import { datasets, objectives, pointsFromPicture, samples, train, vae } from "../../dist/index.js";

const here = fileURLToPath(new URL(".", import.meta.url));
const { values } = parseArgs({
  options: {
    drawings: { type: "string", default: "ring,moons,star" },
    objective: { type: "string", default: "sliced-wasserstein(lambda=1000)" },
    epochs: { type: "string", default: "20" },
    batch: { type: "string", default: "500" },
    jitter: { type: "string", default: "0.02" },
    seed: { type: "string", default: "0" },
    threads: { type: "string", default: "1" },
    out: { type: "string", default: path.join(here, "codes") },
  },
});

/** Points [n, 2] as pairs. */
function pairs({ data }) {
  return Array.from({ length: data.length / 2 }, (_, i) => [data[2 * i], data[2 * i + 1]]);
}

/** Sliced Wasserstein-2 distance of equally many points, over 100 evenly spread directions, in latent units. */
function slicedWasserstein(a, b) {
  let sum = 0;
  const directions = 100;
  for (let k = 0; k < directions; k++) {
    const [c, s] = [Math.cos((k * Math.PI) / directions), Math.sin((k * Math.PI) / directions)];
    const along = (points) => Float64Array.from(points, ([x, y]) => x * c + y * s).sort();
    const [u, v] = [along(a), along(b)];
    sum += u.reduce((total, value, i) => total + (value - v[i]) ** 2, 0) / u.length;
  }
  return Math.sqrt(sum / directions);
}

/** Squared maximum mean discrepancy with the Gaussian kernel of width 0.5, without the pairs of a point with itself. */
function mmdSquared(a, b) {
  const mean = (p, q) => {
    let sum = 0;
    for (let i = 0; i < p.length; i++) {
      for (let j = 0; j < q.length; j++) {
        if (p === q && i === j) continue;
        sum += Math.exp(-((p[i][0] - q[j][0]) ** 2 + (p[i][1] - q[j][1]) ** 2) / 0.5);
      }
    }
    return sum / (p.length * (p === q ? q.length - 1 : q.length));
  };
  return mean(a, a) + mean(b, b) - 2 * mean(a, b);
}

const colours = [
  [31, 119, 180],
  [255, 127, 14],
  [44, 160, 44],
  [214, 39, 40],
  [148, 103, 189],
  [140, 86, 75],
  [227, 119, 194],
  [127, 127, 127],
  [188, 189, 34],
  [23, 190, 207],
];

/** The drawing in light grey and the codes over it, in the colours of their labels. */
function picture(drawing, codes, labels) {
  const size = 320;
  const data = new Uint8Array(size * size * 3).fill(255);
  for (let pixel = 0; pixel < size * size; pixel++) {
    const x = Math.floor(((pixel % size) * drawing.width) / size);
    const y = Math.floor((Math.floor(pixel / size) * drawing.height) / size);
    if (drawing.data[y * drawing.width + x] < 128) data.fill(215, 3 * pixel, 3 * pixel + 3);
  }
  codes.forEach(([x, y], i) => {
    const [column, row] = [Math.floor(((x + 2) / 4) * size), Math.floor(((2 - y) / 4) * size)];
    if (column < 0 || row < 0 || column >= size || row >= size) return;
    data.set(colours[labels[i]], 3 * (row * size + column));
  });
  return encode({ width: size, height: size, channels: 3, data });
}

const mnist = await datasets.mnist();
const { examples, labels } = mnist.test;
console.log(`${values.objective}, jitter ${values.jitter}, batch ${values.batch}, ${values.epochs} epochs\n`);
console.log("| drawing | sliced Wasserstein before | after | MMD² before | after | reconstruction | s |");
console.log("| --- | --- | --- | --- | --- | --- | --- |");
for (const name of values.drawings.split(",")) {
  const drawing = decode(readFileSync(path.join(here, `${name}.png`)));
  const points = pointsFromPicture(drawing);
  const model = vae({
    input: mnist.shape,
    latent: 2,
    prior: samples({ points, jitter: Number(values.jitter) }),
  });
  // as many points as codes, evenly spread over the drawing's dark pixels
  const wanted = Array.from(labels, (_, i) => points[Math.floor((i * points.length) / labels.length)]);
  const distances = async (trained) => {
    const codes = pairs(await trained.codes(examples));
    const few = (list) => list.filter((_, i) => i % 5 === 0);
    return {
      codes,
      wasserstein: slicedWasserstein(codes, wanted),
      mmd: mmdSquared(few(codes), few(wanted)),
    };
  };
  let before;
  const start = performance.now();
  const run = await train(model, mnist, {
    objective: objectives.from(values.objective),
    epochs: Number(values.epochs),
    batchSize: Number(values.batch),
    seed: Number(values.seed),
    threads: Number(values.threads),
    onEvent: async ({ type }, current) => {
      if (type !== "start") return;
      const untrained = await current.model();
      before = await distances(untrained);
      await untrained.close();
    },
  });
  const after = await distances(run.model);
  await run.model.close();
  mkdirSync(values.out, { recursive: true });
  writeFileSync(path.join(values.out, `${name}.png`), picture(drawing, after.codes, labels));
  const seconds = (performance.now() - start) / 1000;
  const { reconstruction } = run.evaluation;
  const cells = [
    name,
    before.wasserstein.toFixed(3),
    `${after.wasserstein.toFixed(3)} (${(before.wasserstein / after.wasserstein).toFixed(0)}x less)`,
    before.mmd.toFixed(4),
    `${after.mmd.toFixed(4)} (${(before.mmd / after.mmd).toFixed(0)}x less)`,
    reconstruction.toFixed(1),
    seconds.toFixed(0),
  ];
  console.log(`| ${cells.join(" | ")} |`);
}
