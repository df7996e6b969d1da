/** A module of a `state_dict`: the arrays whose names differ in their last part alone. */
export interface Module {
  readonly path: string;
  /** Shapes by the last part of the name: `weight`, `bias`, `running_mean`. */
  readonly arrays: Readonly<Record<string, readonly number[]>>;
}

/** What a batch normalisation counts, which nothing depends on. */
export const counter = "num_batches_tracked";

/** The name without its last part, and that. */
export function split(name: string): [path: string, leaf: string] {
  const dot = name.lastIndexOf(".");
  return [name.slice(0, Math.max(0, dot)), name.slice(dot + 1)];
}

/** An array's name. */
export function joined(path: string, leaf: string): string {
  return path === "" ? leaf : `${path}.${leaf}`;
}

/** Arrays by module, in the order in which they come. */
export function modulesOf(shapes: Readonly<Record<string, readonly number[]>>): Module[] {
  const modules = new Map<string, Record<string, readonly number[]>>();
  for (const [name, shape] of Object.entries(shapes)) {
    const [path, leaf] = split(name);
    const arrays = modules.get(path) ?? {};
    modules.set(path, arrays);
    if (leaf !== counter) arrays[leaf] = shape;
  }
  return [...modules]
    .map(([path, arrays]) => ({ path, arrays }))
    .filter(({ arrays }) => Object.keys(arrays).length > 0);
}

/** Modules are alike if they have arrays of the same names and shapes. */
export function signature({ arrays }: Module): string {
  const own = Object.entries(arrays).map(([leaf, shape]) => `${leaf}[${shape.join()}]`);
  return own.sort().join(" ");
}

/** `fcMu2` as `fc_mu_2`. */
function words(part: string): string {
  return part
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .replace(/([a-zA-Z])(\d)/g, "$1_$2")
    .toLowerCase();
}

const last = (path: string): string => words(path.slice(path.lastIndexOf(".") + 1));

/** Whether a module is called like the one that gives a posterior's mean. */
export function isMean(path: string): boolean {
  return /(^|_)(mu|mean|means|loc)(_|$)/.test(last(path));
}

/** Whether a module is called like the one that gives a posterior's log-variance. */
export function isLogVariance(path: string): boolean {
  return /(^|_)(log_?var|var|log_?variance|logsigma_?2)(_|$)/.test(last(path));
}

/** Of which part of a model a module's name tells that it is, and how early in it. */
export interface Stage {
  readonly part: "encoder" | "decoder";
  readonly rank: number;
  /** The part of the name that tells it. */
  readonly component: string;
}

/** The part of a model that a module's name tells of, if any. */
export function stageOf(path: string): Stage | undefined {
  for (const component of path.split(".")) {
    const word = words(component);
    if (/^dec|^gen|^final|^out|^reconstruct/.test(word)) {
      const rank = /input|^from|^project/.test(word) ? 0 : /^final|^out|_out/.test(word) ? 2 : 1;
      return { part: "decoder", rank, component };
    }
    if (isMean(component) || isLogVariance(component)) return { part: "encoder", rank: 2, component };
    if (/^enc|^infer|^recogn/.test(word)) return { part: "encoder", rank: 1, component };
  }
  return undefined;
}

/** Names as people count: `layer.2` before `layer.10`. */
export function inOrder(a: string, b: string): number {
  const [x, y] = [a, b].map((path) => path.split(/(\d+)/)) as [string[], string[]];
  for (let i = 0; i < Math.min(x.length, y.length); i++) {
    const [p = "", q = ""] = [x[i], y[i]];
    if (p === q) continue;
    return i % 2 === 1 ? Number(p) - Number(q) : p < q ? -1 : 1;
  }
  return x.length - y.length;
}
