export * from "./graph.js";
export { type DeviceName, type DeviceReport, listDevices } from "./runtime/devices.js";
export { type Machine, type NativeEngine } from "./runtime/machine.js";
export { nodeBackend, type NodeDevice } from "./runtime/node.js";
export type { ProbeResult } from "./runtime/probe.js";
export { startWorkerEngine } from "./runtime/worker-engine.js";
export type { WorkerOptions } from "./runtime/worker-protocol.js";
