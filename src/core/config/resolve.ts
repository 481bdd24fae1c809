import ignore from 'ignore';
import { registry } from '../engine/analyse';
import { layerSettings, type RuleSettings } from '../engine/settings';
import { msg } from '../l10n/message';
import type { Overlay } from '../overlay/model';
import { joinOverlays, readOverlay } from '../overlay/read';
import type { Target } from '../target/model';
import type { Config, ConfigProblem } from './model';
import { readConfig } from './read';

/** How config files are reached; paths are the caller's own. */
export interface ConfigFiles {
  /** The text of a file; undefined when it is absent or cannot be read. */
  readText(file: string): string | undefined;
  /** The path of a file that another one names by a relative path. */
  resolve(from: string, relative: string): string;
}

/** A config file with the overlays that it names. */
export interface LoadedConfig {
  readonly config: Config;
  readonly overlay: Overlay | undefined;
  /** Of the config file and of its overlays. */
  readonly problems: readonly ConfigProblem[];
  /** The text of each file that problems lie in. */
  readonly texts: ReadonlyMap<string, string>;
  /** Overlay files that the config names, read or not. */
  readonly overlayFiles: readonly string[];
}

/** Reads a config file and its overlays. Undefined when there is no such file. */
export function loadConfig(file: string, files: ConfigFiles): LoadedConfig | undefined {
  const text = files.readText(file);
  if (text === undefined) return undefined;
  const { config, problems } = readConfig(text, file);
  const texts = new Map([[file, text]]);
  const all = [...problems];
  const overlays: Overlay[] = [];
  const overlayFiles: string[] = [];
  for (const { path, location } of config.overlays) {
    const name = files.resolve(file, path);
    overlayFiles.push(name);
    const content = files.readText(name);
    if (content === undefined) {
      all.push({ location, message: msg`There is no file ${path} here.` });
      continue;
    }
    texts.set(name, content);
    const reading = readOverlay(content, name);
    overlays.push(reading.overlay);
    all.push(...reading.problems);
  }
  return { config, overlay: joinOverlays(overlays), problems: all, texts, overlayFiles };
}

/** Whether a config leaves a file out; `relative` is its path from the folder of the config file, with `/`. */
export function isIgnored({ ignore: patterns }: Config, relative: string): boolean {
  if (patterns.length === 0 || relative === '' || relative.startsWith('../') || relative.startsWith('/')) return false;
  return ignore().add([...patterns]).ignores(relative);
}

/** What an analysis takes from settings, of whatever origin. */
export interface AnalysisSettings {
  readonly rules: RuleSettings;
  readonly targets: readonly Target[];
  readonly buildArgs: ReadonlyMap<string, string>;
}

/**
 * What the command line or the editor says, over what the config file says: a rule that the former speaks of, by id or
 * by family, is no longer the latter's; targets take the place of the config's all together; build arguments go by name.
 */
export function mergeSettings(given: AnalysisSettings, config: Config | undefined): AnalysisSettings {
  if (config === undefined) return given;
  return {
    rules: layerSettings(given.rules, config.rules, registry.rules),
    targets: given.targets.length > 0 ? given.targets : config.targets,
    buildArgs: new Map([...config.buildArgs, ...given.buildArgs]),
  };
}
