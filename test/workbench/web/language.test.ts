// A browser whose workbench speaks Chinese: findings and questions do, too.
import assert from 'node:assert/strict';
import { commands, env, extensions } from 'vscode';
import { press, screenshot } from '../docker/page';
import { shownWhen } from '../docker/screen';
import { STUBS } from '../samples';
import { closeEditors, findings, openText } from '../workbench';

const HAN = /\p{Script=Han}/u;
const ROWS = '.quick-input-widget:not([style*="display: none"]) .monaco-list-row';

describe('in a browser in Chinese', () => {
  afterEach(closeEditors);

  it('findings are told in it', async () => {
    assert.equal(env.language, 'zh-cn');
    const { uri } = await openText('chinese/Dockerfile', STUBS);
    const [finding] = await findings(uri, (all) => all.length === 1);
    assert.match(finding?.message ?? '', HAN);
  });

  it('commands, views and settings are named in it', async () => {
    await commands.executeCommand('workbench.action.quickOpen', '>TensorRT');
    const rows = await shownWhen(ROWS, 'the palette', (all) => all.some((row) => row.includes('生成 Dockerfile')));
    assert.deepEqual(rows.filter((row) => row.startsWith('TensorRT') && !HAN.test(row)), []);
    await press('Escape');
    await commands.executeCommand('tensorrt.stack.focus');
    await shownWhen('.sidebar', 'the view', (texts) => texts.some((text) => text.includes('软件栈')));
    const { contributes } = extensions.getExtension('tensorrt-containers.tensorrt-containers')?.packageJSON as { readonly contributes: { readonly yamlValidation: readonly { readonly url: string }[]; readonly configuration: { readonly properties: Readonly<Record<string, { readonly description?: string; readonly markdownDescription?: string }>> } } };
    for (const { description, markdownDescription } of Object.values(contributes.configuration.properties)) assert.match(description ?? markdownDescription ?? '', HAN);
    assert.deepEqual(contributes.yamlValidation.map(({ url }) => url), ['./media/schemas/zh-cn/config.schema.json', './media/schemas/zh-cn/smoke.schema.json']);
  });

  it('and so are questions', async () => {
    const done = commands.executeCommand('tensorrt.generateDockerfile');
    await shownWhen(ROWS, 'the first question', (rows) => rows.some((row) => row.includes('Python') && HAN.test(row)));
    await screenshot('web-chinese');
    await press('Escape');
    await done;
  });
});
