import { commands, Disposable, languages, workspace } from 'vscode';
import { loadFeatures } from '../lazy';

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

/** The generators' commands, and the explanations of what they write. All of it is loaded when it is first needed. */
export function registerGenerate(): Disposable {
  return Disposable.from(
    ...COMMANDS.map((name) => commands.registerCommand(`tensorrt.${name}`, async (...args: readonly unknown[]) => (await loadFeatures()).runGenerator(name, args))),
    languages.registerHoverProvider(EXPLAINED, {
      provideHover: async (document, position) => (workspace.getConfiguration('tensorrt', document.uri).get('explainWiring', true) ? (await loadFeatures()).explainAt(document, position) : undefined),
    }),
  );
}
