interface Navigation {
  addEventListener(type: "navigate", hear: (event: { readonly navigationType: string }) => void): void;
}

let last = "";
(globalThis as { navigation?: Navigation }).navigation?.addEventListener("navigate", ({ navigationType }) => {
  last = navigationType;
});

/** Whether one came here by a link or a button: after Back and Forward the browser puts a page where it was. */
export const isForward = (): boolean => last === "push";
