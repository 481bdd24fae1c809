import { l10n, type Disposable } from 'vscode';
import type { Target } from '../../core/target/model';
import type { ImageDetails } from '../../docker';
import { collectHost, judgeImage, readHostTarget, type ImageVerdict } from '../../host';
import type { Host } from './hosts';
import { toPlain } from './plain';
import type { ConfigStack } from '../../core/image/config';

/** Whether an image runs on a host, in words. */
export interface Verdict {
  readonly kind: 'runs' | 'partly' | 'fails';
  readonly title: string;
  readonly reason: string;
}

const KINDS = { yes: 'runs', limited: 'partly', no: 'fails' } as const;

/** Judges whether images run on their hosts. A host's GPUs and driver are looked up once, when first asked for. */
export class HostJudge implements Disposable {
  readonly #onKnown: () => void;
  readonly #targets = new WeakMap<Host, { target: Target | undefined }>();
  readonly #verdicts = new WeakMap<ImageDetails, { readonly target: Target; readonly stack: ConfigStack; readonly verdict: Verdict | undefined }>();
  readonly #aborter = new AbortController();

  /** `onKnown` is told when a host has been looked into, so that what was undefined may be asked again. */
  constructor(onKnown: () => void) {
    this.#onKnown = onKnown;
  }

  /** Undefined where it is not known, or not yet. */
  judge(host: Host, stack: ConfigStack, details: ImageDetails | undefined): Verdict | undefined {
    const known = this.#targets.get(host);
    if (known === undefined) void this.#look(host);
    if (known?.target === undefined || details === undefined) return undefined;
    const before = this.#verdicts.get(details);
    if (before?.target === known.target && before.stack === stack) return before.verdict;
    const verdict = describeVerdict(judgeImage({ stack, architecture: details.architecture === '' ? undefined : details.architecture }, known.target));
    this.#verdicts.set(details, { target: known.target, stack, verdict });
    return verdict;
  }

  dispose(): void {
    this.#aborter.abort();
  }

  async #look(host: Host): Promise<void> {
    const { info, address } = host;
    if (info === undefined) return;
    const entry: { target: Target | undefined } = { target: undefined };
    this.#targets.set(host, entry);
    try {
      const evidence = await collectHost({ engine: { address, info, problem: null, others: [], buildCacheBytes: null }, signal: this.#aborter.signal });
      entry.target = readHostTarget(evidence);
      if (!this.#aborter.signal.aborted) this.#onKnown();
    } catch {
      // Called off: nobody waits for it any more.
    }
  }
}

function describeVerdict({ runs, reason }: ImageVerdict): Verdict | undefined {
  if (runs === 'unknown') return undefined;
  const title = { yes: l10n.t('Runs on this host'), limited: l10n.t('Runs on this host with limits'), no: l10n.t('Does not run on this host') }[runs];
  return { kind: KINDS[runs], title, reason: toPlain(l10n.t(reason.template, reason.data), 500) };
}
