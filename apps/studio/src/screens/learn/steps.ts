/** A question with several answers, of which one is right. Its words are `q-ID`, `q-ID-1`, ... and `q-ID-1-why`, ... */
export interface Question {
  readonly id: string;
  readonly answers: number;
  /** From 1. */
  readonly right: number;
}

interface StepInfo {
  readonly minutes: number;
  readonly questions: readonly Question[];
}

const question = (id: string, right: number, answers = 3): Question => ({ id, right, answers });

/** The lesson's steps in their order, with the minutes that they take. */
const infos = {
  autoencoder: { minutes: 4, questions: [question("code", 2), question("holes", 3)] },
  parameters: { minutes: 3, questions: [question("count", 3), question("logvar", 1)] },
  trick: { minutes: 5, questions: [question("nudge", 1), question("stopped", 2)] },
  simple: { minutes: 3, questions: [question("collapse", 2)] },
  elbo: { minutes: 7, questions: [question("rebuild", 1), question("order", 3), question("beta", 2)] },
  generate: { minutes: 3, questions: [question("generate", 2)] },
  distributions: { minutes: 3, questions: [question("families", 3)] },
  next: { minutes: 2, questions: [question("terms", 2)] },
} as const satisfies Readonly<Record<string, StepInfo>>;

export type StepId = keyof typeof infos;

export const stepIds = Object.keys(infos) as StepId[];

export const minutesOf = (step: StepId): number => infos[step].minutes;

export const questionsOf = (step: StepId): readonly Question[] => infos[step].questions;

/** The step that an address names, by its name or its number from 1; the first one otherwise. */
export function stepOf(told: string | undefined): StepId {
  const byName = stepIds.find((id) => id === told);
  return byName ?? stepIds[Number(told) - 1] ?? "autoencoder";
}
