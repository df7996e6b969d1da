import { PassThrough } from "node:stream";
import { afterEach, expect, test, vi } from "vitest";
import { fromArrays } from "../../data/index.js";
import { vae } from "../../model/index.js";
import { LocalEngine } from "../../runtime/index.js";
import { nodeBackend } from "../../runtime/node.js";
import { trainOn } from "../../runs/index.js";
import { liveView, previewRow, progressLine, terminalColour } from "./live.js";

/** A terminal of 80 columns that keeps what is written to it. */
function terminal(depth = 24): { stream: NodeJS.WriteStream; text: () => string } {
  const through = new PassThrough();
  const chunks: string[] = [];
  through.on("data", (chunk: Buffer) => chunks.push(chunk.toString("utf8")));
  const stream = Object.assign(through, { isTTY: true, columns: 80, rows: 30, getColorDepth: () => depth });
  return { stream: stream as unknown as NodeJS.WriteStream, text: () => chunks.join("") };
}

afterEach(() => vi.unstubAllEnvs());

const platform = {
  startEngine: async () => new LocalEngine(await nodeBackend("cpu", 1)),
  openBackend: () => nodeBackend("cpu", 1),
};

test("a run in a terminal shows its lines, a bar and a row of generated images", async () => {
  vi.stubEnv("NO_COLOR", "");
  const { stream, text } = terminal();
  const view = liveView(stream);
  const train = Uint8Array.from({ length: 40 * 64 }, (_, i) => (i % 8 < 4 ? 255 : 0));
  const data = fromArrays({ name: "stripes", shape: [8, 8], train });
  view.data(data);
  const run = await trainOn(platform, vae({ input: [8, 8], hidden: [4] }), data, {
    epochs: 2,
    onEvent: view.event,
  });
  view.ended(run, ["images/generated.png"]);
  view.close();
  await new Promise((resolve) => setImmediate(resolve));
  const shown = text();
  for (const part of [
    "stripes 36 train, 4 test",
    "cpu: ",
    "64-4-4 | 2-4-64",
    "█",
    "▀",
    "images/generated.png",
  ]) {
    expect(shown.includes(part), part).toBe(true);
  }
  expect(shown.includes("epoch 2/2  test -ELBO")).toBe(true);
});

test("the preview fits the terminal, and is drawn in characters where there are no colours", async () => {
  const train = new Uint8Array(20 * 64).fill(200);
  const data = fromArrays({ shape: [8, 8], train });
  const { model } = await trainOn(platform, vae({ input: [8, 8], hidden: [4] }), data, { epochs: 1 });
  const rows = (await previewRow(model, "image", 60, "none")).split("\n");
  expect(rows.length).toBeGreaterThan(3);
  for (const row of rows) expect(row.length).toBeLessThanOrEqual(60);
  expect(rows.join("")).toMatch(/^[ .:\-=+*#%@]*$/);
  expect(await previewRow(model, "vector", 60, "none")).toBe("");
});

test("colours follow the terminal and NO_COLOR", () => {
  vi.stubEnv("NO_COLOR", "");
  expect([24, 8, 4, 1].map((depth) => terminalColour(terminal(depth).stream))).toEqual([
    "truecolor",
    "256",
    "none",
    "none",
  ]);
  vi.stubEnv("NO_COLOR", "1");
  expect(terminalColour(terminal(24).stream)).toBe("none");
});

test("the line of an epoch keeps what fits, the bar first", () => {
  const event = {
    type: "progress",
    position: { epoch: 3, epochs: 10, step: 234, stepsPerEpoch: 468 },
    terms: { negativeElbo: 158.4, reconstruction: 152.9, kl: 5.5 },
    examplesPerSecond: 41_900,
    secondsLeft: 9,
  } as const;
  expect(progressLine(event, 200, "active 2/2")).toBe(
    "epoch 3/10  ████████          234/468  ETA 0:09  -ELBO 158.4 = 152.9 + KL 5.50  41,900/s  active 2/2",
  );
  expect(progressLine(event, 50, "active 2/2")).toBe("epoch 3/10  ████████          234/468  ETA 0:09");
});
