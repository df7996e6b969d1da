import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";
import { runCli, scratchFolder, writeTinyData } from "../testing/run-cli.js";
import { trainSmall, writePage } from "../testing/studio.js";

const main = fileURLToPath(new URL("../../dist/bundle/main.js", import.meta.url));
const scratch = scratchFolder();
afterAll(scratch.remove);
const at = (...names: string[]): string => path.join(scratch.folder, ...names);
const data = writeTinyData(at("tiny"));
const env = { LATENT_STUDIO_PAGE: writePage(at("page")) };

interface Served {
  readonly child: ChildProcess;
  readonly address: string;
  readonly stderr: () => string;
  readonly ended: Promise<number | NodeJS.Signals | null>;
}

/** Serves a studio by the command, at a free port. */
function serve(...args: string[]): Promise<Served> {
  const child = spawn(process.execPath, [main, "studio", "--port", "0", ...args], {
    env: { ...process.env, ...env, NO_COLOR: "1" },
    cwd: scratch.folder,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let [stdout, stderr] = ["", ""];
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  const ended = new Promise<number | NodeJS.Signals | null>((resolve) =>
    child.on("close", (code, signal) => resolve(code ?? signal)),
  );
  return new Promise((resolve, reject) => {
    child.stdout.on("data", (chunk: Buffer) => {
      stdout += chunk.toString();
      const address = /http:\S+/.exec(stdout)?.[0];
      if (address !== undefined && stdout.includes("\n"))
        resolve({ child, address, stderr: () => stderr, ended });
    });
    void ended.then((how) => reject(new Error(`ended with ${how}: ${stderr}`)));
  });
}

const json = { "content-type": "application/json" };

test.each(["SIGINT", "SIGTERM"] as const)("serves until %s, and says where and to whom", async (signal) => {
  mkdirSync(at("runs"), { recursive: true });
  const { child, address, stderr, ended } = await serve(at("runs"));
  expect(address).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/);
  expect(await (await fetch(address)).text()).toContain("<title>Latent studio</title>");
  child.kill(signal);
  expect(await ended).toBe(signal === "SIGINT" ? 130 : 143);
  expect(stderr()).toMatch(/Only this machine can open it/);
});

test("saves what it trains when it is ended, and `latent train --resume` goes on with it", async () => {
  mkdirSync(at("kept"));
  const { child, address, stderr, ended } = await serve(at("kept"), "--data", data);
  const session = (await (await fetch(`${address}api/session`)).json()) as {
    data: { id: string; name: string }[];
  };
  const id = session.data.find(({ name }) => name === "tiny")?.id;
  const spec = { hidden: [16], threads: 1, epochs: 100_000 };
  const answer = await fetch(`${address}api/train`, {
    method: "POST",
    headers: json,
    body: JSON.stringify({ name: "mine", spec, data: id }),
  });
  expect(answer.status).toBe(201);
  child.kill("SIGINT");
  expect(await ended).toBe(130);
  expect(stderr()).toMatch(/stopping after the steps under way/);
  const out = at("kept", "mine");
  expect(readdirSync(out)).not.toContain("run.lock");
  const epochs = readFileSync(path.join(out, "metrics.jsonl"), "utf8").split("\n").length;
  const args = ["train", data, "--out", out, "--resume", "--no-pictures", "--epochs", String(epochs + 1)];
  const { code, stderr: said } = await runCli(args);
  expect(said).not.toMatch(/damaged|did not agree/);
  expect(code).toBe(0);
});

test("asks other machines for a token, which is in the address that is printed", async () => {
  const { child, address, stderr, ended } = await serve(at("runs"), "--host", "0.0.0.0");
  expect(address).toMatch(/\?token=[\w-]{32}$/);
  const { origin, search } = new URL(address);
  expect((await fetch(`${origin}/api/session`)).status).toBe(401);
  const authorization = `Bearer ${new URLSearchParams(search).get("token")}`;
  expect((await fetch(`${origin}/api/session`, { headers: { authorization } })).status).toBe(200);
  expect(stderr()).toMatch(/Who has the token/);
  child.kill("SIGTERM");
  expect(await ended).toBe(143);
});

test("writes static files", async () => {
  await trainSmall(data, at("runs", "good"), ["--epochs", "1"]);
  const out = at("site");
  const { code, stdout, stderr } = await runCli(["studio", at("runs"), "--build", out], { env });
  expect([code, stdout]).toEqual([0, `${out}\n`]);
  expect(stderr).toMatch(/^1 run with the page/);
  expect(existsSync(path.join(out, "index.html"))).toBe(true);
});

test.each<[string, string[], number, RegExp]>([
  ["a port that is none", ["--port", "70000"], 2, /--port/],
  ["a short token", ["--token", "secret"], 2, /--token must be/],
  ["a folder that isn't there", ["none"], 1, /none.*does not exist/],
])("refuses %s", async (_, args, wanted, message) => {
  const { code, stdout, stderr } = await runCli(["studio", ...args], { env, cwd: scratch.folder });
  expect([code, stdout]).toEqual([wanted, ""]);
  expect(stderr).toMatch(message);
});

test("says how to build a page that is missing", async () => {
  const { code, stderr } = await runCli(["studio"], {
    env: { LATENT_STUDIO_PAGE: at("nowhere") },
    cwd: scratch.folder,
  });
  expect(code).toBe(1);
  expect(stderr).toMatch(/page is not built.*npm run build/);
  expect(existsSync(at("nowhere"))).toBe(false);
});

test("is loaded by no other command", () => {
  const folder = path.dirname(main);
  const servers = readdirSync(folder).filter((name) =>
    readFileSync(path.join(folder, name), "utf8").includes("frame-ancestors"),
  );
  expect(servers).toHaveLength(1);
  const users = readdirSync(folder).filter((name) =>
    new RegExp(`^import.*"\\./${servers[0]?.replace(".", "\\.")}"`, "m").test(
      readFileSync(path.join(folder, name), "utf8"),
    ),
  );
  expect(users).toEqual([]);
});
