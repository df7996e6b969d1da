/** What a family can be in a model. */
export type Role = "posterior" | "prior" | "likelihood";
