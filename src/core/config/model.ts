import type { RuleSettings } from '../engine/settings';
import type { Message } from '../l10n/message';
import type { Target } from '../target/model';
import type { Location } from '../text/range';

/** What a config file is called; the first that a folder has counts. */
export const CONFIG_NAMES: readonly string[] = ['.trtc.yaml', '.trtc.yml'];

/** The content of a config file. */
export interface Config {
  /** Its name, as it was handed in. */
  readonly file: string;
  readonly rules: RuleSettings;
  readonly targets: readonly Target[];
  /** Overlay files, from the folder of the config file. */
  readonly overlays: readonly { readonly path: string; readonly location: Location }[];
  /** Patterns as in .gitignore, from the folder of the config file: files that are not checked. */
  readonly ignore: readonly string[];
  readonly buildArgs: ReadonlyMap<string, string>;
}

/** Something in a config or overlay file that is wrong; the rest of the file still counts. */
export interface ConfigProblem {
  readonly location: Location;
  /** One sentence. */
  readonly message: Message;
}
