import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { DetailsCache } from '../../../src/docker/details-cache';
import { cutLabels } from '../../../src/docker/labels';
import { RefreshClock } from '../../../src/docker/refresh-clock';

describe('RefreshClock', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('refreshes soon after the first event, once for a burst', async () => {
    const refresh = vi.fn(() => Promise.resolve());
    const clock = new RefreshClock(refresh);
    for (let count = 0; count < 20; count++) clock.request();
    await vi.advanceTimersByTimeAsync(100);
    expect(refresh).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(refresh).toHaveBeenCalledTimes(1);
  });

  it('refreshes seldom in a storm, and once after it', async () => {
    let state = 0;
    let seen = 0;
    const refresh = vi.fn(() => {
      seen = state;
      return Promise.resolve();
    });
    const clock = new RefreshClock(refresh);
    for (; state < 1_000; state++) {
      clock.request();
      await vi.advanceTimersByTimeAsync(30);
    }
    clock.request();
    await vi.advanceTimersByTimeAsync(5_000);
    expect(seen).toBe(1_000);
    // 30 seconds of events.
    expect(refresh.mock.calls.length).toBeLessThan(20);
    // Quiet again: the next event is answered at once.
    await vi.advanceTimersByTimeAsync(10_000);
    refresh.mockClear();
    clock.request();
    await vi.advanceTimersByTimeAsync(60);
    expect(refresh).toHaveBeenCalledTimes(1);
  });

  it('never runs two refreshes at a time, and asks a slow engine less', async () => {
    let running = 0;
    let most = 0;
    const refresh = vi.fn(async () => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setTimeout(resolve, 2_000));
      running--;
    });
    const clock = new RefreshClock(refresh);
    for (let count = 0; count < 400; count++) {
      clock.request();
      await vi.advanceTimersByTimeAsync(50);
    }
    expect(most).toBe(1);
    expect(refresh.mock.calls.length).toBeLessThanOrEqual(4);
  });

  it('forgets what was asked when stopped', async () => {
    const refresh = vi.fn(() => Promise.resolve());
    const clock = new RefreshClock(refresh);
    clock.request();
    clock.stop();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(refresh).not.toHaveBeenCalled();
  });
});

describe('DetailsCache', () => {
  /** Answers are given by hand. */
  function make(): { cache: DetailsCache<string>; asked: string[]; answer: (id: string) => Promise<void>; refuse: (id: string) => Promise<void>; onAnswer: ReturnType<typeof vi.fn> } {
    const asked: string[] = [];
    const open = new Map<string, { resolve: (value: string | null) => void; reject: (error: Error) => void }>();
    const onAnswer = vi.fn();
    const cache = new DetailsCache<string>((id) => {
      asked.push(id);
      return new Promise((resolve, reject) => open.set(id, { resolve, reject }));
    }, onAnswer);
    const settle = async (): Promise<void> => void (await new Promise((resolve) => setImmediate(resolve)));
    return {
      cache,
      asked,
      onAnswer,
      answer: (id) => (open.get(id)?.resolve(`details of ${id}`), settle()),
      refuse: (id) => (open.get(id)?.reject(new Error()), settle()),
    };
  }

  it('asks nothing while paused, then a few at a time: the urgent first, then what was looked at last', async () => {
    const { cache, asked, answer } = make();
    for (const id of ['a', 'b', 'c', 'd', 'e', 'f']) cache.get(id);
    cache.get('urgent', true);
    expect(asked).toEqual([]);
    cache.resume();
    expect(asked).toEqual(['urgent', 'f', 'e', 'd']);
    await answer('urgent');
    expect(asked).toEqual(['urgent', 'f', 'e', 'd', 'c']);
  });

  it('asks once for each', async () => {
    const { cache, asked, answer, onAnswer } = make();
    cache.resume();
    expect(cache.get('a')).toBeUndefined();
    expect(cache.get('a')).toBeUndefined();
    await answer('a');
    expect(onAnswer).toHaveBeenCalledTimes(1);
    expect(cache.get('a')).toBe('details of a');
    expect(asked).toEqual(['a']);
  });

  it('asks again for what failed, when it is looked at again', async () => {
    const { cache, asked, refuse, onAnswer } = make();
    cache.resume();
    cache.get('a');
    await refuse('a');
    expect(onAnswer).not.toHaveBeenCalled();
    expect(cache.get('a')).toBeUndefined();
    expect(asked).toEqual(['a', 'a']);
  });

  it('forgets what is gone', async () => {
    const { cache, asked, answer } = make();
    cache.resume();
    cache.get('a');
    await answer('a');
    cache.keepOnly(new Set(['b']));
    expect(cache.get('a')).toBeUndefined();
    expect(asked).toEqual(['a', 'a']);
  });

  it('keeps no more than a few thousand', async () => {
    const cache = new DetailsCache<string>((id) => Promise.resolve(id), () => undefined);
    cache.resume();
    for (let index = 0; index < 6_000; index++) cache.get(String(index));
    await new Promise((resolve) => setTimeout(resolve, 50));
    const kept = Array.from({ length: 6_000 }, (_, index) => (cache as unknown as { answers: Map<string, string> }).answers.has(String(index))).filter(Boolean);
    expect(kept).toHaveLength(5_000);
  });
});

describe('cutLabels', () => {
  it('keeps no megabyte', () => {
    const labels = cutLabels({ version: '12.4', huge: 'x'.repeat(1024 * 1024), ...Object.fromEntries(Array.from({ length: 1_000 }, (_, index) => [`label-${index}`, 'y'.repeat(100)])) });
    expect(labels['version']).toBe('12.4');
    expect(labels['huge']).toMatch(/^x{2000}…$/);
    expect(JSON.stringify(labels).length).toBeLessThan(30_000);
  });
});
