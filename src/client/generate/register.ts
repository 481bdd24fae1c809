import { commands, Disposable, languages, workspace } from 'vscode';
import { afterActivation } from '../after-activation';
import { loadSharedFeatures } from '../load-shared';
import type { ThisMachine } from './feature';

/** Ids of the commands, without the prefix `tensorrt.`. */
const COMMANDS = ['addDevContainer', 'openDevContainer', 'generateCompose', 'generateRunScript', 'generateDockerfile', 'convertRunLine'] as const;

export type GenerateCommand = (typeof COMMANDS)[number];

/** Files whose parts can be explained. */
const EXPLAINED = [
  { language: 'jsonc', pattern: '**/{.devcontainer,devcontainer}.json' },
  { language: 'json', pattern: '**/{.devcontainer,devcontainer}.json' },
  { language: 'dockercompose' },
  { language: 'yaml', pattern: '**/{compose,docker-compose}*.{yaml,yml}' },
  { language: 'shellscript', pattern: '**/{run,prepare-host}.sh' },
];

/**
 * The generators' commands, and the explanations of what they write. All of it is loaded when it is first needed. In a
 * browser there is no machine, and nothing is opened on it.
 */
export function registerGenerate(loadMachine?: () => Promise<ThisMachine>): Disposable {
  const offered = COMMANDS.filter((name) => name !== 'openDevContainer' || loadMachine !== undefined);
  return Disposable.from(
    ...offered.map((name) => commands.registerCommand(`tensorrt.${name}`, async (...args: readonly unknown[]) => (await loadSharedFeatures()).runGenerator(name, args, await loadMachine?.()))),
    afterActivation(() =>
      languages.registerHoverProvider(EXPLAINED, {
        provideHover: async (document, position) => (workspace.getConfiguration('tensorrt', document.uri).get('explainWiring', true) ? (await loadSharedFeatures()).explainAt(document, position) : undefined),
      }),
    ),
  );
}
