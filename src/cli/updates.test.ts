import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { decodePng } from "../plot/index.js";
import { type CliResult, runCli, scratchFolder, writeTinyData } from "../testing/run-cli.js";

const scratch = scratchFolder();
const at = (...names: string[]): string => path.join(scratch.folder, ...names);
const latent = (...args: string[]): Promise<CliResult> => runCli(args, { cwd: scratch.folder });
const small = ["--hidden", "16", "--batch", "64", "--threads", "1"];
const lines = <T>({ stdout }: CliResult): T[] =>
  stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as T);

beforeAll(() => void writeTinyData(at("tiny")));
afterAll(scratch.remove);

const recipe = [
  ...["--optimizer", "adamw(weight-decay=0.01)", "--schedule", "cosine(warmup=5)", "--clip-norm", "1"],
  ...["--ema", "0.8", "--skip-non-finite", "3", "--accumulate", "2", "--lr-decoder", "0.002"],
];

test("a recipe of flags is trained by, reported, kept, and changed by a resumed run, which says so", async () => {
  const first = await latent(
    "train",
    "tiny",
    "--out",
    "run",
    "--epochs",
    "2",
    "--json",
    "--no-pictures",
    ...recipe,
    ...small,
  );
  expect(first.code, first.stderr).toBe(0);
  const epochs = lines<{ type: string; gradientNorm?: number; skipped?: number; lr?: number }>(first).filter(
    ({ type }) => type === "epoch",
  );
  for (const { gradientNorm, skipped, lr } of epochs) {
    expect([typeof gradientNorm, skipped, typeof lr]).toEqual(["number", 0, "number"]);
  }
  expect(JSON.parse(readFileSync(at("run", "config.json"), "utf8"))).toMatchObject({
    optimizer: { name: "adamw", config: { weightDecay: 0.01 } },
    schedule: { name: "cosine", config: { warmup: 5 } },
    ...{ clipNorm: 1, ema: 0.8, skipNonFinite: 3, accumulate: 2, lrDecoder: 0.002 },
  });
  const resume = (...more: string[]) =>
    latent("train", "--out", "run", "--resume", "--epochs", "3", "--no-pictures", ...more);
  expect(await resume("--ema", "0.5")).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/ema 0\.8, but 0\.5 is asked for, which can't change/) as string,
  });
  const { stdout, code } = await resume("--lr", "0.0005", "--schedule", "step(step-size=4)");
  expect(code).toBe(0);
  expect(stdout).toMatch(/^changed {2}lr 0\.001 to 0\.0005, from here on$/m);
  expect(stdout).toMatch(/^changed {2}schedule cosine\(.*\) to step\(step-size=4, .*\), from here on$/m);
  expect(stdout).toMatch(/^epoch 3\/3 .* gradient [\d.]+ {2}lr \S+ {2}/m);
  const off = ["--clip-norm", "none", "--lr-decoder", "none", "--skip-non-finite", "none", "--epochs", "4"];
  const without = await latent("train", "--out", "run", "--resume", "--no-pictures", ...off);
  expect(without.code, without.stderr).toBe(0);
  expect(without.stdout).toMatch(/^changed {2}clip-norm 1 to none, from here on$/m);
  expect(without.stdout).toMatch(/^changed {2}lr-decoder 0\.002 to none, from here on$/m);
  expect(without.stdout).toMatch(/^epoch 4\/4 (?!.*gradient)/m);
  const kept = JSON.parse(readFileSync(at("run", "config.json"), "utf8")) as object;
  expect(Object.keys(kept)).not.toEqual(expect.arrayContaining(["clipNorm"]));
  expect(kept).not.toHaveProperty("lrDecoder");
  expect(kept).not.toHaveProperty("skipNonFinite");
});

test("an average that would stay near the first weights is warned of by its flag", async () => {
  const { stderr } = await latent(
    "train",
    "tiny",
    "--epochs",
    "1",
    "--ema",
    "0.999",
    "--no-pictures",
    ...small,
  );
  expect(stderr).toMatch(/--ema 0\.999.* still be 100 % the first weights after the run's 5 updates/);
});

test.each([
  [["--schedule", "cosin"], /--schedule: unknown schedule "cosin"; did you mean "cosine"/],
  [["--optimizer", "adamm"], /--optimizer: unknown optimiser "adamm"; did you mean/],
  [["--clip-norm", "0"], /--clip-norm must be a number above 0/],
  [["--ema", "1"], /--ema must be a number from 0 to below 1/],
  [["--accumulate", "0"], /--accumulate must be a whole number from 1/],
])("%j is refused", async (flags, message) => {
  const { code, stderr } = await latent("train", "tiny", ...flags);
  expect([code, stderr]).toEqual([2, expect.stringMatching(message)]);
});

test("lr-find draws a range test, suggests a learning rate, and writes nothing else", async () => {
  const before = readdirSync(scratch.folder);
  const found = await latent(
    "lr-find",
    "tiny",
    "--steps",
    "80",
    "--json",
    "--optimizer",
    "sgd(momentum=0.9)",
    ...small,
  );
  expect(found.code, found.stderr).toBe(0);
  const [finding] = lines<{ suggestion: number; lowest: number; points: { lr: number }[]; picture: string }>(
    found,
  );
  expect(finding?.suggestion).toBeGreaterThan(1e-7);
  expect(finding?.suggestion).toBeLessThan(finding?.lowest ?? 0);
  expect(finding?.points[0]?.lr).toBe(1e-7);
  expect(readdirSync(scratch.folder).sort()).toEqual([...before, "lr-find.png"].sort());
  expect((await decodePng(readFileSync(at("lr-find.png")))).width).toBe(680);
  const text = await latent("lr-find", "tiny", "--out", "pictures/range.svg", "--steps", "60", ...small);
  expect(text.stdout).toMatch(
    /^falls fastest at \S+: try --lr \S+\nlowest at \S+.*\npictures\/range\.svg\n$/,
  );
  expect(readFileSync(at("pictures", "range.svg"), "utf8")).toContain("Learning-rate range test of adam");
  const refused = await latent("lr-find", "tiny", "--from", "1", "--to", "0.1");
  expect([refused.code, refused.stderr]).toEqual([2, expect.stringMatching(/--from must be below --to/)]);
});

test("list names optimisers and schedules, with options and defaults", async () => {
  const [{ optimisers, schedules }] = lines<Record<string, { name: string; options: object }[]>>(
    await latent("list", "--json"),
  ) as [Record<string, { name: string; options: object }[]>];
  expect(optimisers?.map(({ name }) => name)).toEqual([
    "adagrad",
    "adam",
    "adamax",
    "adamw",
    "lion",
    "nadam",
    "radam",
    "rmsprop",
    "sgd",
  ]);
  expect(schedules?.find(({ name }) => name === "cosine")?.options).toMatchObject({ warmup: { default: 0 } });
  const { stdout } = await latent("list");
  expect(stdout).toMatch(/^ {2}adamw .*lr=0\.001, .*weight-decay=0\.01/m);
  expect(stdout).toMatch(/^ {2}one-cycle .*pct-start=0\.3/m);
});

test("a run that is extended says that its cosine rises again, and only then", async () => {
  const run = (...more: string[]) => latent("train", "--no-pictures", "--out", "risen", ...more);
  const first = await run("tiny", "--epochs", "2", "--schedule", "cosine", ...small);
  expect(first.code, first.stderr).toBe(0);
  expect(first.stdout).not.toMatch(/^changed/m);
  const longer = await run("--resume", "--epochs", "4");
  const [, before, now] =
    /^changed {2}learning-rate (\S+) to (\S+), from here on$/m.exec(longer.stdout) ?? [];
  expect(Number(before)).toBeLessThan(0.0005);
  expect(Number(now)).toBeCloseTo(0.0005, 6); // half of the way down from 0.001
  const steady = await run("--resume", "--epochs", "5", "--schedule", "constant");
  expect(steady.stdout).not.toMatch(/learning-rate/);
});
