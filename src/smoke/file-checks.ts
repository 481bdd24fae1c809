// The checks that a smoke file asks for: versions, models, commands; and what it gives to ours.
import type { ExpectedVersion, ModelFile, OwnCheck, SmokeFile, SmokeMount, Surroundings } from '../core/smoke-file/model';
import type { Range } from '../core/text/range';
import { hasPrefix } from '../core/version/dotted';
import { satisfiesPep440 } from '../core/version/pep440';
import { explainFailure, lastPart } from './explain';
import { TRTEXEC } from './programs';
import { readEnding, readStatus } from './read-step';
import type { Check, Isolation, Profile, RunCheck, SmokeImage, StaticCheck, StepResult, Verdict } from './model';
import { fail, judge, pass, say, skip } from './verdict';

/** A command of the user's has so long where the file says nothing. */
const DEFAULT_TIME_MS = 60_000;
const MODEL_TIME_MS = 30 * 60_000;

/** Folder of the models in the container. */
const MODELS = '/trtc-smoke/models';

/** The checks of a smoke file after `ours`, which get its surroundings. `resolve` makes a path of the file absolute. */
export function checksWithFile(ours: readonly Check[], smoke: SmokeFile, profiles: readonly Profile[], resolve: (path: string) => string): readonly Check[] {
  const mountFrom = (mounts: readonly SmokeMount[]): Isolation['mounts'] => mounts.map((mount) => ({ ...mount, source: mount.source.startsWith('.') ? resolve(mount.source) : mount.source }));
  const wanted = smoke.profiles === null ? profiles : profiles.filter((profile) => smoke.profiles?.includes(profile) === true);
  const surrounded = ours
    .filter(({ id, kind }) => wanted.includes(kind) && !smoke.skip.includes(id))
    .map((check): Check => (check.kind === 'static' ? check : surround(check, smoke.surroundings, mountFrom)));
  const own = [
    ...smoke.versions.map((expected, i) => versionCheck(expected, i)),
    ...smoke.models.map((model, i) => surround(modelCheck(model, i, resolve), smoke.surroundings, mountFrom)),
    ...smoke.checks.map((check, i) => surround(ownCheck(check, i, mountFrom), { ...smoke.surroundings, ...givenBy(check.surroundings) }, mountFrom)),
  ];
  return [...surrounded, ...own.filter(({ kind }) => profiles.includes(kind))];
}

/** Where in the smoke file a check is written; for ours, where it names what is tested. */
export function placeInFile({ versions, models, checks, subjectRange }: SmokeFile, checkId: string): Range {
  const [, list, index] = /^(version|model|own)-(\d+)$/.exec(checkId) ?? [];
  const entries: readonly { readonly range: Range }[] = list === 'version' ? versions : list === 'model' ? models : list === 'own' ? checks : [];
  return entries[Number(index)]?.range ?? subjectRange;
}

/** The entries that are set. */
function givenBy(surroundings: Surroundings): Partial<Surroundings> {
  return Object.fromEntries(Object.entries(surroundings).filter(([key, value]) => value !== null && key !== 'env' && key !== 'mounts'));
}

/** The check in the surroundings that the file gives to all. */
function surround(check: RunCheck, { gpus, env, mounts, network, memoryBytes, timeMs, user, workdir }: Surroundings, mountFrom: (mounts: readonly SmokeMount[]) => Isolation['mounts']): RunCheck {
  return {
    ...check,
    plan(image) {
      const step = check.plan(image);
      const { isolation } = step;
      return {
        ...step,
        timeoutMs: timeMs ?? step.timeoutMs,
        isolation: {
          gpus: check.kind === 'gpu' ? (gpus ?? isolation.gpus) : 'none',
          env: { ...env, ...isolation.env },
          mounts: [...mountFrom(mounts), ...isolation.mounts],
          network: network ?? isolation.network,
          memoryBytes: memoryBytes ?? isolation.memoryBytes,
          user: user ?? isolation.user,
          workdir: workdir ?? isolation.workdir,
        },
      };
    },
  };
}

function versionCheck({ part, version }: ExpectedVersion, index: number): StaticCheck {
  return {
    id: `version-${index}`,
    title: `${part} ${version}`,
    kind: 'static',
    applies: () => true,
    judge({ scan }) {
      const found = [...new Set(scan.components.filter(({ kind }) => kind === part).map((component) => component.version))];
      const data = { part, version, found: found.join(', ') };
      if (found.length === 0) {
        return scan.gaps.length > 0 ? skip(say('The version of {part} could not be read.', data)) : fail(say('The image has no {part}; {version} is asked for.', data));
      }
      const evidence = scan.components.filter(({ kind }) => kind === part).map(({ name, version: is, file }) => `${name} ${is} (${file})`).join('\n');
      return found.some((is) => matches(is, version)) ? pass(say('The image has {part} {found}.', data), { evidence }) : fail(say('The image has {part} {found}; {version} is asked for.', data), { evidence });
    },
  };
}

function matches(found: string, wanted: string): boolean {
  return /^\d/.test(wanted) ? hasPrefix(found, wanted) : satisfiesPep440(found, wanted) === true;
}

function modelCheck({ path }: ModelFile, index: number, resolve: (path: string) => string): RunCheck {
  const name = path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
  const inside = `${MODELS}/${index}/${name}`;
  return {
    id: `model-${index}`,
    title: say('trtexec runs {name}', { name }),
    kind: 'gpu',
    applies: () => true,
    plan: (image) => ({
      commands: [{ programs: TRTEXEC(image), args: [`--onnx=${inside}`, '--warmUp=0', '--duration=0', '--iterations=10'] }],
      timeoutMs: MODEL_TIME_MS,
      isolation: { gpus: 'all', env: {}, mounts: [{ source: resolve(path), target: inside, writable: false }], network: false, memoryBytes: null, user: null, workdir: null },
    }),
    read: (result, image) => readStatus(result, image, 'trtexec', () => pass(say('trtexec built and ran {name}.', { name }))),
  };
}

function ownCheck(own: OwnCheck, index: number, mountFrom: (mounts: readonly SmokeMount[]) => Isolation['mounts']): RunCheck {
  const { name, run, profile, surroundings } = own;
  const timeoutMs = surroundings.timeMs ?? DEFAULT_TIME_MS;
  const [program = '/bin/sh', ...args] = typeof run === 'string' ? ['/bin/sh', '-c', run] : run;
  return {
    id: `own-${index}`,
    title: name,
    kind: profile,
    applies: () => true,
    plan: () => ({
      commands: [{ programs: [program], args }],
      timeoutMs,
      isolation: { gpus: profile === 'gpu' ? 'all' : 'none', env: surroundings.env, mounts: mountFrom(surroundings.mounts), network: false, memoryBytes: null, user: null, workdir: null },
    }),
    read: (result, image) => readOwn(own, result, image, program),
  };
}

/** What was asked for by the user and is not there is a failure, not a reason to skip. */
function readOwn({ name, output, matches: pattern, exit }: OwnCheck, result: StepResult, image: SmokeImage, program: string): Verdict {
  const evidence = lastPart(result.output);
  // A status that was asked for is no crash, even where a signal made it.
  const asked = result.state === 'ran' && result.refusal === null && !result.outOfMemory && result.status === exit;
  const ending = asked ? undefined : readEnding(result, image, name);
  if (ending !== undefined) return ending.state === 'skipped' ? fail(say('{program} is not in the image.', { program })) : ending;
  if (!asked) {
    const data = { name, status: String(result.status), exit: String(exit) };
    if (exit !== 0) return fail(say('{name} ended with {status}; {exit} is asked for.', data), { evidence });
    const explained = explainFailure(name, result.output);
    return explained.knownError === null ? judge(explained.state, say('{name} ended with {status}: {line}', { ...data, line: explained.sentence.data['line'] ?? '' }), { evidence }) : explained;
  }
  const absent = output.find((text) => !result.output.includes(text));
  if (absent !== undefined) return fail(say('The output of {name} lacks {text}.', { name, text: absent }), { evidence });
  if (pattern !== null && !new RegExp(pattern, 'm').test(result.output)) return fail(say('The output of {name} does not match {pattern}.', { name, pattern }), { evidence });
  return pass(say('{name} does what is asked for.', { name }), { evidence });
}
