import { msg } from '../../core/l10n/message';
import { placeOfEngine, type HostEvidence } from '../evidence';
import { remedy, say, verdict, type Verdict } from '../model';
import { quoteInfo, type Probe } from '../probe';
import { DOCKER_AFTER_INSTALL } from '../sources';

/** Does an engine answer, and which one? */
export const engineProbe: Probe = {
  id: 'engine',
  judge: (evidence) => (evidence.engine.info === null ? judgeProblem(evidence) : judgeInfo(evidence)),
};

function judgeInfo(evidence: HostEvidence): Verdict {
  const { info, address } = evidence.engine;
  if (info === null) return judgeProblem(evidence);
  const name = info.product === 'podman' ? 'Podman' : 'Docker';
  const data = { name, version: info.version, context: address?.name ?? '', system: info.operatingSystem };
  const quoted = quoteInfo({ 'Server Version': info.version, 'Operating System': info.operatingSystem, Context: address?.name ?? null });
  const title = placeOfEngine(evidence) === 'elsewhere' ? say('{name} {version} answers from another machine ({context})', data) : say('{name} {version} answers', data);
  if (info.product === 'podman') {
    const details = [say('Podman’s Docker-compatible socket drops a request for GPUs silently; Podman itself gives them by CDI: `--device nvidia.com/gpu=all`.')];
    return verdict('warn', title, { details, evidence: [quoted], sources: ['https://github.com/containers/podman/issues/19338'] });
  }
  return verdict('ok', title, { evidence: [quoted] });
}

function judgeProblem({ engine: { problem, address }, machine }: HostEvidence): Verdict {
  const url = address?.url ?? '';
  const evidence = [{ from: url === '' ? 'docker' : url, lines: [problem === null ? msg`not asked` : [problem.kind, problem.detail].filter((part) => part !== '').join(': ')] }];
  const start = machine.platform === 'linux' ? [remedy(say('Start the engine.'), 'sudo systemctl start docker')] : [remedy(say('Start Docker Desktop.'))];
  switch (problem?.kind) {
    case undefined:
      return verdict('unknown', say('No engine was asked'), { evidence });
    case 'not-installed':
      return verdict('fail', say('Docker is not installed here'), {
        evidence,
        remedies: [remedy(say('Install Docker Engine, or choose an engine on another machine by a docker context.'))],
        sources: ['https://docs.docker.com/engine/install/'],
      });
    case 'no-permission':
      return verdict('fail', say('This user may not use the engine at {url}', { url }), {
        evidence,
        details: [say('Members of the group docker have the rights of root on this machine.')],
        remedies: [remedy(say('Join the group docker, then log out and in again.'), 'sudo usermod -aG docker "$USER"')],
        sources: [DOCKER_AFTER_INSTALL],
      });
    case 'daemon-down':
      return verdict('fail', say('No engine answers at {url}', { url }), { evidence, remedies: start });
    case 'context-unreachable':
      return verdict('fail', say('The engine {context} does not answer', { context: address?.name ?? url }), {
        evidence,
        remedies: [remedy(say('See that the machine is up and reachable; or go back to the engine of this machine.'), 'docker context use default')],
      });
    case 'cancelled':
      return verdict('unknown', say('The engine was not asked to the end'), { evidence });
    default:
      return verdict('fail', say('The engine answers with an error'), { evidence });
  }
}
