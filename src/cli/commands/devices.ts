import { buildCommand } from "@stricli/core";
import { listDevices } from "../../runtime/devices.js";
import { type Cli, print } from "../context.js";
import { commonFlags, type CommonFlags, toggle } from "../flags.js";
import { columns } from "../views/format.js";

interface DevicesFlags extends CommonFlags {
  readonly json?: boolean;
}

async function devices(this: Cli, { json = false }: DevicesFlags): Promise<void> {
  const found = await listDevices();
  if (json) return print(JSON.stringify(found));
  print(
    columns(
      found.flatMap(({ device, usable, description, reason }) => [
        [device, usable ? "usable" : "not usable", description],
        ["", "", reason],
      ]),
    ),
  );
}

export const devicesCommand = buildCommand<DevicesFlags, [], Cli>({
  func: devices,
  parameters: { flags: { json: toggle("Print one JSON list"), ...commonFlags } },
  docs: { brief: "List what this machine offers to compute on, and why each is or isn't usable" },
});
