import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { unzipSync, zipSync } from "fflate";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { decodeNpy } from "../data/index.js";
import { readIdxFile } from "../data/index.js";
import { loadModel } from "../node.js";
import { tensor } from "../tensor/index.js";
import { runCli, scratchFolder, writeTinyData } from "../testing/run-cli.js";
import { raw, serveStudio, smallRun, trainSmall, writePage } from "../testing/studio.js";
import type { RunningStudio } from "./server.js";
import type { RunDetails, RunSummary, Session } from "./types.js";

const scratch = scratchFolder();
const at = (...names: string[]): string => path.join(scratch.folder, ...names);
const page = writePage(at("page"));
const data = writeTinyData(at("tiny"));
let studio: RunningStudio;

beforeAll(async () => {
  await trainSmall(data, at("runs", "good"), ["--epochs", "2", "--validation", "0.2"]);
  mkdirSync(at("runs", "good", "images"), { recursive: true });
  writeFileSync(at("runs", "good", "images", "generated.png"), "a picture");
  writeFileSync(at("runs", "good", "private.txt"), "private");
  studio = await serveStudio({ page, places: [at("runs")], data: [data] });
});
afterAll(async () => {
  await studio.close();
  scratch.remove();
});

const api = (target: string): string => `${studio.address}api/${target}`;
const getJson = async <T>(target: string): Promise<T> => (await (await fetch(api(target))).json()) as T;
const list = (): Promise<RunSummary[]> => getJson<RunSummary[]>("runs");
const named = async (name: string): Promise<RunSummary> => {
  const found = (await list()).find((run) => run.name === name);
  if (found === undefined) throw new Error(`${name} is not listed`);
  return found;
};
const bytesOf = async (target: string): Promise<Uint8Array> =>
  new Uint8Array(await (await fetch(api(target))).arrayBuffer());
const upload = (body: Uint8Array, name: string, type = "application/zip"): Promise<Response> =>
  fetch(api(`runs?name=${encodeURIComponent(name)}`), {
    method: "POST",
    headers: { "content-type": type },
    body: new Uint8Array(body),
  });

test("the session tells version, engine and data", async () => {
  const { version } = JSON.parse(readFileSync("package.json", "utf8")) as { version: string };
  const session = await getJson<Session>("session");
  expect(session.version).toBe(version);
  expect(session.native?.device).toEqual(expect.any(String));
  expect(session.native?.cores).toBeGreaterThan(0);
  expect(session.data.map(({ name, examples }) => [name, examples])).toEqual([
    ["MNIST", 60_000],
    ["tiny", 300],
  ]);
  expect(session.data[1]?.id).toMatch(/^tiny-[0-9a-f]{10}$/);
});

describe("a finished run", () => {
  test("is listed with what it is, and no path", async () => {
    const run = await named("good");
    expect(run.id).toMatch(/^good-[0-9a-f]{10}$/);
    expect(run).toMatchObject({
      state: "finished",
      native: false,
      epoch: 2,
      epochs: 2,
      step: 16,
      model: "mlp 16",
      objective: "elbo",
      data: "tiny",
      z: 2,
    });
    expect(Math.abs(run.updated - Date.now())).toBeLessThan(600_000);
    expect(JSON.stringify(run)).not.toContain(scratch.folder);
  });

  test("tells its settings and epochs as they are kept", async () => {
    const { id } = await named("good");
    const details = await getJson<RunDetails>(`runs/${id}`);
    expect(details.config).toEqual(JSON.parse(readFileSync(at("runs", "good", "config.json"), "utf8")));
    const lines = readFileSync(at("runs", "good", "metrics.jsonl"), "utf8")
      .trim()
      .split("\n");
    expect(details.history).toEqual(lines.map((line) => JSON.parse(line) as unknown));
  });

  test("gives its model, whose files load, with the step of its weights", async () => {
    const { id } = await named("good");
    const answer = await fetch(api(`runs/${id}/snapshot`));
    expect(answer.headers.get("latent-step")).toBe("16");
    const files = unzipSync(new Uint8Array(await answer.arrayBuffer()));
    expect(Object.keys(files).sort()).toEqual(readdirSync(at("runs", "good", "model")).sort());
    for (const [name, bytes] of Object.entries(files)) {
      expect(readFileSync(at("runs", "good", "model", name)).equals(bytes), name).toBe(true);
    }
  });

  test("comes as a zip of its own files and no others, and is taken in again as it was", async () => {
    const { id } = await named("good");
    const zip = await bytesOf(`runs/${id}/run.zip`);
    const files = unzipSync(zip);
    expect(Object.keys(files)).not.toContain("private.txt");
    expect(Object.keys(files)).toEqual(
      expect.arrayContaining([
        "config.json",
        "metrics.jsonl",
        "checkpoint/last.safetensors",
        "images/generated.png",
      ]),
    );
    const answer = await upload(zip, "again");
    expect(answer.status).toBe(201);
    const taken = (await answer.json()) as RunSummary;
    expect(taken).toMatchObject({ name: "again", state: "finished", epoch: 2, step: 16 });
    for (const [name, bytes] of Object.entries(files)) {
      expect(readFileSync(at("runs", "again", name)).equals(bytes), name).toBe(true);
    }
    // The same name is numbered, a zip with a folder around everything is one too.
    const around = zipSync(
      Object.fromEntries(Object.entries(files).map(([name, bytes]) => [`good/${name}`, bytes])),
    );
    expect(((await (await upload(around, "again")).json()) as RunSummary).name).toBe("again-2");
    // What was taken in goes on under the command.
    const out = at("runs", "again-2");
    const { code, stderr } = await runCli([
      "train",
      data,
      "--out",
      out,
      "--resume",
      "--epochs",
      "3",
      "--no-pictures",
    ]);
    expect(stderr).not.toContain("damaged");
    expect(code).toBe(0);
    expect(await named("again-2")).toMatchObject({ state: "finished", epoch: 3, step: 24 });
    expect(readdirSync(at("runs")).filter((name) => name.startsWith("."))).toEqual([]);
  });

  test("gives examples, labels and classes of its data, and its pictures", async () => {
    const { id } = await named("good");
    const images = await readIdxFile(path.join(data, "t10k-images-idx3-ubyte"));
    const answer = await fetch(api(`runs/${id}/examples.npy?count=7&offset=3`));
    expect(answer.headers.get("latent-total")).toBe("60");
    const examples = decodeNpy(new Uint8Array(await answer.arrayBuffer()));
    expect([examples.dtype, examples.shape]).toEqual(["float32", [7, 8, 8]]);
    const wanted = Float32Array.from(
      images.data.subarray(3 * 64, 10 * 64) as Uint8Array,
      (byte) => byte / 255,
    );
    expect(examples.data).toEqual(wanted);
    const labels = decodeNpy(await bytesOf(`runs/${id}/labels.npy?count=7&offset=3`));
    expect([...(labels.data as Int32Array)]).toEqual([0, 1, 2, 0, 1, 2, 0]);
    expect(await getJson(`runs/${id}/classes`)).toBeNull();
    expect(await getJson(`runs/${id}/data`)).toMatchObject({
      offered: true,
      classes: null,
      labelled: expect.arrayContaining(["train", "test"]) as string[],
    });
    // Held out again as they were: 60 of 300.
    const held = await fetch(api(`runs/${id}/examples.npy?split=validation&count=1`));
    expect(held.headers.get("latent-total")).toBe("60");
    const rest = await fetch(api(`runs/${id}/examples.npy?split=train&count=1`));
    expect(rest.headers.get("latent-total")).toBe("240");
    const picture = await fetch(api(`runs/${id}/images/generated.png`));
    expect(picture.headers.get("content-type")).toBe("image/png");
    expect(await picture.text()).toBe("a picture");
  });

  test.each(["count=0", "count=20001", "count=1.5", "count=x", "offset=-1", "split=all", "count=1&split="])(
    "refuses examples ?%s",
    async (query) => {
      const { id } = await named("good");
      expect((await fetch(api(`runs/${id}/examples.npy?${query}`))).status).toBe(400);
    },
  );

  test("has no examples past its last", async () => {
    const { id } = await named("good");
    expect((await fetch(api(`runs/${id}/examples.npy?offset=60`))).status).toBe(404);
  });
});

test("what is not there is not found", async () => {
  const { id } = await named("good");
  for (const target of [
    "runs/none-0123456789",
    "runs/none-0123456789/snapshot",
    "runs/..",
    "runs/%2e%2e%2fgood",
    `runs/${id}/other`,
    `runs/${id}/images/none.png`,
    `runs/${id}/images/..%2fconfig.json`,
    `runs/${id}/images/..%2fprivate.txt`,
    `runs/${id}/images/%2e%2e/private.txt`,
    "data/mnist/none",
    "data/mnist/..%2fpackage.json",
    "nothing",
  ]) {
    const { status, body } = await raw(studio.address, `/api/${target}`);
    expect(status, target).toBe(404);
    expect(body.toString()).not.toMatch(/private|latent-test/);
  }
});

test("a run whose data are in no named folder gives none of them", async () => {
  const other = writeTinyData(at("elsewhere"));
  await trainSmall(other, at("runs", "foreign"), ["--epochs", "1"]);
  const { id } = await named("foreign");
  expect(await getJson(`runs/${id}/data`)).toEqual({
    offered: false,
    why: expect.stringContaining("--data") as string,
  });
  const answer = await fetch(api(`runs/${id}/examples.npy`));
  expect(answer.status).toBe(404);
  expect(((await answer.json()) as { error: string }).error).toMatch(/--data/);
  rmSync(at("runs", "foreign"), { recursive: true });
});

describe("runs that are damaged", () => {
  const spoil = (name: string, file: string, content: string | Uint8Array): void => {
    cpSync(at("runs", "good"), at("runs", name), { recursive: true });
    writeFileSync(at("runs", name, file), content);
  };

  test("are listed with what is wrong, beside the others", async () => {
    spoil("no-json", "config.json", "{");
    spoil("wrong-config", "config.json", '{"epochs": "many"}');
    spoil("cut-off", "checkpoint/last.safetensors", Uint8Array.of(1, 2, 3));
    spoil("huge-head", "checkpoint/last.safetensors", new Uint8Array(64).fill(255));
    spoil("bad-metrics", "metrics.jsonl", "no line\n");
    mkdirSync(at("runs", "folder-config", "config.json"), { recursive: true });
    mkdirSync(at("runs", "empty"));
    writeFileSync(at("runs", "a-file"), "");
    cpSync(at("runs", "good"), at("runs", "linked"), { recursive: true });
    rmSync(at("runs", "linked", "config.json"));
    symlinkSync("/etc/passwd", at("runs", "linked", "config.json"));
    symlinkSync("/etc", at("runs", "way-out"));
    const runs = new Map((await list()).map((run) => [run.name, run]));
    expect(runs.get("good")?.state).toBe("finished");
    for (const name of ["no-json", "wrong-config", "cut-off", "huge-head", "folder-config", "linked"]) {
      expect(runs.get(name)?.state, name).toBe("damaged");
      expect(runs.get(name)?.problem, name).toEqual(expect.any(String));
      expect(runs.get(name)?.problem, name).not.toContain(scratch.folder);
      const { status, body } = await raw(studio.address, `/api/runs/${runs.get(name)?.id}`);
      expect(status, name).toBe(422);
      expect(body.toString()).not.toContain("root:");
    }
    expect(runs.get("linked")?.problem).toMatch(/leads out/);
    // Its epochs are those of the checkpoint.
    expect(runs.get("bad-metrics")).toMatchObject({ state: "finished", epoch: 2 });
    expect(runs.get("bad-metrics")?.problem).toMatch(/metrics.jsonl is damaged/);
    for (const name of ["empty", "a-file", "way-out"]) expect(runs.has(name), name).toBe(false);
  });

  test("with pictures or checkpoints that lead elsewhere give nothing of them", async () => {
    cpSync(at("runs", "good"), at("runs", "sly"), { recursive: true });
    symlinkSync("/etc/passwd", at("runs", "sly", "images", "sly.png"));
    const { id } = await named("sly");
    for (const target of [`runs/${id}/images/sly.png`, `runs/${id}/run.zip`, `runs/${id}/snapshot`]) {
      const { status, body } = await raw(studio.address, `/api/${target}`);
      expect([403, 422], target).toContain(status);
      expect(body.toString()).not.toContain("root:");
    }
  });
});

test("a run that was stopped gives the weights of its last checkpoint", async () => {
  const out = at("runs", "stopped");
  await runCli(["train", data, "--out", out, "--no-pictures", "--epochs", "100000", "--json", ...smallRun], {
    onLine: (line, child) => void (line.includes('"type":"epoch"') && child.kill("SIGINT")),
  });
  const run = await named("stopped");
  expect(run.state).toBe("interrupted");
  const answer = await fetch(api(`runs/${run.id}/snapshot`));
  expect(answer.headers.get("latent-step")).toBe(String(run.step));
  mkdirSync(at("snapshot"));
  for (const [name, bytes] of Object.entries(unzipSync(new Uint8Array(await answer.arrayBuffer())))) {
    writeFileSync(at("snapshot", name), bytes);
  }
  const z = tensor("float32", [1, 2], Float32Array.of(0.5, -1));
  const [ours, theirs] = await Promise.all([
    loadModel(at("snapshot")),
    loadModel(out, { checkpoint: "last" }),
  ]);
  expect((await ours.decode(z)).data).toEqual((await theirs.decode(z)).data);
  await Promise.all([ours.close(), theirs.close()]);
});

test("a run that is named by itself is served alone, and new ones go to `runs`", async () => {
  const alone = await serveStudio({ page, places: [at("runs", "good")] });
  try {
    const runs = (await (await fetch(`${alone.address}api/runs`)).json()) as RunSummary[];
    expect(runs.map(({ name }) => name)).toEqual(["good"]);
    expect(alone.studio.shelf.home).toBe(path.resolve("runs"));
  } finally {
    await alone.close();
  }
});

test("MNIST comes as the package has it", async () => {
  const labels = Buffer.from(await bytesOf("data/mnist/t10k-labels"));
  expect([labels.readUInt32BE(0), labels.readUInt32BE(4), labels.length]).toEqual([0x801, 10_000, 10_008]);
  const images = await fetch(api("data/mnist/train-images"));
  expect(images.headers.get("content-length")).toBe("47040016");
  await images.body?.cancel();
  const again = await fetch(api("data/mnist/train-images"), {
    headers: { "if-none-match": images.headers.get("etag") ?? "" },
  });
  expect(again.status).toBe(304);
});
