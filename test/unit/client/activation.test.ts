import { readFileSync } from 'node:fs';
import { beforeAll, expect, test, vi } from 'vitest';
import type { ExtensionContext } from 'vscode';

/** What was asked of VS Code and of what is loaded later, in this order. */
const { commands, views, loaded, ran } = vi.hoisted(() => ({ commands: new Map<string, (...args: unknown[]) => unknown>(), views: [] as string[], loaded: [] as string[], ran: [] as string[] }));

vi.mock('vscode', () => {
  class Disposable {
    static from = (...parts: readonly { dispose(): unknown }[]): Disposable => new Disposable(() => parts.forEach((part) => part.dispose()));
    constructor(readonly dispose: () => void) {}
  }
  class EventEmitter {
    readonly event = (): Disposable => nothing();
    fire(): void {}
    dispose(): void {}
  }
  const nothing = (): Disposable => new Disposable(() => undefined);
  const registerCommand = (name: string, run: () => unknown): Disposable => (commands.set(name, run), nothing());
  const createTreeView = (name: string): Disposable => (views.push(name), nothing());
  return {
    ...{ Disposable, EventEmitter, Uri: class {}, TestRunProfileKind: {}, LanguageModelToolResult: undefined, LanguageModelTextPart: undefined },
    env: { remoteName: undefined },
    commands: { registerCommand, executeCommand: () => undefined },
    extensions: { getExtension: () => undefined, onDidChange: nothing },
    languages: { registerHoverProvider: nothing },
    l10n: { t: (text: string) => text },
    lm: {},
    tasks: { registerTaskProvider: nothing },
    tests: { createTestController: () => Object.assign(nothing(), { createRunProfile: nothing }) },
    window: { createTreeView },
  };
});

vi.mock('../../../src/client/language/language-client', () => {
  loaded.push('language');
  const client = { start: () => Promise.resolve(), dispose: () => Promise.resolve() };
  const feature = { run: (name: string) => Promise.resolve(void ran.push(name)), dispose: () => undefined };
  return { createClient: () => client, createLanguageFeature: () => feature, watchState: () => undefined };
});

vi.mock('../../../src/client/features', () => {
  loaded.push('features');
  const feature = { run: (name: string) => void ran.push(name), command: (name: string) => void ran.push(name), build: () => void ran.push('buildImage'), dispose: () => undefined };
  const create = (): typeof feature => feature;
  return { createBuildFeature: create, createDockerFeature: create, createHostFeature: create, createSmokeFeature: create, thisMachine: {} };
});

vi.mock('../../../src/client/shared-features', () => ({ runGenerator: (name: string) => void ran.push(name) }));

const OFFERED = (JSON.parse(readFileSync('package.json', 'utf8')) as { readonly contributes: { readonly commands: readonly { readonly command: string }[] } }).contributes.commands.map(({ command }) => command);
/** These do at once what they do, without anything of ours. */
const WITHOUT_LOADING = ['tensorrt.openSample', 'tensorrt.openWalkthrough'];

/** How things stood when `activate` returned. */
let atOnce: unknown;

beforeAll(async () => {
  const { activate } = await import('../../../src/client/extension');
  activate({ subscriptions: [], extension: { id: 'us' } } as unknown as ExtensionContext);
  atOnce = { missing: OFFERED.filter((name) => !commands.has(name)), loaded: [...loaded], views: [...views] };
});

test('activation registers every command, and neither loads nor shows anything', () => {
  expect(atOnce).toEqual({ missing: [], loaded: [], views: [] });
});

test('a command that is run at once waits for what it needs', async () => {
  const wanted = OFFERED.filter((name) => !WITHOUT_LOADING.includes(name));
  await Promise.all(wanted.map((name) => commands.get(name)?.()));
  expect(ran.map((name) => `tensorrt.${name}`).sort()).toEqual([...wanted].sort());
  expect(loaded).toEqual(expect.arrayContaining(['language', 'features']));
});
