import { spawn } from "node:child_process";
import { chmod, mkdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadModel, nodePlatform } from "../node.js";
import { openStore, sha256 } from "../store/index.js";
import { BulkPlace, tableText } from "../testing/bulk.js";
import { ended, main } from "../testing/crowd.js";
import { redisServer, startRedis } from "../testing/redis-server.js";
import { runCli } from "../testing/run-cli.js";
import { Coordinator, openRedis, planBulk } from "./index.js";
import { runKeys } from "./plan.js";
import { queueName } from "./registry.js";

let place: BulkPlace;
beforeAll(async () => {
  if (redisServer === undefined) return;
  place = await BulkPlace.make(9_300, 1_000);
  await place.cli(["encode", "run", "x.npy", "--out", "one.npy"]);
}, 120_000);
afterAll(() => place?.remove());

describe.skipIf(redisServer === undefined)("what goes wrong", () => {
  const encode = (out: string, step: string, data = "x.npy"): string[] => [
    ...["encode", "run", data, "--out", out],
    ...[...place.flags, "--shard-rows", step],
  ];

  test("a worker of another version declines, and spoils nothing", async () => {
    const { events } = await place.withWorkers(
      1,
      async () => {
        const { events: ours } = await place.withWorkers(1, () => place.cli(encode("versions.npy", "2000")));
        expect(ours.filter(({ kind }) => kind === "done")).toHaveLength(5);
      },
      { version: "0.0.1-old" },
    );
    expect(events.map(({ kind }) => kind)).toEqual(["ready", "declined"]);
    expect(JSON.stringify(events)).toContain("this worker is 0.0.1-old");
    expect(await place.same("one.npy", "versions.npy")).toBe(true);
  });

  test("a worker with other data declines; links out of a root are not followed", async () => {
    await mkdir(place.at("elsewhere"));
    await mkdir(place.at("outside"));
    const other = await readFile(place.at("x.npy"));
    other[other.length - 1] = 0;
    await writeFile(place.at("elsewhere/x.npy"), other);
    await symlink(place.at("x.npy"), place.at("outside/x.npy"));
    for (const [root, reason, step] of [
      ["elsewhere", "its SHA-256 is another", "6000"],
      ["outside", "there is no x.npy below", "8000"],
    ] as const) {
      const { events } = await place.withWorkers(
        1,
        () => place.withWorkers(1, () => place.cli(encode(`${root}.npy`, step))),
        { roots: [place.at(root)] },
      );
      expect(JSON.stringify(events), root).toContain(reason);
      expect(events.some(({ kind }) => kind === "done")).toBe(false);
      expect(await place.same("one.npy", `${root}.npy`)).toBe(true);
    }
  });

  test("garbage in the queue is set aside, and never run or opened", async () => {
    const open = await openRedis(place.redis.url);
    const store = await openStore(place.at("garbage-store"));
    const model = await loadModel(place.at("run"));
    const task = {
      op: "encode",
      what: "means",
      output: "npy",
      binarize: "none",
      split: "test",
      reading: {},
    } as const;
    const { run, plan } = await planBulk(
      store,
      { model, task, source: place.at("x.npy"), shardRows: 4000 },
      nodePlatform,
      {
        root: place.folder,
      },
    );
    const queue = new open.bull.Queue(queueName(run), { connection: open.connection, prefix: "latent" });
    const own = { protocol: 1, run, shard: 0 };
    const garbage: readonly unknown[] = [
      { ...own, shard: -1 },
      { ...own, shard: 99 },
      { ...own, shard: 0.5 },
      { ...own, run: "../../../etc/passwd" },
      { ...own, protocol: 2 },
      { ...own, path: "/etc/passwd" },
      { shard: "$(touch owned)" },
      "text",
      null,
      [own],
      { __proto__: { shard: 0 } },
    ];
    for (const [i, data] of garbage.entries())
      await queue.add(["shard", "eval", "__default__"][i % 3] ?? "", data);
    await open.client.hset("latent:runs", "not-a-run", "{broken", "f".repeat(32), '{"kind":"exec"}');
    const { result, events } = await place.withWorkers(
      2,
      () => new Coordinator(open, store, plan, run, { attempts: 2, backoff: 50 }).lead(),
      { store: place.at("garbage-store") },
    );
    expect(result.poisoned).toEqual([]);
    expect(events.filter(({ kind }) => kind === "garbage").length).toBeGreaterThan(garbage.length);
    expect(await queue.getFailedCount()).toBe(garbage.length);
    expect(await store.list(runKeys.shards(run))).toHaveLength(3);
    await open.client.del("latent:runs");
    await queue.obliterate({ force: true });
    await queue.close();
    await open.close();
  });

  test("a poisoned shard is set aside and told; the others are kept, and it is done once it can be", async () => {
    const lines = tableText(20_000).split("\n");
    lines[10_001] = `not a number,low,3`;
    await writeFile(place.at("poison.csv"), lines.join("\n"));
    const command = ["encode", "rows", "poison.csv", "--out", "poison.csv.npy", ...place.flags];
    const more = ["--shard-rows", "4000", "--attempts", "2"];
    const { result, events } = await place.withWorkers(1, () =>
      runCli([...command, ...more], { cwd: place.folder }),
    );
    expect(result.code).toBe(1);
    expect(result.stderr).toMatch(/1 of 5 shards failed at every try/);
    expect(result.stderr).toMatch(/shard 2, rows 8000 to 11999: .*row 10001/);
    expect(events.filter(({ kind }) => kind === "done")).toHaveLength(4);
    expect(events.filter(({ kind }) => kind === "failed")).toHaveLength(2);
    await expect(readFile(place.at("poison.csv.npy"))).rejects.toThrow();
  });

  test("the same command again does only what is missing", async () => {
    const store = await openStore(place.at("store"));
    await place.withWorkers(1, () => place.cli(encode("again.npy", "5000")));
    const shards = (await store.list("bulk")).filter((key) => key.endsWith("/shards/00000001.json"));
    for (const key of shards) await rm(join(place.at("store"), key));
    const { events } = await place.withWorkers(1, () => place.cli(encode("again2.npy", "5000")));
    expect(events.filter(({ kind }) => kind === "done")).toHaveLength(1);
    expect(await place.same("one.npy", "again2.npy")).toBe(true);
  });

  test("a manifest has the SHA-256 of every shard; a content or an entry that is another is found when they are joined", async () => {
    const { result } = await place.withWorkers(1, () => place.cli(encode("whole.npy", "2000")));
    const [, run = ""] = /run ([0-9a-f]{32})/.exec(result.stderr) ?? [];
    const folder = join(place.at("store"), "bulk", run);
    const { plan, shards } = JSON.parse(await readFile(join(folder, "manifest.json"), "utf8")) as {
      plan: { rows: number };
      shards: { from: number; to: number; outputs: { rows: { sha256: string; bytes: number } } }[];
    };
    expect(plan.rows).toBe(9300);
    expect(shards.map(({ from, to }) => [from, to])).toEqual([
      ...[0, 2000, 4000, 6000].map((from) => [from, from + 2000]),
      [8000, 9300],
    ]);
    const contents: Buffer[] = [];
    for (const { outputs } of shards) {
      const { sha256: hash, bytes } = outputs.rows;
      const content = await readFile(join(place.at("store"), "blobs", hash.slice(0, 2), hash));
      expect([sha256(content), content.length]).toEqual([hash, bytes]);
      contents.push(content);
    }
    const file = await readFile(place.at("whole.npy"));
    expect(file.subarray(-9300 * 8).equals(Buffer.concat(contents))).toBe(true);

    const again = async (): Promise<string> => {
      const { code, stderr } = await runCli(encode("joined.npy", "2000"), { cwd: place.folder });
      expect(code).toBe(1);
      await expect(readFile(place.at("joined.npy"))).rejects.toThrow();
      return stderr;
    };
    const [one, other] = ["00000001", "00000002"].map((name) => join(folder, "shards", `${name}.json`));
    const kept = await readFile(one ?? "");
    await writeFile(one ?? "", await readFile(other ?? ""));
    expect(await again()).toMatch(
      /00000001\.json is damaged: it is of rows 4000 to 5999, not 2000 to 3999; remove it/,
    );
    await writeFile(one ?? "", kept);
    const hash = shards[3]?.outputs.rows.sha256 ?? "";
    const blob = join(place.at("store"), "blobs", hash.slice(0, 2), hash);
    await chmod(blob, 0o644);
    const content = await readFile(blob);
    content[100] = (content[100] ?? 0) ^ 1;
    await writeFile(blob, content);
    expect(await again()).toMatch(/is damaged: its SHA-256 is another/);
  });

  test("says that Redis is not there, without its password", async () => {
    const address = ["--redis", "redis://me:secret-word@127.0.0.1:1", "--store", "store"];
    const { code, stderr } = await runCli(["encode", "run", "x.npy", "--out", "no.npy", ...address], {
      cwd: place.folder,
    });
    expect(code).toBe(1);
    expect(stderr).toContain("can't reach Redis at redis://127.0.0.1:1");
    expect(stderr).not.toContain("secret-word");
  });

  test("a worker whom Redis refuses says so and goes on when it no longer does", async () => {
    const { client, close } = await openRedis(place.redis.url);
    await client.set("latent:runs", "no table");
    const { events } = await place.withWorkers(1, async () => {
      await sleep(1500);
      await client.del("latent:runs");
      await place.cli(encode("refused.npy", "7000"));
    });
    await close();
    expect(events.filter(({ kind }) => kind === "trouble")).toEqual([
      { kind: "trouble", reason: expect.stringContaining("WRONGTYPE") as string },
    ]);
    expect(await place.same("one.npy", "refused.npy")).toBe(true);
  });

  test("a command and a worker end when they are asked to, though Redis is gone", async () => {
    const redis = await startRedis();
    const at = ["--redis", redis.url, "--store", "gone-store"];
    const commands = [
      ["worker", ...at, "--root", "."],
      ["encode", "rows", "holes.csv", "--out", "gone.csv", ...at],
    ];
    const children = commands.map((args) => {
      const child = spawn(process.execPath, [main, ...args, "--memory", "64MB"], { cwd: place.folder });
      const told = new Promise<void>((resolve) => {
        child.stderr.on(
          "data",
          (text: Buffer) => /ready for work|shards,/.test(text.toString()) && resolve(),
        );
        child.once("exit", () => resolve());
      });
      return { child, told };
    });
    await Promise.all(children.map(({ told }) => told));
    await redis.stop();
    await Promise.all(children.map(({ child }) => ended(child, "SIGTERM")));
    expect(children.map(({ child }) => child.exitCode)).toEqual([0, 143]);
  }, 60_000);

  test("a wrong password is told, a right one works, through a variable", async () => {
    const guarded = await startRedis({ options: ["--requirepass", "open sesame"] });
    try {
      const command = ["worker", "--store", "store", "--idle", "1", "--redis"];
      const wrong = await runCli([...command, `redis://:wrong@127.0.0.1:${guarded.port}`], {
        cwd: place.folder,
      });
      expect(wrong.stderr).toContain("the password is wrong or missing");
      const env = { Q: `redis://:open%20sesame@127.0.0.1:${guarded.port}` };
      const right = await runCli([...command, "env:Q"], { cwd: place.folder, env });
      expect(right.stderr).toContain(`ready for work from redis://127.0.0.1:${guarded.port}`);
      expect(right.stderr).not.toContain("sesame");
      expect(right.code).toBe(0);
    } finally {
      await guarded.stop();
    }
  });

  test("--dry-run times a sample and writes nothing", async () => {
    const { stderr, stdout } = await place.cli(["encode", "run", "x.npy", "--dry-run", "--out", "dry.npy"]);
    expect(stdout).toBe("");
    expect(stderr).toMatch(/9,300 rows in 1 shards? of/);
    await expect(readFile(place.at("dry.npy"))).rejects.toThrow();
  });
});
