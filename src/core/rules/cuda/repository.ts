import type { PackageInstall, RepositoryAdd } from '../../shell/installers/model';
import type { ActionStep, StackState, StageStack } from '../../stack/model';
import { findComponent } from '../../stack/query';
import type { Location } from '../../text/range';
import type { Traced } from '../../text/traced';

/**
 * The name that NVIDIA's network repository has for the distribution of a state: `ubuntu2204`, `debian12`, `rhel9`.
 * Undefined where the distribution is not certain, or NVIDIA has no repository of its own for it.
 */
export function repositoryOf(state: StackState): { readonly distro: string; readonly os: string; readonly where: Location } | undefined {
  const os = findComponent(state, 'os');
  if (os === undefined || os.certainty === 'assumed' || os.version.type !== 'exact') return undefined;
  const { version } = os.version;
  const major = version.split('.')[0] ?? version;
  const family = /^(?:ubi|rockylinux|almalinux|centos|oraclelinux|rhel)/.test(os.name) ? 'rhel' : os.name;
  if (family !== 'ubuntu' && family !== 'debian' && family !== 'rhel') return undefined;
  return { distro: family === 'ubuntu' ? `ubuntu${version.replace('.', '')}` : `${family}${major}`, os: `${os.name} ${version}`, where: os.where };
}

/** A step that adds one of NVIDIA's package repositories, with what its address says. */
export interface CudaRepositoryAdd extends ActionStep {
  readonly manager: PackageInstall['manager'];
  /** Undefined where a package brings the address that was fetched under another name. */
  readonly url: Traced | undefined;
  readonly nvidia: NonNullable<RepositoryAdd['nvidia']>;
}

/** All steps of a stage that add one of NVIDIA's package repositories. */
export function listRepositoryAdds(stage: StageStack): readonly CudaRepositoryAdd[] {
  return stage.steps.flatMap(({ actions }) =>
    actions.flatMap((step): readonly CudaRepositoryAdd[] => {
      const { action } = step;
      if (action.kind === 'repository-add') return action.nvidia === undefined ? [] : [{ ...step, manager: action.manager, url: action.url, nvidia: action.nvidia }];
      const isInstall = action.kind === 'local-package-install' || action.kind === 'package-install';
      if (!isInstall || actions.some((other) => other.action.kind === 'repository-add' && other.action.command === action.command)) return [];
      return addedBy(step).map((nvidia) => ({ ...step, manager: 'apt', url: undefined, nvidia }));
    }),
  );
}

/** Repositories that the installation of a downloaded package brings, told by where it came from. */
function addedBy({ before, after }: ActionStep): readonly CudaRepositoryAdd['nvidia'][] {
  return after.apt.repositories.slice(before.apt.repositories.length).flatMap(({ repository, distro, arch }) => (repository === 'other' || distro === undefined ? [] : [{ repository, distro, arch: arch ?? '' }]));
}

/** The first `apt-get update` after an action that surely runs and whose failure ends the build. */
export function updateAfter(stage: StageStack, { action, instruction }: ActionStep): ActionStep | undefined {
  const from = stage.steps.findIndex((step) => step.instruction === instruction);
  for (const { actions } of stage.steps.slice(Math.max(from, 0))) {
    const later = from >= 0 && actions.some((step) => step.action === action) ? actions.slice(actions.findIndex((step) => step.action === action) + 1) : actions;
    const found = later.find((step) => step.action.kind === 'package-index-update' && step.action.manager === 'apt' && !step.action.command.conditional && !step.action.command.failureIgnored);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Where the address names its distribution, or the command when there is no address. */
export function locateDistro({ action, url, nvidia }: CudaRepositoryAdd): Location {
  const at = url?.value.indexOf(`/${nvidia.distro}`) ?? -1;
  const place = at < 0 ? undefined : url?.locate(at + 1, at + 1 + nvidia.distro.length);
  return place ?? { file: action.file, range: action.range };
}
