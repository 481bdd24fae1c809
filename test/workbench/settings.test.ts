import assert from 'node:assert/strict';
import { ConfigurationTarget, DiagnosticSeverity, workspace } from 'vscode';
import { STUBS, STUBS_RULE } from './samples';
import { closeEditors, findings, openText } from './workbench';

describe('settings', () => {
  afterEach(closeEditors);

  const set = async (name: string, value: unknown): Promise<void> =>
    workspace.getConfiguration('tensorrt').update(name, value, ConfigurationTarget.Workspace);

  it('turn a rule off, change its severity, and turn all off', async () => {
    const { uri } = await openText('settings/Dockerfile', STUBS);
    await findings(uri, ([first]) => first?.severity === DiagnosticSeverity.Warning);
    try {
      await set('rules', { [STUBS_RULE]: 'off' });
      await findings(uri, (all) => all.length === 0);
      await set('rules', { cuda: 'error' });
      await findings(uri, ([first]) => first?.severity === DiagnosticSeverity.Error);
      await set('lint.enable', false);
      await findings(uri, (all) => all.length === 0);
    } finally {
      await set('rules', undefined);
      await set('lint.enable', undefined);
    }
    const [finding] = await findings(uri, (all) => all.length === 1);
    assert.equal(finding?.severity, DiagnosticSeverity.Warning);
  });

  it('give build arguments', async () => {
    const { uri } = await openText('arguments/Dockerfile', 'ARG TAG=12.4.1-base-ubuntu22.04\nFROM nvidia/cuda:$TAG\n');
    await findings(uri, (all) => all.length === 0);
    try {
      await set('buildArgs', { TAG: '11.0-base' });
      await findings(uri, (all) => all.length > 0);
    } finally {
      await set('buildArgs', undefined);
    }
    await findings(uri, (all) => all.length === 0);
  });
});
