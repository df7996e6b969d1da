import { stepIds, type StepId, questionsOf } from "./steps";

/** How far a learner has come: the answers last chosen, by question, and the steps that were opened. */
export interface LessonState {
  readonly answers: Readonly<Record<string, number>>;
  readonly opened: readonly StepId[];
}

export const fresh: LessonState = { answers: {}, opened: [] };

/** What was kept, if it is in order; else a fresh start. */
export function readState(kept: string | null): LessonState {
  try {
    const { answers, opened } = JSON.parse(kept ?? "") as { answers?: unknown; opened?: unknown };
    const chosen = Object.entries((answers ?? {}) as Record<string, unknown>).filter(
      (entry): entry is [string, number] => Number.isInteger(entry[1]),
    );
    return {
      answers: Object.fromEntries(chosen),
      opened: Array.isArray(opened) ? stepIds.filter((id) => opened.includes(id)) : [],
    };
  } catch {
    return fresh;
  }
}

/** Whether all questions of a step have got their right answer. */
export function isDone(state: LessonState, step: StepId): boolean {
  const asked = questionsOf(step);
  if (asked.length === 0) return state.opened.includes(step);
  return asked.every(({ id, right }) => state.answers[id] === right);
}

/** From 0 to 1. */
export const shareDone = (state: LessonState): number =>
  stepIds.filter((id) => isDone(state, id)).length / stepIds.length;

/** Where to go on: the first step that is not done. */
export const nextStep = (state: LessonState): StepId => stepIds.find((id) => !isDone(state, id)) ?? "next";
