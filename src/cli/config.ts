import { existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { CONFIG_NAMES } from '../core/config/model';
import { isIgnored, loadConfig, mergeSettings, type AnalysisSettings, type ConfigFiles, type LoadedConfig } from '../core/config/resolve';
import { msg, type Text } from '../core/l10n/message';
import type { Overlay } from '../core/overlay/model';
import type { Plain } from '../core/schema/model';
import type { Target } from '../core/target/model';
import { readTargets } from '../core/target/read';
import { LineIndex } from '../core/text/line-index';
import { guessContextFolders } from './disk-context';
import { Failure } from './failure';
import { readTextFile } from './input';
import type { ConfigArguments } from './options';
import { formatPath } from './paths';

/** A config file is written by hand. */
const MAX_BYTES = 1024 * 1024;

/** What holds for one file: its config file's settings with those of the command line over them. */
export interface FileSettings extends AnalysisSettings {
  readonly overlay: Overlay | undefined;
  /** The config file that leaves this file out, as it is shown. */
  readonly ignoredBy: string | undefined;
}

/** Config files by folder, each read once. Problems in them are told to `fail`, one line each, once. */
export class Configs {
  readonly #options: ConfigArguments;
  readonly #fail: (message: Text) => void;
  readonly #loaded = new Map<string, LoadedConfig | undefined>();
  /** The target that `--gpu`, `--driver` and `--platform` describe. */
  readonly #given: readonly Target[];

  /** Throws Failure for options that make no target, and for a `--config` that cannot be read. */
  constructor(options: ConfigArguments, fail: (message: Text) => void) {
    this.#options = options;
    this.#fail = fail;
    this.#given = readGivenTarget(options);
    if (typeof options.config === 'string') readTextFile(options.config);
  }

  /** The settings for a file; `file` is where it lies, or would lie. */
  find(file: string, rules: AnalysisSettings['rules'] = {}): FileSettings {
    const found = this.#search(file);
    const loaded = found === undefined ? undefined : this.#load(found);
    const config = loaded?.config;
    const ignored = found !== undefined && config !== undefined && isIgnored(config, path.relative(path.dirname(path.resolve(found)), path.resolve(file)).replaceAll(path.sep, '/'));
    return {
      ...mergeSettings({ rules, targets: this.#chooseTargets(config?.targets ?? [], config?.file), buildArgs: this.#options.buildArg ?? new Map() }, config),
      overlay: loaded?.overlay,
      ignoredBy: ignored ? config.file : undefined,
    };
  }

  #search(file: string): string | undefined {
    const { config } = this.#options;
    if (config === false) return undefined;
    if (typeof config === 'string') return config;
    for (const folder of guessContextFolders(file)) {
      const found = CONFIG_NAMES.map((name) => path.join(folder, name)).find((name) => existsSync(name));
      if (found !== undefined) return found;
    }
    return undefined;
  }

  #load(file: string): LoadedConfig | undefined {
    const shown = formatPath(file);
    if (this.#loaded.has(shown)) return this.#loaded.get(shown);
    const loaded = loadConfig(shown, FILES);
    this.#loaded.set(shown, loaded);
    if (loaded === undefined) this.#fail(msg`${shown}: cannot be read`);
    for (const { location, message } of loaded?.problems ?? []) {
      const { line, character } = new LineIndex(loaded?.texts.get(location.file) ?? '').positionAt(location.range.start);
      this.#fail(msg`${location.file}:${line + 1}:${character + 1}: ${message}`);
    }
    return loaded;
  }

  /** The targets of the command line: the one that is described there, and those of the config that it names. */
  #chooseTargets(targets: readonly Target[], file: string | undefined): readonly Target[] {
    const names = this.#options.target ?? [];
    const chosen = names.map((name) => {
      const target = targets.find((each) => each.name === name);
      if (target !== undefined) return target;
      if (file === undefined) throw new Failure(msg`--target: there is no target ${name}; no config file has any`);
      if (targets.length === 0) throw new Failure(msg`--target: there is no target ${name} in ${file}`);
      throw new Failure(msg`--target: there is no target ${name} in ${file}, only ${targets.map((each) => each.name).join(', ')}`);
    });
    return [...chosen, ...this.#given];
  }
}

const FILES: ConfigFiles = {
  readText(file) {
    try {
      return statSync(file).size > MAX_BYTES ? undefined : readFileSync(file, 'utf8').replace(/^\uFEFF/, '');
    } catch {
      return undefined;
    }
  },
  resolve: (from, relative) => formatPath(path.resolve(path.dirname(from), relative)),
};

function readGivenTarget({ gpu, driver, platform }: ConfigArguments): readonly Target[] {
  if (gpu === undefined && driver === undefined && platform === undefined) return [];
  const item: Plain = { name: 'the given host', gpus: gpu ?? null, driver: driver ?? null, platform: platform ?? null };
  const { targets, faults } = readTargets([item]);
  const [fault] = faults;
  if (fault !== undefined) throw new Failure(msg`--${fault.path[1] === 'gpus' ? 'gpu' : String(fault.path[1])}: ${fault.message}`);
  return targets.map((target) => ({ ...target, said: msg`the given host` }));
}
