// A browser whose workbench speaks Chinese: findings and questions do, too.
import assert from 'node:assert/strict';
import { commands, env } from 'vscode';
import { press, screenshot } from '../docker/page';
import { shownWhen } from '../docker/screen';
import { STUBS } from '../samples';
import { closeEditors, findings, openText } from '../workbench';

const HAN = /\p{Script=Han}/u;

describe('in a browser in Chinese', () => {
  afterEach(closeEditors);

  it('findings are told in it', async () => {
    assert.equal(env.language, 'zh-cn');
    const { uri } = await openText('chinese/Dockerfile', STUBS);
    const [finding] = await findings(uri, (all) => all.length === 1);
    assert.match(finding?.message ?? '', HAN);
  });

  it('and so are questions', async () => {
    const done = commands.executeCommand('tensorrt.generateDockerfile');
    await shownWhen('.quick-input-widget:not([style*="display: none"]) .monaco-list-row', 'the first question', (rows) => rows.some((row) => row.includes('Python') && HAN.test(row)));
    await screenshot('web-chinese');
    await press('Escape');
    await done;
  });
});
