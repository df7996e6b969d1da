import { inUnits } from "../sources/room";
import { number } from "./text.svelte";

/** Bytes in words, such as "1.5 MB". */
export function sizeText(bytes: number): string {
  const { value, unit } = inUnits(bytes);
  return `${number(value, 1)} ${unit}`;
}
