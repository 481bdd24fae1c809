import type { FileOutcome, HostEvidence } from '../evidence';
import { remedy, say, verdict, type Remedy } from '../model';
import { onHost, quoteCommand, quoteFile, quoteInfo, type Probe } from '../probe';
import { hasGpu, listCdiGpus } from '../read/gpu-access';
import { readSmi } from '../read/nvidia-smi';
import { readKernelModule, readToolkitVersion, textOf } from '../read/system';
import { msg, type Text as Words } from '../../core/l10n/message';
import { compareDotted } from '../../core/version/dotted';
import { TOOLKIT_CDI } from '../sources';

const TITLE = 'CDI specifications of the GPUs';

/** Are the CDI specifications there, readable, of this driver, and where the engine looks for them? */
export const cdiProbe: Probe = {
  id: 'cdi',
  judge: onHost(TITLE, (evidence) => {
    const { machine, engine } = evidence;
    const specs = machine.cdiSpecs;
    const folders = engine.info?.cdiSpecFolders ?? null;
    if (machine.platform !== 'linux' || hasGpu(evidence) === false) return verdict('not-applicable', say(TITLE));
    const listed = quoteCommand(machine.commands.ctkCdi);
    if (specs.length === 0) {
      if (listCdiGpus(evidence).length > 0) return verdict('ok', say('The engine knows its GPUs by CDI'), { evidence: [quoteInfo({ 'CDI devices': engine.info?.cdiDevices ?? null })] });
      const isOn = folders !== null && folders.length > 0;
      return verdict('not-applicable', isOn ? say('CDI is on, and no specification for NVIDIA GPUs is there') : say('CDI is not used'), {
        details: [say('`--gpus` and `--runtime=nvidia` do without; `--device nvidia.com/gpu=all` and RUN --device do not.')],
        evidence: [listed],
        remedies: [generate(evidence)],
        sources: [TOOLKIT_CDI],
      });
    }
    const driver = readSmi(machine).driver ?? readKernelModule(machine);
    const named = [listed, ...specs.map((spec) => ({ from: spec.path, lines: [describeSpec(spec)] }))];
    const stale = specs.find((spec) => driver !== undefined && versionOf(spec) !== undefined && versionOf(spec) !== driver);
    if (stale !== undefined) {
      return verdict('fail', say('{path} is for driver {old}, and the driver is {driver}', { path: stale.path, old: versionOf(stale) ?? '', driver: driver ?? '' }), {
        details: [say('Containers that get the GPU by CDI do not start: the libraries that it names are gone.')],
        evidence: named,
        remedies: [generate(evidence)],
        sources: [TOOLKIT_CDI, 'https://github.com/NVIDIA/nvidia-container-toolkit/issues/434'],
      });
    }
    const unread = specs.find((spec) => 'code' in spec && spec.code === 'EACCES');
    if (unread !== undefined) {
      return verdict('warn', say('{path} may be read by root alone', { path: unread.path }), {
        details: [say('Rootless engines need to read it.')],
        evidence: quoteFile(unread),
        remedies: [remedy(say('Let everyone read it.'), `sudo chmod a+r ${unread.path}`)],
        sources: ['https://github.com/NVIDIA/nvidia-container-toolkit/issues/63'],
      });
    }
    const outside = folders === null || folders.length === 0 ? undefined : specs.find(({ path }) => !folders.some((folder) => normalise(path).startsWith(`${normalise(folder)}/`)));
    if (outside !== undefined) {
      return verdict('warn', say('The engine does not look for CDI specifications in the folder of {path}', { path: outside.path }), {
        evidence: [quoteInfo({ 'CDI spec directories': folders })],
        remedies: [remedy(say('Name the folder in cdi-spec-dirs of daemon.json and restart the engine, or move the specification.'))],
        sources: ['https://github.com/NVIDIA/nvidia-container-toolkit/issues/1239', 'https://docs.docker.com/reference/cli/dockerd/'],
      });
    }
    if (folders !== null && folders.length === 0) {
      return verdict('warn', say('CDI specifications are there, and CDI is off in the engine'), {
        details: [say('`--device nvidia.com/gpu=all` fails: could not select device driver "cdi". `--gpus` and `--runtime=nvidia` do without.')],
        evidence: [...named, quoteInfo({ 'CDI spec directories': folders })],
        remedies: [remedy(say('Turn it on and restart the engine.'), 'sudo nvidia-ctk runtime configure --runtime=docker --cdi.enabled', 'sudo systemctl restart docker')],
        sources: [TOOLKIT_CDI, 'https://github.com/NVIDIA/nvidia-container-toolkit/issues/434'],
      });
    }
    return verdict('ok', say('CDI specifications of the GPUs are there'), { evidence: named });
  }),
};

/** The driver whose libraries a specification names: `…/libcuda.so.535.129.03`. */
function versionOf(spec: FileOutcome): string | undefined {
  return /\/lib(?:cuda|nvidia-ml)\.so\.(\d{3}(?:\.\d+)+)/.exec(textOf(spec) ?? '')?.[1];
}

function describeSpec(spec: FileOutcome): Words {
  if (!('text' in spec)) return spec.code;
  const time = `${new Date(spec.modifiedMs).toISOString().slice(0, 16)}Z`;
  const driver = versionOf(spec);
  return driver === undefined ? msg`${time}, driver not named` : msg`${time}, driver ${driver}`;
}

/** /var/run is a link to /run. */
function normalise(path: string): string {
  return path.replace(/^\/var\/run(?=\/|$)/, '/run').replace(/\/+$/, '');
}

/** From 1.18 on a service writes the specification. */
function generate({ machine }: HostEvidence): Remedy {
  const version = readToolkitVersion(machine);
  return version !== undefined && compareDotted(version, '1.18') >= 0
    ? remedy(say('Have the toolkit’s service write the specification again.'), 'sudo systemctl restart nvidia-cdi-refresh.service')
    : remedy(say('Write the specification, and again after each update of the driver.'), 'sudo nvidia-ctk cdi generate --output=/etc/cdi/nvidia.yaml');
}
