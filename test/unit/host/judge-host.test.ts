import { describe, expect, it } from 'vitest';
import { formatText, listPlaceholders } from '../../../src/core/l10n/message';
import { judgeHost } from '../../../src/host/check';
import { probes } from '../../../src/host/probes/index';
import { findRecording, listRecordings, toEvidence } from './recording';

const recordings = listRecordings();

describe.each(recordings)('$name', ({ recording }) => {
  const findings = judgeHost(toEvidence(recording));

  it('gives what its readers found', () => {
    const states = Object.fromEntries(findings.filter(({ id }) => id in recording.expect).map(({ id, state }) => [id, state]));
    expect(states).toEqual(recording.expect);
  });

  it('has a source', () => {
    expect(recording.sources.length).toBeGreaterThan(0);
    expect(recording.about).not.toBe('');
  });

  it.each(findings.map((finding) => ({ id: finding.id, finding })))('says all of $id in whole sentences, with evidence and a way out of what fails', ({ finding }) => {
    for (const { template, data } of [finding.title, ...finding.details, ...finding.remedies.map(({ text }) => text)]) {
      expect(template).not.toBe('');
      for (const name of listPlaceholders(template)) expect(data[name], `{${name}} of “${template}”`).toBeTypeOf('string');
    }
    for (const source of finding.sources) expect(source).toMatch(/^https:\/\/\S+$/);
    if (finding.state === 'fail' || finding.state === 'warn') expect(finding.evidence.length).toBeGreaterThan(0);
  });
});

describe('the recordings', () => {
  const statesOf = (id: string): readonly string[] => recordings.flatMap(({ recording }) => recording.expect[id] ?? []);

  // gpus and cuda report what is there: where they cannot, another probe says what is broken.
  const BAD: Readonly<Record<string, readonly string[]>> = { gpus: ['unknown'], cuda: ['unknown'] };
  // Without SELinux there is nothing to praise.
  const GOOD: Readonly<Record<string, readonly string[]>> = { selinux: ['not-applicable'] };

  it.each(probes.map(({ id }) => ({ id })))('have a good and a bad host for $id', ({ id }) => {
    expect(statesOf(id).some((state) => (GOOD[id] ?? ['ok']).includes(state))).toBe(true);
    expect(statesOf(id).some((state) => (BAD[id] ?? ['warn', 'fail']).includes(state))).toBe(true);
  });

  it('name probes that exist', () => {
    const ids = new Set(probes.map(({ id }) => id));
    expect(recordings.flatMap(({ recording }) => Object.keys(recording.expect)).filter((id) => !ids.has(id))).toEqual([]);
    expect(ids.size).toBe(probes.length);
  });
});

describe('judgeHost', () => {
  it('never runs sudo by itself, and shows no command that a shell would read as more than it says', () => {
    for (const { recording } of recordings) {
      for (const { remedies } of judgeHost(toEvidence(recording))) {
        for (const { commands } of remedies) for (const command of commands) expect(command).not.toMatch(/[\n\r`;]|\$\(|\brm -rf\b/);
      }
    }
  });

  it('survives answers that are no answers', () => {
    const noise = '\u0000\u001b[31m{"}'.repeat(50);
    const outcome = { status: 0, stdout: noise, stderr: noise };
    const findings = judgeHost(
      toEvidence({
        machine: {
          commands: { smi: outcome, smiGpus: outcome, smiCapabilities: outcome, ctk: outcome, ctkCdi: outcome, containerCli: outcome },
          files: { kernelModule: noise, daemonJson: noise, toolkitConfig: noise, tegraRelease: noise, osRelease: noise },
          specs: { '/etc/cdi/nvidia.yaml': noise },
        },
      }),
    );
    expect(findings).toHaveLength(probes.length);
    expect(findings.find(({ id }) => id === 'driver')?.state).not.toBe('ok');
  });

  it('tells that Secure Boot is on where the driver is not loaded, and nothing where the firmware is silent', () => {
    const detailsOf = (secureBoot: boolean | null): readonly string[] => {
      const { machine } = findRecording('module-not-loaded');
      const found = judgeHost(toEvidence({ machine: { ...machine, secureBoot } })).find(({ id }) => id === 'driver');
      return (found?.details ?? []).map((text) => formatText(text));
    };
    expect(detailsOf(true)).toEqual([expect.stringContaining('Secure Boot is on')]);
    expect(detailsOf(false)).toEqual([]);
    expect(detailsOf(null)).toEqual([]);
  });

  it.each([
    ['on the machine itself', { inContainer: false, hostName: 'machine' }, 'ok'],
    ['of an engine in the same container', { inContainer: true, hostName: 'machine', dataRoot: { path: '/var/lib/docker', totalBytes: 10e12, availableBytes: 9e12 } }, 'ok'],
    ['in a container that has the socket', { inContainer: true, hostName: '0a1b2c3d4e5f' }, 'not-applicable'],
    ['in a container that has the socket and the network, and so the name, of the host', { inContainer: true, hostName: 'machine' }, 'not-applicable'],
  ])('knows where the engine is: %s', (_, machine, state) => {
    expect(judgeHost(toEvidence({ machine })).find(({ id }) => id === 'engine-place')?.state).toBe(state);
  });

  it('claims nothing of a machine that it cannot look into', () => {
    const machine = { ...findRecording('good-h100').machine, dataRoot: null };
    const findings = judgeHost(toEvidence({ machine, engine: { address: { name: 'farm', url: 'ssh://someone@farm', from: 'context', current: true }, info: { hostName: 'farm', kernel: '5.4.0' } } }));
    const byId = new Map(findings.map((finding) => [finding.id, finding.state]));
    for (const id of ['driver', 'driver-versions', 'gpus', 'cuda', 'device-nodes', 'toolkit', 'cdi', 'cgroup-driver', 'daemon-config', 'disk']) expect(byId.get(id), id).toBe('unknown');
    for (const id of ['runtime', 'dev-containers', 'rootless']) expect(byId.get(id), id).toBe('unknown');
    expect(byId.get('engine')).toBe('ok');
    expect(byId.get('engine-place')).toBe('not-applicable');
  });
});
