import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { UserError } from "../tensor/index.js";
import { chooseDevice, type DeviceReport, deviceNames, listDevices } from "./devices.js";
import { type Machine, thisMachine } from "./machine.js";
import { probeDevice, type ProbeResult } from "./probe.js";

interface Pretence {
  readonly files?: readonly string[];
  readonly probes?: Readonly<Partial<Record<string, ProbeResult>>>;
}

/** A Linux machine without a GPU, with changes. */
function pretend(changes: Partial<Machine> & Pretence): Machine {
  const files = changes.files ?? [];
  return {
    platform: "linux",
    arch: "x64",
    threads: 4,
    has: (file) => files.includes(file),
    hasLike: (folder, start) => files.some((file) => file.startsWith(`${folder}/${start}`)),
    native: async () => ({ version: "1.30.0", devices: ["cpu", "webgpu", "cuda"], folder: "/ort" }),
    wasm: async () => undefined,
    probe: async (device) => changes.probes?.[device] ?? { ok: false, reason: "no probe expected" },
    ...changes,
  };
}

function failing(code: string, message: string): () => Promise<never> {
  return () => Promise.reject(Object.assign(new Error(message), { code }));
}

const missing = failing("ERR_MODULE_NOT_FOUND", "Cannot find package 'onnxruntime-node' imported from x.js");
const byName = (reports: DeviceReport[]): Record<string, DeviceReport> =>
  Object.fromEntries(reports.map((report) => [report.device, report]));

const radeon = { files: ["/dev/dri/renderD128"], probes: { webgpu: { ok: true, speed: 9 } } } as const;
const nvidia = ["/dev/nvidia0", "/dev/dri/renderD128", "/ort/libonnxruntime_providers_cuda.so"];

describe("listDevices", () => {
  test("names every device once, with a reason and a description", async () => {
    const reports = await listDevices(pretend({ probes: { webgpu: { ok: false, reason: "no adapter" } } }));
    expect(reports.map(({ device }) => device)).toEqual(deviceNames);
    for (const { reason, description } of reports) {
      expect(reason).not.toBe("");
      expect(description).not.toBe("");
    }
  });

  test("a machine without a GPU: the CPU and WebAssembly, and why not the others", async () => {
    const found = byName(
      await listDevices(pretend({ probes: { webgpu: { ok: false, reason: "no adapter" } } })),
    );
    expect(found.cpu).toMatchObject({ usable: true, description: "ONNX Runtime 1.30.0, 4 threads" });
    expect(found.wasm?.usable).toBe(true);
    expect(found.cuda).toMatchObject({ usable: false });
    expect(found.cuda?.reason).toMatch(
      /no NVIDIA GPU.*CUDA libraries not installed \(ONNXRUNTIME_NODE_INSTALL=cuda12 npm rebuild .*\)/,
    );
    expect(found.webgpu).toMatchObject({ usable: false, reason: "no adapter" });
    expect(found.dml?.reason).toBe("DirectML is a part of Windows; this is linux");
    expect(found.coreml?.reason).toBe("Core ML is a part of macOS; this is linux");
  });

  test("onnxruntime-node that is missing, not built for the platform or broken is told apart", async () => {
    const reasonOf = async (native: Machine["native"], changes: Partial<Machine> = {}): Promise<string> =>
      byName(await listDevices(pretend({ native, ...changes }))).cpu?.reason ?? "";
    expect(await reasonOf(missing)).toBe(
      "onnxruntime-node is not installed; run: npm install onnxruntime-node@1.30 --ignore-scripts",
    );
    const noBuild = failing(
      "MODULE_NOT_FOUND",
      "Cannot find module '../bin/napi-v6/darwin/x64/onnxruntime_binding.node'",
    );
    expect(await reasonOf(noBuild, { platform: "darwin" })).toBe(
      "onnxruntime-node has no build for darwin x64",
    );
    const musl = failing("ERR_DLOPEN_FAILED", "Error loading shared library ld-linux-x86-64.so.2\nmore");
    expect(await reasonOf(musl)).toBe(
      "onnxruntime-node does not load on linux x64: Error loading shared library ld-linux-x86-64.so.2",
    );
  });

  test("on this very machine it answers, and the CPU is usable", async () => {
    const found = byName(await listDevices());
    expect(found.cpu?.usable).toBe(true);
    expect(found.cpu?.description).toMatch(/^ONNX Runtime \d+\.\d+\.\d+, \d+ threads?$/);
    expect(found.wasm?.usable).toBe(true);
  });
});

describe("auto", () => {
  test("without a GPU takes the CPU, without trying anything, and says so", async () => {
    const probe = (): never => {
      throw new Error("nothing to try");
    };
    const chosen = await chooseDevice("auto", pretend({ probe }));
    expect(chosen).toMatchObject({ device: "cpu", usable: true });
    expect(chosen.reason).toBe("no GPU in use (none found: no /dev/dri/renderD*, /dev/nvidia* or /dev/dxg)");
  });

  test("takes a GPU that is faster than the CPU, CUDA before WebGPU", async () => {
    expect((await chooseDevice("auto", pretend(radeon))).device).toBe("webgpu");
    const both = { cuda: { ok: true, speed: 20 }, webgpu: { ok: true, speed: 15 } } as const;
    expect((await chooseDevice("auto", pretend({ files: nvidia, probes: both }))).device).toBe("cuda");
  });

  test("does not take a renderer in software, recognised or merely slow", async () => {
    for (const webgpu of [
      { ok: true, software: "llvmpipe" },
      { ok: true, speed: 0.01 },
    ] as const) {
      const machine = pretend({ files: ["/dev/dri/renderD128"], probes: { webgpu } });
      expect((await chooseDevice("auto", machine)).device).toBe("cpu");
      expect((await chooseDevice("webgpu", machine)).device).toBe("webgpu");
    }
  });

  test("passes over a GPU that fails, whose libraries are missing, or whose driver crashes", async () => {
    const crash = {
      ok: false,
      reason: "its driver ended the process that tried it (signal SIGSEGV)",
    } as const;
    const machine = pretend({ files: ["/dev/nvidia0"], probes: { webgpu: crash } });
    const chosen = await chooseDevice("auto", machine);
    expect(chosen.device).toBe("cpu");
    expect(chosen.reason).toContain("cuda: CUDA libraries not installed");
    expect(chosen.reason).toContain("webgpu: its driver ended the process that tried it (signal SIGSEGV)");
  });

  test("on Windows and macOS tries what those have", async () => {
    const native =
      (...devices: string[]): Machine["native"] =>
      async () => ({ version: "1", devices, folder: "" });
    const probes = { dml: { ok: true, speed: 3 }, coreml: { ok: true, speed: 2 } } as const;
    const windows = pretend({ platform: "win32", native: native("cpu", "webgpu", "dml"), probes });
    expect((await chooseDevice("auto", windows)).device).toBe("dml");
    const mac = pretend({
      platform: "darwin",
      arch: "arm64",
      native: native("cpu", "webgpu", "coreml"),
      probes,
    });
    expect((await chooseDevice("auto", mac)).device).toBe("coreml");
  });

  test("without onnxruntime-node takes WebAssembly, saying what is missing", async () => {
    const chosen = await chooseDevice("auto", pretend({ native: missing, files: ["/dev/dri/renderD128"] }));
    expect(chosen.device).toBe("wasm");
    expect(chosen.reason).toContain("onnxruntime-node is not installed");
  });

  test("with no engine at all fails with both reasons", async () => {
    const machine = pretend({ native: missing, wasm: () => Promise.reject(new Error("gone")) });
    await expect(chooseDevice("auto", machine)).rejects.toThrow(
      /no device can be used: .*not installed.*gone/,
    );
  });

  test("on this very machine finds a usable device", async () => {
    expect((await chooseDevice("auto")).usable).toBe(true);
  });
});

describe("a device by name", () => {
  test("that can't be used is refused with the reason, exit code 1", async () => {
    const error = await chooseDevice("cuda", pretend({})).catch((e: unknown) => e as UserError);
    expect(error).toBeInstanceOf(UserError);
    expect(error).toMatchObject({ exitCode: 1 });
    expect((error as UserError).message).toMatch(/^device "cuda" can't be used: no NVIDIA GPU or no driver/);
  });

  test("that does not exist is wrong usage, exit code 2", async () => {
    await expect(chooseDevice("gpu", pretend({}))).rejects.toMatchObject({
      exitCode: 2,
      message: 'there is no device "gpu"; choose auto, cpu, cuda, webgpu, dml, coreml, wasm',
    });
  });

  test("cpu and wasm are taken without trying GPUs", async () => {
    const probe = (): never => {
      throw new Error("nothing to try");
    };
    expect((await chooseDevice("cpu", pretend({ probe }))).device).toBe("cpu");
    expect((await chooseDevice("wasm", pretend({ probe }))).device).toBe("wasm");
  });
});

describe("a probe in a process of its own", () => {
  let folder: string;
  const script = (name: string, code: string): string => {
    const file = path.join(folder, `${name}.mjs`);
    writeFileSync(file, code);
    return file;
  };
  beforeAll(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), "latent-probe-"));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test("finds the CPU to compute what the CPU computes", async () => {
    const result = await probeDevice("cpu");
    expect(result).toMatchObject({ ok: true });
  });

  test("survives a crash", async () => {
    const file = script("crash", "process.kill(process.pid, 'SIGSEGV'); setInterval(() => {}, 1000);");
    expect(await probeDevice("webgpu", 30_000, file)).toEqual({
      ok: false,
      reason: "its driver ended the process that tried it (signal SIGSEGV)",
    });
  });

  test("survives a driver that never answers, even one that ignores being asked to stop", async () => {
    const file = script("hang", "process.on('SIGTERM', () => {}); for (;;) {}");
    expect(await probeDevice("webgpu", 300, file)).toEqual({
      ok: false,
      reason: "its driver did not answer within 0.3 s",
    });
  });

  test("survives an end without a word, and takes no chatter for a result", async () => {
    const file = script("quiet", "console.log('Vulkan says hello'); process.exit(3);");
    expect(await probeDevice("webgpu", 30_000, file)).toEqual({
      ok: false,
      reason: "its driver ended the process that tried it (exit code 3)",
    });
    const chatty = script(
      "chatty",
      `console.log('noise\\nlatent-probe:{"ok":true,"speed":2}\\nmore noise');`,
    );
    expect(await probeDevice("webgpu", 30_000, chatty)).toEqual({ ok: true, speed: 2 });
  });

  test("puts an engine's message in plain words", async () => {
    const said = (message: string): string =>
      script(
        "said",
        `console.log(${JSON.stringify(`latent-probe:${JSON.stringify({ ok: false, reason: message })}`)});`,
      );
    const raw =
      "/onnxruntime_src/a.cc:136 x::Initialize()::<lambda()> status was false. Failed to get a WebGPU adapter: No supported adapters\n";
    expect(await probeDevice("webgpu", 30_000, said(raw))).toEqual({
      ok: false,
      reason: "no WebGPU adapter found (no GPU, or no driver for it)",
    });
  });

  test("the real machine's files are asked for", () => {
    const machine = thisMachine();
    expect(machine.has("/")).toBe(true);
    expect(machine.hasLike(folder, "hang")).toBe(true);
    expect(machine.hasLike(path.join(folder, "none"), "hang")).toBe(false);
  });
});
