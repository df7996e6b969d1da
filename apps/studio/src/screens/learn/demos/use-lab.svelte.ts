import { onDestroy, untrack } from "svelte";
import { Lab, type LabOptions } from "../lab/lab.svelte";

/** A training for as long as a step is open. With `decoding` its newest weights are loaded after every epoch and at its end. */
export function useLab(name: string, options: LabOptions & { readonly decoding?: boolean } = {}): Lab {
  const { decoding = false, ...rest } = options;
  const lab = new Lab(name, rest);
  $effect(() => {
    const { look } = lab;
    if (look !== undefined) untrack(() => lab.see(look));
  });
  if (decoding) {
    $effect(() => {
      void [lab.look?.epoch, lab.state];
      if (lab.look !== undefined) untrack(() => void lab.refresh());
    });
  }
  onDestroy(() => void lab.leave());
  return lab;
}
