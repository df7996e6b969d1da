import { fresh, type LessonState, readState } from "./progress";
import type { StepId } from "./steps";

const place = "latent-lesson";

function kept(): string | null {
  try {
    return localStorage.getItem(place);
  } catch {
    return null;
  }
}

/** The learner's progress, kept in this browser. */
class Progress {
  state = $state.raw<LessonState>(readState(kept()));
  /** What it was before starting over, to be had back. */
  before = $state.raw<LessonState>();

  private set(state: LessonState): void {
    this.state = state;
    try {
      localStorage.setItem(place, JSON.stringify(state));
    } catch {
      // Kept for this visit only.
    }
  }

  open(step: StepId): void {
    if (!this.state.opened.includes(step)) this.set({ ...this.state, opened: [...this.state.opened, step] });
  }
  answer(question: string, chosen: number): void {
    this.before = undefined;
    this.set({ ...this.state, answers: { ...this.state.answers, [question]: chosen } });
  }
  startOver(): void {
    this.before = this.state;
    this.set(fresh);
  }
  undo(): void {
    if (this.before !== undefined) this.set(this.before);
    this.before = undefined;
  }
}

export const progress = new Progress();
