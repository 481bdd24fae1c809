// What the user is asked before a build: one list with all choices as they are, of which Enter takes the first: build.
import { l10n, QuickPickItemKind, ThemeIcon, window, type QuickPickItem } from 'vscode';
import { proposeValues } from '../../core/build/argument-values';
import type { StackReport } from '../../core/stack/model';
import { without } from '../../core/without';
import { listBuilders } from '../../docker';
import type { EngineAddress } from '../../docker/model';
import { toPlain } from '../docker/plain';
import { dockerProgram } from '../docker/terminals';
import type { BuildDefinition } from './definition';
import { joinWords, splitWords } from './words';

interface Choice extends QuickPickItem {
  /** Asks for another value; undefined for "build". */
  readonly change?: (definition: BuildDefinition) => Promise<BuildDefinition | undefined>;
}

/** Lets the user change the options of a build; undefined when it was dismissed. */
export async function askOptions(title: string, start: BuildDefinition, stack: StackReport | undefined, address: EngineAddress): Promise<BuildDefinition | undefined> {
  let definition = start;
  for (;;) {
    const chosen = await window.showQuickPick(listChoices(definition, stack, address), { title, placeHolder: l10n.t('Enter builds; choose an option to change it'), matchOnDescription: true });
    if (chosen === undefined) return undefined;
    if (chosen.change === undefined) return definition;
    definition = (await chosen.change(definition)) ?? definition;
  }
}

function listChoices(definition: BuildDefinition, stack: StackReport | undefined, address: EngineAddress): Choice[] {
  const list = (values: readonly string[] = []): string => (values.length === 0 ? l10n.t('none') : values.map((value) => toPlain(value)).join(', '));
  const args = Object.entries(definition.buildArgs ?? {}).map(([name, value]) => (value === null ? name : `${name}=${value}`));
  return [
    { label: `$(play) ${l10n.t('Build')}`, description: list(definition.tags) },
    { label: l10n.t('Options'), kind: QuickPickItemKind.Separator },
    choice('tag', l10n.t('Tags'), list(definition.tags), (now) => askList(now, 'tags', l10n.t('Names of the image, separated by blanks'), 'my-image:latest')),
    choice('layers', l10n.t('Stage'), definition.target ?? l10n.t('the last one'), (now) => askTarget(now, stack)),
    choice('symbol-variable', l10n.t('Build arguments'), list(args), (now) => askArguments(now, stack)),
    choice('chip', l10n.t('Platforms'), definition.platforms === undefined || definition.platforms.length === 0 ? l10n.t('that of the builder') : list(definition.platforms), (now) => askList(now, 'platforms', l10n.t('Platforms, separated by blanks'), 'linux/amd64')),
    choice('server-process', l10n.t('Builder'), definition.builder ?? l10n.t('the current one'), (now) => askBuilder(now, address)),
    choice('folder', l10n.t('Build context'), definition.context ?? '.', (now) => askText(now, 'context', l10n.t('Folder of the build context, from the workspace folder'), '.')),
    choice('key', l10n.t('Secrets'), list(definition.secrets), (now) => askList(now, 'secrets', l10n.t('Secrets, separated by blanks; one with a blank in it in double quotes'), 'id=token,src=token.txt')),
    choice('archive', l10n.t('Cache from'), list(definition.cacheFrom), (now) => askList(now, 'cacheFrom', l10n.t('Where cached layers are looked for, separated by blanks'), 'type=local,src=.cache')),
    choice('archive', l10n.t('Cache to'), list(definition.cacheTo), (now) => askList(now, 'cacheTo', l10n.t('Where the cache is written to, separated by blanks'), 'type=local,dest=.cache')),
    choice('globe', l10n.t('Network'), definition.network ?? l10n.t('the default one'), (now) => askText(now, 'network', l10n.t('Network of RUN: default, none, host'), 'default')),
    choice('refresh', l10n.t('Cache'), definition.noCache === true ? l10n.t('each step is built anew') : l10n.t('used'), (now) => Promise.resolve(toggle(now, 'noCache'))),
    choice('cloud-download', l10n.t('Base images'), definition.pull === true ? l10n.t('newer ones are looked for') : l10n.t('as they are here'), (now) => Promise.resolve(toggle(now, 'pull'))),
    choice('cloud-upload', l10n.t('Result'), definition.push === true ? l10n.t('pushed to the registry of the tags') : l10n.t('loaded into the engine'), (now) => Promise.resolve(toggle(now, 'push'))),
  ];
}

function choice(icon: string, label: string, description: string, change: NonNullable<Choice['change']>): Choice {
  return { label, description: toPlain(description, 200), iconPath: new ThemeIcon(icon), change };
}

function toggle(definition: BuildDefinition, name: 'noCache' | 'pull' | 'push'): BuildDefinition {
  return definition[name] === true ? without(definition, name) : { ...definition, [name]: true };
}

async function askText(definition: BuildDefinition, name: 'context' | 'network', prompt: string, placeHolder: string): Promise<BuildDefinition | undefined> {
  const answer = await window.showInputBox({ prompt, placeHolder, value: definition[name] ?? '' });
  if (answer === undefined) return undefined;
  return answer.trim() === '' ? without(definition, name) : { ...definition, [name]: answer.trim() };
}

async function askList(definition: BuildDefinition, name: 'tags' | 'platforms' | 'secrets' | 'cacheFrom' | 'cacheTo', prompt: string, placeHolder: string): Promise<BuildDefinition | undefined> {
  const answer = await window.showInputBox({ prompt, placeHolder, value: joinWords(definition[name] ?? []), validateInput: name === 'tags' ? checkTags : () => undefined });
  if (answer === undefined) return undefined;
  const values = splitWords(answer);
  return values.length === 0 ? without(definition, name) : { ...definition, [name]: values };
}

/** The form of a reference, after distribution/reference: what Docker would refuse once the build has run. */
function checkTags(text: string): string | undefined {
  const wrong = text.split(/\s+/).find((tag) => tag !== '' && !/^(?:[\w.-]+(?::\d+)?\/)?[a-z\d]+(?:(?:[._]|__|-+)[a-z\d]+)*(?:\/[a-z\d]+(?:(?:[._]|__|-+)[a-z\d]+)*)*(?::\w[\w.-]{0,127})?$/.test(tag));
  return wrong === undefined ? undefined : l10n.t('{0} is no name of an image: lower case letters, digits, - and _, then : and the tag.', toPlain(wrong, 60));
}

async function askTarget(definition: BuildDefinition, stack: StackReport | undefined): Promise<BuildDefinition | undefined> {
  const last: QuickPickItem & { target?: string } = { label: l10n.t('The last stage') };
  // Builders know names alone.
  const stages = (stack?.stages ?? []).flatMap(({ stage: { name }, base }) =>
    name === undefined ? [] : [{ label: toPlain(name, 80), description: toPlain(base.reference.value, 120), target: name }],
  );
  const picked = await window.showQuickPick([last, ...stages], { placeHolder: l10n.t('Stage to build') });
  if (picked === undefined) return undefined;
  return picked.target === undefined ? without(definition, 'target') : { ...definition, target: picked.target };
}

async function askBuilder(definition: BuildDefinition, address: EngineAddress): Promise<BuildDefinition | undefined> {
  const builders = await listBuilders(dockerProgram(address));
  if (builders.length === 0) {
    void window.showInformationMessage(l10n.t('This docker command has no buildx: builds run in the engine itself.'));
    return undefined;
  }
  const current: QuickPickItem & { builder?: string } = { label: l10n.t('The current builder') };
  const items = builders.map(({ name, driver, endpoints, problem }) => ({
    label: toPlain(name, 80),
    description: driver === 'kubernetes' ? l10n.t('on Kubernetes') : toPlain(driver, 40),
    detail: toPlain(problem ?? endpoints.join(', '), 200),
    builder: name,
  }));
  const picked = await window.showQuickPick([current, ...items], { placeHolder: l10n.t('Builder, as docker buildx ls lists them') });
  if (picked === undefined) return undefined;
  return picked.builder === undefined ? without(definition, 'builder') : { ...definition, builder: picked.builder };
}

async function askArguments(definition: BuildDefinition, stack: StackReport | undefined): Promise<BuildDefinition | undefined> {
  const declared = listArguments(stack);
  const given = definition.buildArgs ?? {};
  const names = [...new Set([...declared.keys(), ...Object.keys(given)])];
  const items: (QuickPickItem & { name?: string })[] = names.map((name) => {
    const value = given[name];
    const fallback = declared.get(name);
    const description = value !== undefined ? (value ?? l10n.t('from the environment')) : fallback === undefined ? l10n.t('no value') : l10n.t('{0} (default)', fallback);
    return { label: toPlain(name, 80), description: toPlain(description, 120), name };
  });
  const other: QuickPickItem & { name?: string } = { label: `$(add) ${l10n.t('Another Argument…')}` };
  const picked = await window.showQuickPick([...items, other], { placeHolder: l10n.t('Build argument to set') });
  if (picked === undefined) return undefined;
  const name = picked.name ?? (await window.showInputBox({ prompt: l10n.t('Name of the build argument'), validateInput: (text) => (/^[A-Za-z_]\w*$/.test(text) ? undefined : l10n.t('Letters, digits and _ only.')) }));
  if (name === undefined) return undefined;
  const value = await askValue(name, given[name] ?? declared.get(name) ?? '', stack);
  if (value === undefined) return undefined;
  const rest = Object.fromEntries(Object.entries(given).filter(([key]) => key !== name));
  return { ...definition, buildArgs: value === declared.get(name) ? rest : { ...rest, [name]: value } };
}

/** ARGs of a Dockerfile with their defaults, those before the first FROM first. */
function listArguments(stack: StackReport | undefined): ReadonlyMap<string, string | undefined> {
  const found = new Map<string, string | undefined>();
  const instructions = [...(stack?.dockerfile.globals ?? []), ...(stack?.stages.flatMap(({ stage }) => stage.instructions) ?? [])];
  for (const instruction of instructions) {
    if (instruction.kind !== 'arg') continue;
    for (const { name, value } of instruction.declarations) if (found.get(name) === undefined) found.set(name, value?.raw.replace(/^(["'])(.*)\1$/, '$2'));
  }
  return found;
}

/** A value that is typed, or one of those that make sense where the argument is used. */
function askValue(name: string, value: string, stack: StackReport | undefined): Promise<string | undefined> {
  const proposed = (stack === undefined ? [] : proposeValues(stack, name)).map((one) => ({
    label: one.value,
    description: one.because === 'solver' ? l10n.t('fits this Dockerfile: {0}', one.makes) : one.makes,
  }));
  return new Promise((resolve) => {
    const pick = window.createQuickPick();
    pick.title = name;
    pick.placeholder = l10n.t('Value; type another one');
    pick.value = value;
    const show = (): void => {
      const typed = { label: pick.value, description: l10n.t('as typed'), alwaysShow: true };
      pick.items = [typed, ...proposed.filter(({ label }) => label !== pick.value)].map((item) => ({ ...item, alwaysShow: true }));
    };
    show();
    pick.onDidChangeValue(show);
    pick.onDidAccept(() => {
      resolve(pick.activeItems[0]?.label ?? pick.value);
      pick.hide();
    });
    pick.onDidHide(() => {
      resolve(undefined);
      pick.dispose();
    });
    pick.show();
  });
}
