import { UserError } from "../tensor/index.js";
import { type Machine, type NativeEngine, thisMachine } from "./machine.js";
import { cudaCommand, type NodeDevice, whyNotLoaded } from "./node.js";

/** Every device that can be named, in the order in which they are listed. */
export const deviceNames = ["cpu", "cuda", "webgpu", "dml", "coreml", "wasm"] as const;

/** The name of a device. */
export type DeviceName = (typeof deviceNames)[number];

/** What a machine offers of one device. */
export interface DeviceReport {
  readonly device: DeviceName;
  readonly usable: boolean;
  /** Why it can or can't be used here, and what would change that. */
  readonly reason: string;
  /** What it is: the engine, its threads, its speed. */
  readonly description: string;
}

interface Finding extends DeviceReport {
  /** Whether `auto` may choose it: a GPU that is faster than the CPU. */
  readonly worthwhile: boolean;
}

type Gpu = Exclude<NodeDevice, "cpu">;

/** The order in which `auto` tries GPUs. */
const gpus: readonly Gpu[] = ["cuda", "webgpu", "dml", "coreml"];

const titles: Readonly<Record<DeviceName, string>> = {
  cpu: "ONNX Runtime on the CPU",
  cuda: "NVIDIA GPU through CUDA",
  webgpu: "GPU through WebGPU (Vulkan, Metal or Direct3D)",
  dml: "GPU through DirectML",
  coreml: "Apple GPU and neural engine through Core ML",
  wasm: "ONNX Runtime in WebAssembly",
};

/** `onnxruntime-node`, or why there is none. */
type Native = { readonly engine: NativeEngine } | { readonly missing: string };

async function nativeOf(machine: Machine): Promise<Native> {
  try {
    return { engine: await machine.native() };
  } catch (error) {
    return { missing: whyNotLoaded(error, machine.platform, machine.arch) };
  }
}

/** Whether the operating system shows any GPU. Where it can't be asked so cheaply, it may have one. */
function mayHaveGpu(machine: Machine): boolean {
  if (machine.platform !== "linux") return true;
  const shows = machine.hasLike("/dev/dri", "renderD") || machine.hasLike("/dev", "nvidia");
  return shows || machine.has("/dev/dxg");
}

/** Why a GPU can't be used, as far as that is known without trying it. */
function obstacle(machine: Machine, native: Native, device: Gpu): string | undefined {
  const { platform, arch } = machine;
  if (device === "dml" && platform !== "win32") return `DirectML is a part of Windows; this is ${platform}`;
  if (device === "coreml" && platform !== "darwin") return `Core ML is a part of macOS; this is ${platform}`;
  if ("missing" in native) return native.missing;
  if (!native.engine.devices.includes(device)) {
    return `onnxruntime-node has no ${device} on ${platform} ${arch}`;
  }
  if (device !== "cuda" || platform !== "linux") return undefined;
  const reasons: string[] = [];
  if (!machine.hasLike("/dev", "nvidia") && !machine.has("/dev/dxg")) {
    reasons.push("no NVIDIA GPU or no driver for it (no /dev/nvidia*)");
  }
  if (!machine.has(`${native.engine.folder}/libonnxruntime_providers_cuda.so`)) {
    reasons.push(`CUDA libraries not installed (${cudaCommand})`);
  }
  return reasons.length > 0 ? reasons.join("; ") : undefined;
}

async function gpuOf(machine: Machine, native: Native, device: Gpu): Promise<Finding> {
  const found = { device, description: titles[device], worthwhile: false };
  const known = obstacle(machine, native, device);
  if (known !== undefined) return { ...found, usable: false, reason: known };
  const probe = await machine.probe(device);
  if (!probe.ok) return { ...found, usable: false, reason: probe.reason };
  if ("software" in probe || !mayHaveGpu(machine)) {
    const name = "software" in probe ? ` (${probe.software})` : "";
    const reason = `works, but it is a renderer in software${name}, not a GPU; auto does not choose it`;
    return { ...found, usable: true, reason };
  }
  const { speed } = probe;
  const worthwhile = speed >= 1;
  return {
    device,
    usable: true,
    reason: worthwhile
      ? "computes right, and faster than the CPU"
      : "works, but no faster than the CPU; auto does not choose it",
    description: `${titles[device]}, ${speed.toPrecision(2)} times as fast as the CPU in matrix products`,
    worthwhile,
  };
}

function cpuOf(machine: Machine, native: Native): DeviceReport {
  if ("missing" in native)
    return { device: "cpu", usable: false, reason: native.missing, description: titles.cpu };
  const threads = `${machine.threads} thread${machine.threads === 1 ? "" : "s"}`;
  const description = `ONNX Runtime ${native.engine.version}, ${threads}`;
  return { device: "cpu", usable: true, reason: "onnxruntime-node is installed", description };
}

async function wasmOf(machine: Machine): Promise<DeviceReport> {
  const report = { device: "wasm", description: titles.wasm } as const;
  try {
    await machine.wasm();
    return {
      ...report,
      usable: true,
      reason: "runs wherever JavaScript does, at a fifth of the native speed",
    };
  } catch (error) {
    const message = (error as Error).message.split("\n")[0];
    return { ...report, usable: false, reason: `onnxruntime-web does not load: ${message}` };
  }
}

function reportOf(machine: Machine, native: Native, device: DeviceName): Promise<DeviceReport> {
  if (device === "wasm") return wasmOf(machine);
  if (device === "cpu") return Promise.resolve(cpuOf(machine, native));
  return gpuOf(machine, native, device).then(withoutVerdict);
}

function withoutVerdict({ device, usable, reason, description }: Finding): DeviceReport {
  return { device, usable, reason, description };
}

/**
 * What this machine offers and why each device is or isn't usable, found by trying: GPUs compute a small graph
 * in a process of their own, so this takes a second or two where there is one. Never throws.
 */
export async function listDevices(machine: Machine = thisMachine()): Promise<DeviceReport[]> {
  const native = await nativeOf(machine);
  return Promise.all(deviceNames.map((device) => reportOf(machine, native, device)));
}

async function chooseAuto(machine: Machine): Promise<DeviceReport> {
  const native = await nativeOf(machine);
  const obstacles: string[] = [];
  const offered = "engine" in native && mayHaveGpu(machine) ? native.engine.devices : [];
  for (const device of gpus.filter((gpu) => offered.includes(gpu))) {
    const found = await gpuOf(machine, native, device);
    if (found.worthwhile) return withoutVerdict(found);
    obstacles.push(`${device}: ${found.reason}`);
  }
  const cpu = cpuOf(machine, native);
  const chosen = cpu.usable ? cpu : await wasmOf(machine);
  if (!chosen.usable) throw new UserError(`no device can be used: ${cpu.reason}; ${chosen.reason}`);
  if ("missing" in native) return { ...chosen, reason: native.missing };
  const gpu = obstacles.length > 0 ? obstacles.join("; ") : noGpu(machine);
  return { ...chosen, reason: `no GPU in use (${gpu})` };
}

/** Why no GPU was even tried. */
function noGpu(machine: Machine): string {
  if (!mayHaveGpu(machine)) return "none found: no /dev/dri/renderD*, /dev/nvidia* or /dev/dxg";
  return "onnxruntime-node has none for this platform";
}

/**
 * The device to compute on. `"auto"` is the first GPU that computes right and faster than the CPU (never a
 * renderer in software), else the CPU, else WebAssembly; without a GPU in the machine it takes no longer than
 * loading ONNX Runtime. A name is that device. The report's reason says why. Throws a UserError if the name is
 * unknown (exit code 2) or the named device can't be used, with the reason.
 */
export async function chooseDevice(name: string, machine: Machine = thisMachine()): Promise<DeviceReport> {
  if (name === "auto") return chooseAuto(machine);
  const device = deviceNames.find((known) => known === name);
  if (device === undefined) {
    throw new UserError(`there is no device "${name}"; choose auto, ${deviceNames.join(", ")}`, 2);
  }
  const report = await reportOf(machine, await nativeOf(machine), device);
  if (!report.usable) throw new UserError(`device "${device}" can't be used: ${report.reason}`);
  return report;
}
