import type { Text } from '../../l10n/message';
import type { Range } from '../../text/range';

/** Something that can be written at a place, the best first in its list. */
export interface Completion {
  readonly label: Text;
  /** Shown behind the label: what it holds or means. Undefined where it takes time to find out; see `describeReference`. */
  readonly detail: Text | undefined;
  /** The image that `describeReference` describes. */
  readonly reference?: string;
  readonly newText: string;
  /** What `newText` takes the place of. */
  readonly range: Range;
  readonly kind: 'image' | 'version' | 'package' | 'variable' | 'value';
}
