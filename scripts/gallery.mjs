// Makes docs/gallery.md and its pictures: each family as posterior, trained on MNIST for a short while, with the codes
// of test examples and draws of the prior, decoded. About half a minute a family on one core.
//   npm run gallery -- [--only normal,gamma] [--epochs 1]
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import {
  datasets,
  distributions,
  encodePng,
  imageGrid,
  principalAxes,
  rows,
  train,
  vae,
} from "../dist/index.js";
import { root } from "./tools.mjs";

const { values } = parseArgs({
  options: {
    only: { type: "string" },
    epochs: { type: "string", default: "1" },
    threads: { type: "string", default: "1" },
  },
});
const lr = 2e-3;

/** Posterior, prior and size of each exhibit; `view` says how its codes are drawn. */
const exhibits = [
  { group: "On the real line", posterior: "normal", prior: "normal" },
  { posterior: "laplace", prior: "laplace" },
  { posterior: "logistic", prior: "logistic" },
  { posterior: "student-t", prior: "student-t" },
  { posterior: "cauchy", prior: "cauchy" },
  { posterior: "gumbel", prior: "gumbel" },
  { posterior: "uniform", prior: "uniform", view: "square" },
  { posterior: "multivariate-normal", prior: "normal" },
  { posterior: "low-rank-normal", prior: "normal" },
  { group: "Positive", posterior: "gamma", prior: "gamma(concentration=2)" },
  { posterior: "exponential", prior: "exponential" },
  { posterior: "half-normal", prior: "half-normal" },
  { posterior: "log-normal", prior: "log-normal" },
  { group: "On the unit interval", posterior: "beta", prior: "beta", view: "unit" },
  { posterior: "kumaraswamy", prior: "kumaraswamy", view: "unit" },
  { group: "On the simplex", posterior: "dirichlet", prior: "dirichlet", z: 3, view: "triangle" },
  { posterior: "logistic-normal", prior: "logistic-normal", z: 3, view: "triangle" },
  { group: "On circle and sphere", posterior: "von-mises", prior: "von-mises", view: "torus" },
  { posterior: "von-mises-fisher", prior: "hyperspherical-uniform", z: 3, view: "sphere" },
  { posterior: "power-spherical", prior: "hyperspherical-uniform", z: 3, view: "sphere" },
  {
    group: "Discrete",
    posterior: "relaxed-one-hot-categorical",
    prior: "relaxed-one-hot-categorical",
    z: 10,
  },
  { posterior: "relaxed-bernoulli", prior: "relaxed-bernoulli", z: 10 },
  { posterior: "vector-quantised(codes=64)", prior: "uniform-codes", dot: 5 },
  { group: "Built from others", posterior: "inverse-autoregressive-flow", prior: "normal" },
  { posterior: "normal", prior: "mixture(components=10)" },
  { posterior: "normal", prior: "vamp-prior(components=50)" },
  { posterior: "normal", prior: "coupling-flow" },
];

const slug = ({ posterior, prior }) => {
  const [a, b] = [posterior, prior].map((text) => text.replace(/\(.*/, ""));
  return a === b || a !== "normal" ? a : `normal-${b}`;
};

const size = 240;
const palette = [
  "1f77b4",
  "ff7f0e",
  "2ca02c",
  "d62728",
  "9467bd",
  "8c564b",
  "e377c2",
  "7f7f7f",
  "bcbd22",
  "17becf",
];
const colours = palette.map((hex) => [0, 2, 4].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)));

/** Where a code lies in the picture, both in 0..1 from the bottom left, and how strongly it is drawn. */
const views = {
  square: ([x, y]) => ({ x: (x + 1) / 2, y: (y + 1) / 2 }),
  unit: ([x, y]) => ({ x, y }),
  torus: ([x, y]) => ({ x: x / (2 * Math.PI) + 0.5, y: y / (2 * Math.PI) + 0.5 }),
  triangle: ([, b, c]) => ({ x: 0.02 + 0.96 * (b + c / 2), y: 0.08 + 0.96 * c * Math.sqrt(0.75) }),
  // seen from above the corner (1, 1, 1); the far side is pale
  sphere: ([x, y, z]) => ({
    x: 0.5 + (0.48 * (y - x)) / Math.SQRT2,
    y: 0.5 + (0.48 * (2 * z - x - y)) / Math.sqrt(6),
    pale: x + y + z < 0,
  }),
};

const captions = {
  square: "the square from -1 to 1",
  unit: "the unit square",
  torus: "two angles from -pi to pi: opposite edges are one",
  triangle: "the simplex of three shares",
  sphere: "the sphere, its far side pale",
  axes: "the first two principal axes",
  plane: "the plane",
};

/** A view of the middle 99% of points in the plane, equally long units on both axes. */
function planeOf(points) {
  const range = [0, 1].map((axis) => {
    const sorted = points.map((point) => point[axis]).sort((a, b) => a - b);
    return [0.005, 0.995].map((part) => sorted[Math.floor(part * (sorted.length - 1))]);
  });
  const span = Math.max(...range.map(([low, high]) => high - low)) * 1.1 || 1;
  const [left, bottom] = range.map(([low, high]) => (low + high) / 2 - span / 2);
  return ([x, y]) => ({ x: (x - left) / span, y: (y - bottom) / span });
}

function pointsOf({ data, shape: [n, d] }) {
  return Array.from({ length: n }, (_, i) => Array.from(data.subarray(i * d, (i + 1) * d)));
}

async function mapOf(codes, labels, viewName, dot = 1) {
  const points = pointsOf(codes);
  const view = views[viewName] ?? planeOf(points);
  const data = new Uint8Array(size * size * 3).fill(255);
  const dots = points.map((point, i) => ({ ...view(point), label: labels[i] }));
  for (const { x, y, pale, label } of dots.sort((a, b) => Number(b.pale ?? 0) - Number(a.pale ?? 0))) {
    const [left, top] = [x, 1 - y].map((at) => Math.floor(at * size - (dot - 1) / 2));
    const colour = colours[label].map((level) => (pale ? 255 - (255 - level) * 0.35 : level));
    for (let k = 0; k < dot * dot; k++) {
      const [column, row] = [left + (k % dot), top + Math.floor(k / dot)];
      if (column < 0 || row < 0 || column >= size || row >= size) continue;
      data.set(colour, 3 * (row * size + column));
    }
  }
  return encodePng({ width: size, height: size, channels: 3, data });
}

const mnist = await datasets.mnist();
const shown = 5000;
const test = { images: rows(mnist.test.examples, 0, shown), labels: mnist.test.labels };

const folder = path.join(root, "docs", "gallery");
mkdirSync(folder, { recursive: true });
const record = path.join(folder, "runs.json");
const runs = existsSync(record) ? JSON.parse(readFileSync(record, "utf8")) : {};

for (const exhibit of exhibits) {
  const name = slug(exhibit);
  if (values.only !== undefined && !values.only.split(",").includes(name)) continue;
  const { posterior, prior, z = 2 } = exhibit;
  const start = performance.now();
  const model = vae({
    input: mnist.shape,
    latent: z,
    posterior: distributions.from(posterior),
    prior: distributions.from(prior),
  });
  const epochs = Number(values.epochs);
  const run = await train(model, mnist, { epochs, lr, threads: Number(values.threads) });
  const codes = await run.model.codes(test.images);
  const view = exhibit.view ?? (z > 2 ? "axes" : "plane");
  const seen = view === "axes" ? principalAxes(codes).points : codes;
  writeFileSync(path.join(folder, `${name}-map.png`), await mapOf(seen, test.labels, view, exhibit.dot));
  const images = await run.model.generate(40);
  await run.model.close();
  const grid = imageGrid(images, { shape: mnist.shape, columns: 8, scale: 1 });
  writeFileSync(path.join(folder, `${name}-samples.png`), await encodePng(grid));
  const { negativeElbo, reconstruction, kl, klMethod } = run.evaluation;
  const seconds = Math.round((performance.now() - start) / 1000);
  runs[name] = { epochs, z, view, negativeElbo, reconstruction, kl, klMethod, seconds };
  writeFileSync(record, `${JSON.stringify(runs, null, 2)}\n`);
  console.log(name, negativeElbo?.toFixed(1), kl?.toFixed(2), klMethod, `${seconds} s`);
}

const figure = (value) => (value === null ? "none" : value.toFixed(1));
const sections = exhibits.flatMap((exhibit) => {
  const name = slug(exhibit);
  const run = runs[name];
  const heading = exhibit.group === undefined ? [] : [`## ${exhibit.group}`];
  if (run === undefined) return heading;
  const { posterior, prior } = exhibit;
  const method = run.klMethod === "exact" ? "exact" : "estimated";
  return [
    ...heading,
    `### ${posterior} posterior, ${prior} prior`,
    `z = ${run.z}, ${run.epochs} epoch${run.epochs === 1 ? "" : "s"}: -ELBO ${figure(run.negativeElbo)} = ` +
      `${figure(run.reconstruction)} + KL ${figure(run.kl)} (${method}). The map shows ${captions[run.view]}.` +
      (run.kl < 0.05 ? " The posterior has collapsed: the code says nothing of the image." : ""),
    `![codes](gallery/${name}-map.png) ![samples](gallery/${name}-samples.png)`,
  ];
});
writeFileSync(
  path.join(root, "docs", "gallery.md"),
  [
    "# Gallery",
    "Most families as the posterior of the default network, trained on MNIST (grey levels, Bernoulli likelihood, ELBO, " +
      `Adam ${lr}, batch 128, seed 0) for so few epochs that the pictures show the shape of the latent space rather ` +
      "than what can be reached. Left the codes of 5,000 test images in the colours of their digits (posterior means; " +
      "draws where a family has none), right draws of the prior, decoded. Figures are of the test set, in nats per " +
      "example. Made by `npm run gallery`.",
    ...sections,
  ].join("\n\n") + "\n",
);
