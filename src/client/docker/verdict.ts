/** Whether an image runs on a host, in words. */
export interface Verdict {
  readonly kind: 'runs' | 'partly' | 'fails';
  readonly title: string;
  readonly reason: string;
}
