import { commands, Disposable, l10n, TestRunProfileKind, tests, type ExtensionContext, type TestController } from 'vscode';
import { afterActivation, type Deferred } from '../after-activation';
import { loadFeatures } from '../lazy';
import type { LanguageServer } from '../language/server';

/** Commands, without the prefix `tensorrt.`. */
const COMMANDS = ['smokeTestImage', 'smokeTestStage', 'smokeHistory', 'newSmokeFile', 'smokeJob'] as const;

export type SmokeCommand = (typeof COMMANDS)[number];

/** The tests view and the commands of smoke tests. What they do is loaded when it is first needed. */
export function registerSmoke(server: LanguageServer, context: ExtensionContext): Disposable {
  let feature: ReturnType<typeof create> | undefined;
  const create = async () => (await loadFeatures()).createSmokeFeature(view.get().controller, server, context);
  const load = (): ReturnType<typeof create> => (feature ??= create());

  const view: Deferred<Disposable & { readonly controller: TestController }> = afterActivation(() => {
    const controller = tests.createTestController('tensorrt', l10n.t('TensorRT Smoke Tests'));
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
    return Object.assign(Disposable.from(controller, ...profiles), { controller });
  });
  return Disposable.from(
    view,
    ...COMMANDS.map((name) => commands.registerCommand(`tensorrt.${name}`, async (...args: readonly unknown[]) => (await load()).command(name, args))),
    new Disposable(() => void feature?.then((loaded) => void loaded.dispose())),
  );
}
