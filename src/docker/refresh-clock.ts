/** The first event of a burst waits so long for others. */
const LEAD_MS = 50;

/** Between two refreshes lies at least so much; in a storm of events it doubles with each refresh, up to the second. */
const SHORTEST_GAP_MS = 200;
const LONGEST_GAP_MS = 3_000;

/**
 * Decides when to refresh as events come: at once after quiet, seldom in a storm, and always once after the last event.
 * A refresh never begins before the one before has ended.
 */
export class RefreshClock {
  private timer: NodeJS.Timeout | undefined;
  private running = false;
  private wanted = false;
  private gapMs = SHORTEST_GAP_MS;
  private endedAt = -Infinity;

  /** `refresh` must not reject. */
  constructor(private readonly refresh: () => Promise<void>) {}

  /** Something has changed. */
  request(): void {
    this.wanted = true;
    if (this.running || this.timer !== undefined) return;
    const sinceMs = performance.now() - this.endedAt;
    // After twice the gap without a refresh the storm is over.
    if (sinceMs > this.gapMs * 2) this.gapMs = SHORTEST_GAP_MS;
    this.timer = setTimeout(() => void this.run(), Math.max(LEAD_MS, this.gapMs - sinceMs));
  }

  /** Forgets what was asked for. */
  stop(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.wanted = false;
  }

  private async run(): Promise<void> {
    this.timer = undefined;
    this.running = true;
    this.wanted = false;
    const begunAt = performance.now();
    await this.refresh();
    this.running = false;
    const inStorm = begunAt - this.endedAt < this.gapMs * 2;
    this.endedAt = performance.now();
    const gapMs = inStorm ? Math.min(this.gapMs * 2, LONGEST_GAP_MS) : SHORTEST_GAP_MS;
    // An engine that answers slowly is not asked all the time.
    this.gapMs = Math.max(gapMs, (this.endedAt - begunAt) * 3);
    // It may have been asked for meanwhile.
    if (this.wanted) this.request();
  }
}
