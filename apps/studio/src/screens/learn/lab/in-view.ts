import type { Attachment } from "svelte/attachments";
import type { Lab } from "./lab.svelte";

/** Holds trainings while their demo is out of view or the page in the background. */
export function inView(labs: () => readonly Lab[]): Attachment {
  return (element) => {
    let near = true;
    const tell = (): void => {
      for (const lab of labs()) lab.show(near && !document.hidden);
    };
    const observer = new IntersectionObserver(([entry]) => {
      near = entry?.isIntersecting ?? true;
      tell();
    });
    observer.observe(element);
    document.addEventListener("visibilitychange", tell);
    return () => {
      observer.disconnect();
      document.removeEventListener("visibilitychange", tell);
    };
  };
}
