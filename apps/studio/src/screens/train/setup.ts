import type { RunSpec } from "latent/web";

/** What the form holds; texts left empty mean the default. */
export interface Setup {
  readonly data: "mnist" | "files";
  /** Training examples taken of MNIST. */
  readonly limit: number;
  /** What pictures in files are brought to, such as `32x32`; empty for as they are. */
  readonly size: string;
  readonly place: "page" | "server";
  readonly device: "auto" | "webgpu" | "wasm";
  readonly z: number;
  readonly network: string;
  readonly posterior: string;
  readonly prior: string;
  readonly likelihood: string;
  readonly objective: string;
  readonly optimizer: string;
  readonly schedule: string;
  readonly lr: number;
  readonly epochs: number;
  readonly batch: number;
  readonly seed: number;
  readonly clip: number;
}

export const usual: Setup = {
  data: "mnist",
  limit: 60000,
  size: "",
  place: "page",
  device: "auto",
  z: 2,
  network: "",
  posterior: "normal",
  prior: "",
  likelihood: "",
  objective: "elbo",
  optimizer: "adam",
  schedule: "",
  lr: 0.001,
  epochs: 5,
  batch: 128,
  seed: 0,
  clip: 0,
};

/** What is wrong with a setup, by field, as keys of the screen's text. */
export function problemsOf(setup: Setup): Partial<Record<keyof Setup, string>> {
  const whole = (value: number, least: number, most: number): boolean =>
    Number.isInteger(value) && value >= least && value <= most;
  return {
    ...(setup.data === "files" && !/^(\d+(x\d+)?)?$/.test(setup.size.trim()) && { size: "problem-size" }),
    ...(!whole(setup.z, 1, 1024) && { z: "problem-z" }),
    ...(!whole(setup.epochs, 1, 10000) && { epochs: "problem-epochs" }),
    ...(!whole(setup.batch, 1, 65536) && { batch: "problem-batch" }),
    ...(!whole(setup.seed, 0, 2 ** 32 - 1) && { seed: "problem-seed" }),
    ...(!(setup.lr > 0 && setup.lr <= 10) && { lr: "problem-lr" }),
    ...(!(setup.clip >= 0) && { clip: "problem-clip" }),
  };
}

/** The run that a setup describes, as plain data. */
export function specOf(setup: Setup): RunSpec {
  const { network, prior, likelihood, schedule } = setup;
  const told = { network, prior, likelihood, schedule };
  const chosen = Object.fromEntries(Object.entries(told).filter(([, value]) => value !== ""));
  return {
    ...chosen,
    latent: setup.z,
    posterior: setup.posterior,
    objective: setup.objective,
    optimizer: setup.optimizer,
    lr: setup.lr,
    epochs: setup.epochs,
    batchSize: setup.batch,
    seed: setup.seed,
    ...(setup.clip > 0 && { clipNorm: setup.clip }),
  };
}

/** What differs from the usual setup, for the address. */
export function queryOf(setup: Setup): string {
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(setup)) {
    if (value !== usual[key as keyof Setup]) query.set(key, String(value));
  }
  return query.toString();
}

/** The setup that an address holds; what it can't be is left as usual. */
export function setupOf(text: string): Setup {
  const query = new URLSearchParams(text);
  const setup: Record<string, unknown> = { ...usual };
  for (const [key, before] of Object.entries(usual)) {
    const told = query.get(key);
    if (told === null) continue;
    if (typeof before === "string") setup[key] = told.slice(0, 500);
    else if (Number.isFinite(Number(told))) setup[key] = Number(told);
  }
  if (setup.data !== "files") setup.data = "mnist";
  if (setup.place !== "server") setup.place = "page";
  if (setup.device !== "wasm" && setup.device !== "webgpu") setup.device = "auto";
  return setup as unknown as Setup;
}

/** What a run is called unless it is told: what it learns from and how. */
export function nameOf({ data, z, objective }: Setup, now = new Date()): string {
  const time = now.toISOString().slice(0, 16).replace("T", " ").replace(":", ".");
  return `${data} z${z} ${objective.split("(")[0] ?? ""} ${time}`;
}
