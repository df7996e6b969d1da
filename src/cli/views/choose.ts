import { jsonView } from "./json.js";
import { plainView } from "./plain.js";
import type { TrainView } from "./view.js";

/** JSON lines if asked for, a live picture in a terminal, plain lines elsewhere. */
export async function chooseView(json: boolean): Promise<TrainView> {
  if (json) return jsonView();
  const live = process.stdout.isTTY && process.env.TERM !== "dumb" && (process.env.CI ?? "") === "";
  if (!live) return plainView();
  const { liveView } = await import("./live.js");
  return liveView(process.stdout);
}
