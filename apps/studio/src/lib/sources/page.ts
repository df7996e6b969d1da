import type { RunSource } from "./types";

/** The runs that are kept in this browser. */
export const pageRuns: RunSource = {
  name: "page",
  list: async () => [],
  open: async (id) => {
    throw new Error(`there is no run "${id}" in this browser`);
  },
};
