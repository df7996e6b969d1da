/** The tools of the screen. */
export const tools = ["walk", "between", "draw", "generate", "sums"] as const;
export type Tool = (typeof tools)[number];

/** What an address says: enough to see the same again. */
export interface View {
  readonly tool: Tool;
  readonly z?: Float32Array;
  readonly dims?: readonly number[];
  readonly given?: number;
}

const numbersIn = (text: string | null): number[] =>
  text === null || text === "" ? [] : text.split(",").map(Number);

/** Reads the hash's query; whatever is not understood is left out. */
export function readView(query: string | undefined, latent: number): View {
  const found = new URLSearchParams(query ?? "");
  const tool = tools.find((name) => name === found.get("tool")) ?? "walk";
  const z = numbersIn(found.get("z"));
  const dims = numbersIn(found.get("dims"));
  const given = Number(found.get("class") ?? Number.NaN);
  return {
    tool,
    ...(z.length === latent && z.every(Number.isFinite) && { z: Float32Array.from(z) }),
    ...(dims.length > 0 &&
      dims.every((dim) => Number.isInteger(dim) && dim >= 0 && dim < latent) &&
      new Set(dims).size === dims.length && { dims }),
    ...(Number.isInteger(given) && given >= 0 && { given }),
  };
}

/** Codes of more numbers than this would make addresses too long for some programs. */
const mostNumbers = 128;

/** A view as a query: floats with as many digits as float32 has. */
export function writeView({ tool, z, dims, given }: View): string {
  const parts = [`tool=${tool}`];
  if (z && z.length <= mostNumbers)
    parts.push(`z=${Array.from(z, (value) => Number(value.toPrecision(7))).join(",")}`);
  if (dims && dims.length > 0) parts.push(`dims=${dims.join(",")}`);
  if (given !== undefined) parts.push(`class=${given}`);
  return parts.join("&");
}
