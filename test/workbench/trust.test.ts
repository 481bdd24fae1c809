import assert from 'node:assert/strict';
import { workspace } from 'vscode';
import { STUBS } from './samples';
import { findings, openText } from './workbench';

describe('an untrusted workspace', () => {
  it('is linted', async () => {
    assert.equal(workspace.isTrusted, false);
    const { uri } = await openText('untrusted/Dockerfile', STUBS);
    await findings(uri, (all) => all.length === 1);
  });
});
