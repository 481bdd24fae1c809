import { msg } from '../../l10n/message';
import { remember } from '../../text/remember';
import { cudaMajorOfTensorRTPip, parseTensorRTPipPackage, tensorRTPipFacts, tensorRTPipHasPython, tensorRTPipVersions, type PipFact } from '../../facts/tensorrt-pip';
import { cudaBuildsOf, findTensorRTRelease, tensorRTReleases } from '../../facts/tensorrt-releases';
import { stageCuda } from '../../stack/query';
import { majorOf } from '../../version/dotted';
import { exactVersionOf, newestSatisfying, parseSpecifier } from '../../version/pep440';
import type { Fix } from '../model';
import { addOption, replaceRequirement, type PipUse } from '../support/pip-installs';
import { pipPython } from '../support/stage-python';

/** The version of TensorRT that pip takes for a requirement, as far as the tables go; undefined for one of no bound. */
export function versionTaken({ requirement: { specifier } }: PipUse): string | undefined {
  const exact = exactVersionOf(specifier);
  if (exact !== undefined) return exact;
  return newestWithin(specifier);
}

const newestWithin = remember((specifier: string): string | undefined => {
  const bounded = parseSpecifier(specifier)?.some(({ operator, wildcard }) => operator.startsWith('<') || operator === '~=' || wildcard) === true;
  return bounded ? newestSatisfying(tensorRTReleases().map(({ version, fullVersion }) => fullVersion ?? version), specifier) : undefined;
});

/** The CUDA major for which pip takes TensorRT; undefined for other packages, and where a file of constraints may choose. */
export function cudaTaken(use: PipUse): PipFact | undefined {
  const { requirement, action } = use;
  if (requirement.wheel !== undefined || requirement.url !== undefined) return undefined;
  const parsed = parseTensorRTPipPackage(requirement.name);
  if (parsed === undefined || parsed.flavor !== 'full' || (parsed.cuda === undefined && parsed.part !== 'front')) return undefined;
  const version = versionTaken(use);
  if (version === undefined && (requirement.specifier.includes('<') || action.constraintFiles.length > 0)) return undefined;
  return cudaMajorOfTensorRTPip(requirement.name, version);
}

/** What says that the version of TensorRT for CUDA 13 which pip takes can no longer be installed. */
export function brokenBuild(use: PipUse): PipFact | undefined {
  if (use.action.noDependencies || cudaTaken(use)?.value !== '13') return undefined;
  const version = versionTaken(use);
  if (version === undefined) return undefined;
  return tensorRTPipFacts('tensorrt-cu13', 'broken', version)[0];
}

/** Whether a release of TensorRT was built for a CUDA major version. */
export function hasBuildFor(version: string, major: string): boolean {
  const release = findTensorRTRelease(version);
  return release !== undefined && cudaBuildsOf(release).some((build) => String(majorOf(build)) === major);
}

/** The newest version seen of `tensorrt-cu<major>` that the command's Python has wheels for. */
export function newestFor(use: PipUse, major: string): string | undefined {
  const python = pipPython(use.stage, use.before, use.action)?.version;
  return tensorRTPipVersions(`tensorrt-cu${major}`).findLast((version) => python === undefined || tensorRTPipHasPython(version, python)?.has !== false);
}

/** What takes the place of `nvidia-tensorrt`: the last 8.x of the new name, or what the stage's CUDA and the Python allow. */
export function modernRequirement(use: PipUse): { readonly name: string; readonly specifier: string } | undefined {
  const cuda = majorOf(stageCuda(use.before)?.version ?? '');
  const python = pipPython(use.stage, use.before, use.action)?.version;
  const last = '8.5.3.1';
  if ((cuda === undefined || cuda <= 11) && (python === undefined || tensorRTPipHasPython(last, python)?.has !== false)) return { name: 'tensorrt', specifier: `==${last}` };
  const major = String(cuda === undefined || cuda > 13 ? 12 : Math.max(cuda, 11));
  const version = newestFor(use, major);
  return version === undefined ? undefined : { name: `tensorrt-cu${major}`, specifier: `==${version}` };
}

/** The fix that writes another requirement. */
export function requireInstead({ requirement }: PipUse, name: string, specifier: string): readonly Fix[] {
  const edit = replaceRequirement(requirement, name, specifier);
  return edit === undefined ? [] : [{ title: msg`Install ${name}${specifier}`, safe: false, edits: [edit] }];
}

/** The fix that names an index: on the command line, or at the top of the file that the requirement stands in. */
export function addIndex(use: PipUse, url: string): Fix {
  return { title: msg`Add the index ${url}`, safe: false, edits: [addOption(use, `--extra-index-url ${url}`)] };
}
