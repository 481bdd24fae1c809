import { commands, Disposable, l10n, TestRunProfileKind, tests, type ExtensionContext } from 'vscode';
import { loadFeatures } from '../lazy';
import type { LanguageServer } from '../language/server';

/** Commands, without the prefix `tensorrt.`. */
const COMMANDS = ['smokeTestImage', 'smokeTestStage', 'smokeHistory', 'newSmokeFile', 'smokeJob'] as const;

export type SmokeCommand = (typeof COMMANDS)[number];

/** The tests view and the commands of smoke tests. What they do is loaded when it is first needed. */
export function registerSmoke(server: LanguageServer, context: ExtensionContext): Disposable {
  const controller = tests.createTestController('tensorrt', l10n.t('TensorRT Smoke Tests'));
  let feature: ReturnType<typeof create> | undefined;
  const create = async () => (await loadFeatures()).createSmokeFeature(controller, server, context);
  const load = (): ReturnType<typeof create> => (feature ??= create());

  controller.resolveHandler = async (item) => (await load()).resolve(item);
  controller.refreshHandler = async () => (await load()).refresh();
  const profiles = [
    controller.createRunProfile(l10n.t('Static'), TestRunProfileKind.Run, async (request) => (await load()).run(['static'], request), false),
    // The one that runs by default: all that needs no GPU.
    controller.createRunProfile(l10n.t('CPU'), TestRunProfileKind.Run, async (request) => (await load()).run(['static', 'cpu'], request), true),
    controller.createRunProfile(l10n.t('GPU'), TestRunProfileKind.Run, async (request) => (await load()).run(['gpu'], request), false),
    controller.createRunProfile(l10n.t('All'), TestRunProfileKind.Run, async (request) => (await load()).run(['static', 'cpu', 'gpu'], request), false),
  ];
  // On which Docker hosts smoke files and stages are tested.
  for (const profile of profiles) profile.configureHandler = () => void load().then((loaded) => loaded.chooseHosts());
  return Disposable.from(
    controller,
    ...profiles,
    ...COMMANDS.map((name) => commands.registerCommand(`tensorrt.${name}`, async (...args: readonly unknown[]) => (await load()).command(name, args))),
    new Disposable(() => void feature?.then((loaded) => void loaded.dispose())),
  );
}
