import assert from 'node:assert/strict';
import { findings, openText } from './workbench';

describe('diagnostics', () => {
  it('appear when a Dockerfile is opened', async () => {
    const document = await openText('open/Dockerfile', 'FROM nvidia/cuda:11.0-base\n');
    const [finding] = await findings(document.uri, (all) => all.length > 0);
    assert.equal(finding?.source, 'tensorrt');
  });
});
