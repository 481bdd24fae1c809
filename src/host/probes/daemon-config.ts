import type { EngineFacts } from '../evidence';
import { remedy, say, verdict, type Text } from '../model';
import { onHost, quoteFile, quoteInfo, type Probe } from '../probe';
import { daemonFile, isAboutGpus, readDaemonConfig, type DaemonConfig } from '../read/daemon-json';

const TITLE = 'The engine’s configuration file';

/** Does the engine run as its configuration file says? Where not, it was not restarted, or the file is for another one. */
export const daemonConfigProbe: Probe = {
  id: 'daemon-config',
  judge: onHost(TITLE, (evidence) => {
    const file = daemonFile(evidence);
    const { path } = file;
    const config = readDaemonConfig(file);
    if (config === undefined) {
      const isAbsent = 'code' in file && file.code === 'ENOENT';
      return verdict(isAbsent ? 'not-applicable' : 'unknown', isAbsent ? say('There is no {path}; the engine has its defaults', { path }) : say('{path} cannot be read', { path }), { evidence: quoteFile(file, isAboutGpus) });
    }
    if (config === 'invalid') {
      return verdict('fail', say('{path} is no valid JSON', { path }), {
        details: [say('The engine does not start with it the next time.')],
        evidence: quoteFile(file, isAboutGpus),
        remedies: [remedy(say('Mend it, and let the engine check it before it is restarted.'), `sudo dockerd --validate --config-file=${path}`)],
        sources: ['https://docs.docker.com/reference/cli/dockerd/'],
      });
    }
    const { info } = evidence.engine;
    if (info === null) return verdict('unknown', say('{path} can be read', { path }), { evidence: quoteFile(file, isAboutGpus) });
    const differences = listDifferences(config, info);
    if (differences.length === 0) return verdict('ok', say('The engine runs as {path} says', { path }), { evidence: quoteFile(file, isAboutGpus) });
    return verdict('warn', say('The engine does not run as {path} says', { path }), {
      details: differences,
      evidence: [...quoteFile(file, isAboutGpus), quoteInfo({ 'Default Runtime': info.defaultRuntime, 'Cgroup Driver': info.cgroupDriver, 'Docker Root Dir': info.dataRoot, 'CDI spec directories': info.cdiSpecFolders })],
      remedies: [remedy(say('Restart the engine where the file was changed after it was started; running containers stop, unless live-restore is set.'), 'sudo systemctl restart docker')],
      sources: ['https://docs.docker.com/engine/daemon/'],
    });
  }),
};

function listDifferences(config: DaemonConfig, info: EngineFacts): readonly Text[] {
  const differences: Text[] = [];
  const compare = (key: string, wanted: string | undefined, actual: string): void => {
    if (wanted !== undefined && wanted !== actual) differences.push(say('{key}: the file says {wanted}, the engine {actual}.', { key, wanted, actual }));
  };
  compare('default-runtime', config.defaultRuntime, info.defaultRuntime);
  compare('native.cgroupdriver', config.cgroupDriver, info.cgroupDriver);
  compare('data-root', config.dataRoot?.replace(/(.)\/+$/, '$1'), info.dataRoot);
  if (info.cdiSpecFolders !== null) compare('features.cdi', config.cdi === undefined ? undefined : String(config.cdi), String(info.cdiSpecFolders.length > 0));
  return differences;
}
