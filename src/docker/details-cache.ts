/** So many inspect calls are under way at a time. */
const CONCURRENCY = 4;

/** So many answers are kept, the last used ones. */
const KEPT = 5_000;

/**
 * Answers that never change once they are there, each asked for once. What is asked with `first` comes before the rest;
 * otherwise what was asked for last: that is what the user looks at.
 */
export class DetailsCache<T> {
  private readonly answers = new Map<string, T | null>();
  private urgent: string[] = [];
  private waiting: string[] = [];
  private readonly underWay = new Set<string>();
  private paused = true;

  /** `ask` gives null for what cannot be had, and rejects where it may be had later; `onAnswer` is called after each answer. */
  constructor(
    private readonly ask: (id: string) => Promise<T | null>,
    private readonly onAnswer: () => void,
  ) {}

  /** The answer; null where there is none to be had; undefined where it is not there yet: it is then asked for. */
  get(id: string, first = false): T | null | undefined {
    const answer = this.answers.get(id);
    if (answer !== undefined) {
      // The order of a Map is that of insertion: the last used goes to the end.
      this.answers.delete(id);
      this.answers.set(id, answer);
      return answer;
    }
    if (!this.underWay.has(id) && !this.urgent.includes(id)) {
      if (first) this.urgent.push(id);
      else if (!this.waiting.includes(id)) this.waiting.push(id);
      this.work();
    }
    return undefined;
  }

  /** While paused, nothing new is asked. */
  pause(): void {
    this.paused = true;
  }

  resume(): void {
    this.paused = false;
    this.work();
  }

  /** Forgets all but these. */
  keepOnly(ids: ReadonlySet<string>): void {
    for (const id of this.answers.keys()) if (!ids.has(id)) this.answers.delete(id);
    this.urgent = this.urgent.filter((id) => ids.has(id));
    this.waiting = this.waiting.filter((id) => ids.has(id));
  }

  private work(): void {
    while (!this.paused && this.underWay.size < CONCURRENCY) {
      const id = this.urgent.shift() ?? this.waiting.pop();
      if (id === undefined) return;
      if (this.answers.has(id) || this.underWay.has(id)) continue;
      this.underWay.add(id);
      void this.fetch(id);
    }
  }

  private async fetch(id: string): Promise<void> {
    try {
      this.answers.set(id, await this.ask(id));
      for (const oldest of this.answers.keys()) {
        if (this.answers.size <= KEPT) break;
        this.answers.delete(oldest);
      }
      this.onAnswer();
    } catch {
      // It is asked for again when it is looked at again.
    }
    this.underWay.delete(id);
    this.work();
  }
}
