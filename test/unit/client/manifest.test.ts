// What a person meets of the manifest: titles, keyboard ways, settings.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

interface MenuItem {
  readonly command?: string;
  readonly submenu?: string;
  readonly when?: string;
  readonly group?: string;
}
interface Setting {
  readonly order?: number;
  readonly scope?: string;
  readonly description?: string;
  readonly markdownDescription?: string;
}
interface Manifest {
  readonly contributes: {
    readonly commands: readonly { readonly command: string; readonly category?: string; readonly title: string; readonly icon?: string }[];
    readonly menus: Readonly<Record<string, readonly MenuItem[]>>;
    readonly views: Readonly<Record<string, readonly { readonly id: string }[]>>;
    readonly viewsWelcome: readonly { readonly view: string }[];
    readonly configuration: { readonly properties: Readonly<Record<string, Setting>> };
  };
}

const { contributes } = JSON.parse(readFileSync('package.json', 'utf8')) as Manifest;
const texts = JSON.parse(readFileSync('package.nls.json', 'utf8')) as Readonly<Record<string, string>>;
const titleOf = (title: string): string => texts[title.replaceAll('%', '')] ?? title;
const menu = (name: string): readonly MenuItem[] => contributes.menus[name] ?? [];

describe('commands', () => {
  it.each(contributes.commands.map((one) => [one.command, one] as const))('%s has the category and a title that begins with a capital', (_, { category, title }) => {
    expect(category).toBe('TensorRT');
    expect(titleOf(title)).toMatch(/^[A-Z][^.]*[^. ]$/);
  });

  it('have titles of their own', () => {
    const titles = contributes.commands.map(({ title }) => titleOf(title));
    expect(new Set(titles).size).toBe(titles.length);
  });

  it('have an icon where a view shows them as one', () => {
    const shown = [...menu('view/title').filter(({ group }) => group?.startsWith('navigation')), ...menu('view/item/context').filter(({ group }) => group?.startsWith('inline'))];
    const icons = new Set(contributes.commands.filter(({ icon }) => icon?.startsWith('$(')).map(({ command }) => command));
    expect(shown.filter(({ command }) => !icons.has(command ?? '')).map(({ command }) => command)).toEqual([]);
  });
});

describe('views', () => {
  it('offer by keyboard, in the menu of a row, what they offer as an icon on it', () => {
    const items = menu('view/item/context');
    const inMenus = new Set(items.filter(({ group }) => !group?.startsWith('inline')).map(({ command }) => command));
    expect(items.filter(({ command, group }) => group?.startsWith('inline') && !inMenus.has(command))).toEqual([]);
  });

  it('have at most three icons on a row', () => {
    const perRow = new Map<string, Set<string | undefined>>();
    for (const { command, when = '', group } of menu('view/item/context')) if (group?.startsWith('inline')) perRow.set(when, (perRow.get(when) ?? new Set()).add(command));
    expect([...perRow].filter(([, commands]) => commands.size > 3)).toEqual([]);
  });

  it('say what to do while they are empty', () => {
    const welcomed = new Set(contributes.viewsWelcome.map(({ view }) => view));
    expect(Object.values(contributes.views).flat().map(({ id }) => id).filter((id) => !welcomed.has(id))).toEqual([]);
  });

  it('are named in the condition of each entry of their menus', () => {
    expect([...menu('view/title'), ...menu('view/item/context')].filter(({ when }) => !/^view (?:==|=~) /.test(when ?? ''))).toEqual([]);
  });
});

describe('settings', () => {
  const settings = Object.entries(contributes.configuration.properties);

  it.each(settings)('%s is described, scoped and ordered', (_, { description, markdownDescription, scope, order }) => {
    expect(titleOf(markdownDescription ?? description ?? '')).toMatch(/^[A-Z][^]+\.$/);
    expect(scope).toMatch(/^(?:resource|window|machine-overridable)$/);
    expect(order).toBeTypeOf('number');
  });

  it('have places of their own', () => {
    expect(new Set(settings.map(([, { order }]) => order)).size).toBe(settings.length);
  });

  it.each(settings.filter(([name]) => name.endsWith('.path')))('%s, which names a program, is of the machine', (_, { scope }) => {
    expect(scope).toBe('machine-overridable');
  });
});

describe('a browser without a machine behind it', () => {
  const ON_MACHINE = '!isWeb || remoteName';
  /** What runs there: the entries of src/client/web.ts register these. */
  const IN_BROWSER = new Set(
    ['addDevContainer', 'generateCompose', 'generateRunScript', 'generateDockerfile', 'convertRunLine', 'showStack', 'showStageGraph', 'changeCuda', 'splitStage', 'fixAllInFile', 'explainRule', 'showOutput', 'restartServer', 'openSample', 'openWalkthrough'].map((name) => `tensorrt.${name}`),
  );

  it.each(contributes.commands.filter(({ command }) => !IN_BROWSER.has(command)).map(({ command }) => command))('is not offered %s', (command) => {
    const conditions = Object.entries(contributes.menus).flatMap(([place, items]) => (place.startsWith('view/') ? [] : items.filter((item) => item.command === command))).map(({ when = '' }) => when);
    expect(conditions.length).toBeGreaterThan(0);
    for (const when of conditions) expect(when === 'false' || when.includes(ON_MACHINE)).toBe(true);
  });

  it('is offered all others', () => {
    expect(contributes.commands.map(({ command }) => command)).toEqual(expect.arrayContaining([...IN_BROWSER]));
    const items = Object.values(contributes.menus).flat().filter(({ command = '' }) => IN_BROWSER.has(command));
    expect(items.filter(({ when }) => when?.includes(ON_MACHINE))).toEqual([]);
  });

  it('shows the stack alone of the views', () => {
    const views = Object.values(contributes.views).flat() as readonly { readonly id: string; readonly when?: string }[];
    expect(views.filter(({ when }) => when?.includes(ON_MACHINE) !== true).map(({ id }) => id)).toEqual(['tensorrt.stack']);
  });
});
