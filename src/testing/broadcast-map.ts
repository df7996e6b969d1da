import { broadcast, type Tensor } from "../tensor/index.js";

/** `f` of the elements of `tensors` after broadcasting, in row-major order: plain loops over indices. */
export function broadcastMap(f: (...values: number[]) => number, ...tensors: Tensor[]): number[] {
  const shape = tensors.reduce<readonly number[]>(
    (all, { shape }) => broadcast(all, shape) as readonly number[],
    [],
  );
  const out: number[] = [];
  const index = shape.map(() => 0);
  const total = shape.reduce((product, length) => product * length, 1);
  for (let i = 0; i < total; i++) {
    out.push(f(...tensors.map((value) => elementAt(value, index))));
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      index[axis] = (index[axis] as number) + 1;
      if ((index[axis] as number) < (shape[axis] as number)) break;
      index[axis] = 0;
    }
  }
  return out;
}

/** The element of `value` that broadcasting puts at `index`. */
function elementAt({ data, shape }: Tensor, index: readonly number[]): number {
  let place = 0;
  const lead = index.length - shape.length;
  shape.forEach((length, axis) => {
    place = place * length + (length === 1 ? 0 : (index[axis + lead] as number));
  });
  return Number(data[place]);
}
