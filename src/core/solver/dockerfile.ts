import { compareDotted } from '../version/dotted';
import type { Combination, PipPin } from './model';

/** Since this release pip refuses to install beside the packages of the distribution (PEP 668). */
const EXTERNALLY_MANAGED = '23.04';
/** Before this release pip is too old to see wheels of today. */
const CURRENT_PIP = '20.04';

/** A combination as the lines of a Dockerfile, without a line break at the end. */
export function writeDockerfile({ image, family, components, apt, pip }: Combination): string {
  const ubuntu = components.find(({ key }) => key === 'ubuntu')?.version ?? '';
  const hasPython = family !== 'ngc' && components.some(({ key }) => key === 'python');
  const packages = [...apt.map((pin) => `${pin.package}=${pin.version}`), ...(hasPython ? ['python3'] : []), ...(pip.length > 0 ? ['python3-pip'] : [])];
  return [
    `FROM ${image}`,
    ...(packages.length === 0 ? [] : [installPackages(packages, apt.map((pin) => pin.package))]),
    ...(pip.length > 0 && compareDotted(ubuntu, CURRENT_PIP) < 0 ? ['RUN python3 -m pip install --no-cache-dir --upgrade pip'] : []),
    ...installWheels(pip, compareDotted(ubuntu, EXTERNALLY_MANAGED) >= 0),
  ].join('\n');
}

function installPackages(packages: readonly string[], held: readonly string[]): string {
  return [
    'RUN apt-get update',
    ['apt-get install -y --no-install-recommends', ...packages].join(' \\\n        '),
    ...(held.length === 0 ? [] : [['apt-mark hold', ...held].join(' ')]),
    'rm -rf /var/lib/apt/lists/*',
  ].join(' \\\n && ');
}

/** One command an index: what PyPI has must not be looked for elsewhere. */
function installWheels(pins: readonly PipPin[], isManaged: boolean): readonly string[] {
  const byIndex = new Map<string, string[]>();
  for (const { package: name, specifier, index } of pins) {
    const options = index === undefined ? '' : ` ${index.option} ${index.url}`;
    const requirement = `${name}${specifier}`;
    byIndex.set(options, [...(byIndex.get(options) ?? []), requirement.includes('*') ? `'${requirement}'` : requirement]);
  }
  const command = `RUN python3 -m pip install --no-cache-dir${isManaged ? ' --break-system-packages' : ''}`;
  return [...byIndex].map(([options, requirements]) => `${command} ${requirements.join(' ')}${options}`);
}
