import type { Connection } from 'vscode-languageserver';
import type { AnalysisSettings } from '../core/config/resolve';
import type { RuleSettings } from '../core/engine/settings';
import { toPlain } from '../core/schema/plain';
import { readTargets } from '../core/target/read';
import type { ClientFeatures } from './client-features';

/** The settings that matter to an analysis, as they hold for one document. */
export interface Settings extends AnalysisSettings {
  readonly lint: boolean;
  readonly inlayHints: { readonly images: boolean; readonly installs: boolean };
}

const SECTION = 'tensorrt';
const SEVERITIES = new Set<unknown>(['off', 'error', 'warning', 'information', 'hint']);

/** Settings by document, asked of the client once and kept until it says that they changed. */
export class SettingsStore {
  readonly #connection: Connection;
  readonly #features: ClientFeatures;
  readonly #byDocument = new Map<string, Promise<Settings>>();
  /** What a client without `workspace/configuration` pushed. */
  #pushed: unknown;

  constructor(connection: Connection, features: ClientFeatures) {
    this.#connection = connection;
    this.#features = features;
  }

  /** The settings for a document; the defaults when the client cannot be asked. */
  get(uri: string): Promise<Settings> {
    let settings = this.#byDocument.get(uri);
    if (settings === undefined) {
      settings = this.#ask(uri);
      this.#byDocument.set(uri, settings);
    }
    return settings;
  }

  /** Forgets everything; `pushed` is the content of `workspace/didChangeConfiguration`. */
  reset(pushed: unknown): void {
    this.#pushed = (pushed as Record<string, unknown> | null | undefined)?.[SECTION];
    this.#byDocument.clear();
  }

  /** Forgets the settings of a document that was closed. */
  forget(uri: string): void {
    this.#byDocument.delete(uri);
  }

  async #ask(uri: string): Promise<Settings> {
    if (!this.#features.configuration) return readSettings(this.#pushed);
    try {
      return readSettings(await this.#connection.workspace.getConfiguration({ scopeUri: uri, section: SECTION }));
    } catch (error) {
      this.#connection.console.warn(`The settings of ${uri} could not be read: ${String(error)}`);
      return readSettings(undefined);
    }
  }
}

/** Settings from whatever a user wrote; entries of the wrong type are passed over. */
function readSettings(value: unknown): Settings {
  const { lint, inlayHints, rules, targets, buildArgs } = asRecord(value);
  return {
    lint: asRecord(lint)['enable'] !== false,
    inlayHints: { images: asRecord(inlayHints)['images'] !== false, installs: asRecord(inlayHints)['installs'] !== false },
    rules: Object.fromEntries(Object.entries(asRecord(rules)).filter(([, severity]) => SEVERITIES.has(severity))) as RuleSettings,
    targets: readTargets(toPlain(targets)).targets,
    buildArgs: new Map(
      Object.entries(asRecord(buildArgs))
        .filter(([, given]) => ['string', 'number', 'boolean'].includes(typeof given))
        .map(([name, given]) => [name, String(given)]),
    ),
  };
}

function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
