import type { PipInstall } from '../../shell/installers/model';
import type { Component, StackState, StageStack } from '../../stack/model';
import { findComponents, knownVersion } from '../../stack/query';
import { majorMinorOf } from '../../version/dotted';
import { chainOf } from './absence';

/** A Python that a command runs with. */
export interface StagePython {
  /** `3.10`. */
  readonly version: string;
  /** What brought it; undefined where the command itself names the version. */
  readonly component: Component | undefined;
}

/** Programs that bring Pythons of their own, which the stack does not follow. */
const OTHER_PYTHONS = /^(?:pyenv|asdf|mise|rye|pixi|hatch|poetry|pdm|nix|nix-env|conda|mamba|micromamba|virtualenv)$/;
const BUILT_PYTHON = /(?:^|\/)Python-3\.\d+|cpython-3\.\d+|python-build-standalone/;
const PYTHON_LINK = /(?:^|\/)python3?$/;

/**
 * The Python of plain `python3` and `pip` in a stage at one moment. Undefined when it is not known, when there are
 * several, or when something may have brought one that nobody saw: conda, pyenv, `update-alternatives`, a venv of uv.
 */
function stagePython(stage: StageStack, state: StackState): StagePython | undefined {
  const found = findComponents(state, 'python');
  const [first] = found;
  const versions = new Set(found.map(({ version }) => majorMinorOf(knownVersion(version) ?? '')));
  const version = [...versions][0];
  if (first === undefined || versions.size !== 1 || version === undefined || state.components.some(({ kind }) => kind === 'conda')) return undefined;
  return bringsOtherPython(stage) || state.env.has('UV_PYTHON') || state.env.has('CONDA_DIR') ? undefined : { version, component: first };
}

/** The Python for which a command of pip installs; undefined when it is not known. */
export function pipPython(stage: StageStack, state: StackState, { tool, interpreter, options }: PipInstall): StagePython | undefined {
  if (interpreter !== undefined) return pythonNamed(interpreter);
  // pip can fetch for another Python; uv and pipx choose their own.
  if (tool === 'pipx' || options.some(({ value }) => /^--(?:python-version|platform|target|abi)\b|^-t$/.test(value))) return undefined;
  return tool === 'uv' && !options.some(({ value }) => value === '--system') && !state.env.has('UV_SYSTEM_PYTHON') ? undefined : stagePython(stage, state);
}

/** The version in the name of a program: `/usr/bin/python3.8` → 3.8. */
export function pythonNamed(program: string): StagePython | undefined {
  const version = /(?:^|\/)python(3\.\d+)$/.exec(program)?.[1] ?? /^(3\.\d+)(?:\.\d+)?$/.exec(program)?.[1];
  return version === undefined ? undefined : { version, component: undefined };
}

const answers = new WeakMap<StageStack, boolean>();

function bringsOtherPython(stage: StageStack): boolean {
  let answer = answers.get(stage);
  if (answer === undefined) answers.set(stage, (answer = chainOf(stage).some(looksForeign)));
  return answer;
}

function looksForeign({ steps }: StageStack): boolean {
  return steps.some(({ commands }) =>
    commands.some(({ name, words }) => {
      if (OTHER_PYTHONS.test(name)) return true;
      if (name === 'uv') return /^(?:venv|python|sync|run|tool)$/.test(words[1]?.text.value ?? '');
      if (name === 'update-alternatives') return words.some(({ text }) => PYTHON_LINK.test(text.value));
      if (name === 'ln') return PYTHON_LINK.test(words.at(-1)?.text.value ?? '') && !words.some(({ text }) => /(?:^|\/)python3$/.test(text.value) && text !== words.at(-1)?.text);
      return words.some(({ text }) => BUILT_PYTHON.test(text.value));
    }),
  );
}
