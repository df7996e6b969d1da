import { afterAll, expect, test } from "vitest";
import { deviceNames, type DeviceReport } from "../runtime/devices.js";
import { runCli, scratchFolder, writeTinyData } from "../testing/run-cli.js";

const scratch = scratchFolder();
afterAll(scratch.remove);

test("every device is listed with a reason, and one of them is usable", async () => {
  const { code, stdout } = await runCli(["devices", "--json"]);
  expect(code).toBe(0);
  const reports = JSON.parse(stdout) as DeviceReport[];
  expect(reports.map(({ device }) => device)).toEqual(deviceNames);
  for (const { reason, description } of reports) {
    expect(reason).not.toBe("");
    expect(description).not.toBe("");
  }
  expect(reports.some(({ usable }) => usable)).toBe(true);
  const text = await runCli(["devices"]);
  expect(text.stdout).toMatch(/^wasm +usable/m);
});

test("a run says what it computes on and why; a device that isn't there is refused", async () => {
  writeTinyData(`${scratch.folder}/tiny`);
  const train = ["train", "tiny", "--hidden", "8", "--epochs", "1", "--no-pictures", "--out"];
  const options = { cwd: scratch.folder };
  const automatic = await runCli([...train, "auto"], options);
  expect(automatic.code, automatic.stderr).toBe(0);
  expect(automatic.stdout).toMatch(/^device {3}\w+: .+; .+/m);
  const named = await runCli([...train, "named", "--device", "wasm"], options);
  expect(named.stdout).toMatch(/^device {3}wasm: ONNX Runtime WebAssembly, 1 thread$/m);
  const unknown = await runCli([...train, "none", "--device", "gpux"], options);
  expect(unknown.stderr).toMatch(/there is no device "gpux"; choose auto, cpu, /);
  expect(unknown.code).toBe(2);
  const foreign = process.platform === "darwin" ? "dml" : "coreml";
  const missing = await runCli([...train, "none", "--device", foreign], options);
  expect(missing.stderr).toMatch(new RegExp(`device "${foreign}" can't be used: `));
  expect(missing.code).toBe(1);
});
