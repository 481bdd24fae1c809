import assert from 'node:assert/strict';
import { DiagnosticSeverity, Position, window, workspace, WorkspaceEdit } from 'vscode';
import { STUBS, STUBS_RULE } from './samples';
import { closeEditors, fileUri, findings, openText, ruleOf, writeFile } from './workbench';

describe('diagnostics', () => {
  afterEach(closeEditors);

  /** The sample's file, the text under the finding, and the rule. */
  const SAMPLES = [
    ['custom-tensorrt/Dockerfile', 'libnvinfer8', 'tensorrt-apt-unpinned'],
    ['anaconda/Dockerfile', 'anaconda2', 'env-path-not-installed'],
  ] as const;
  for (const [name, text, rule] of SAMPLES) {
    it(`show ${rule} in ${name}`, async () => {
      const document = await workspace.openTextDocument(fileUri(name));
      await window.showTextDocument(document);
      const all = await findings(document.uri, (found) => found.some((finding) => ruleOf(finding) === rule));
      const finding = all.find((each) => ruleOf(each) === rule);
      assert.ok(finding !== undefined && document.getText(finding.range).includes(text), document.getText(finding?.range));
    });
  }

  it('show an image that was removed, as an error', async () => {
    const document = await openText('removed/Dockerfile', 'FROM nvidia/cuda:11.0-base\n');
    const all = await findings(document.uri, (found) => found.length > 0);
    const finding = all.find((each) => ruleOf(each) === 'image-tag-removed');
    assert.equal(finding?.severity, DiagnosticSeverity.Error);
    assert.equal(finding.range.start.line, 0);
  });

  it('follow what is typed', async () => {
    const document = await openText('typed/Dockerfile', 'FROM ubuntu:22.04\n');
    const edit = new WorkspaceEdit();
    edit.insert(document.uri, new Position(1, 0), STUBS.split('\n')[1] ?? '');
    await workspace.applyEdit(edit);
    await findings(document.uri, (all) => all.length === 1);
  });

  it('show in a file that was never saved', async () => {
    const document = await workspace.openTextDocument({ language: 'dockerfile', content: STUBS });
    await window.showTextDocument(document);
    await findings(document.uri, ([first]) => first !== undefined && ruleOf(first) === STUBS_RULE);
  });

  for (const name of ['Containerfile', 'gpu.Dockerfile', 'Dockerfile.gpu']) {
    it(`show in ${name}`, async () => {
      const document = await openText(`names/${name}`, STUBS);
      await findings(document.uri, (all) => all.length === 1);
    });
  }

  const OTHERS = [
    ['kinds/compose.yaml', 'services:\n  app:\n    image: nvidia/cuda:12.4.1-base-ubuntu22.04\n    deploy:\n      resources:\n        reservations:\n          devices:\n            - driver: nvidia\n              count: 1\n', 'compose-capabilities-missing'],
    ['kinds/.devcontainer/devcontainer.json', '{\n  // one element too few\n  "image": "nvidia/cuda:12.4.1-devel-ubuntu22.04",\n  "runArgs": ["--gpus all"]\n}\n', 'devcontainer-run-arg-joined'],
    ['kinds/.trtc.yaml', 'rules:\n  image-tag-remuved: off\n', undefined],
  ] as const;
  for (const [name, text, rule] of OTHERS) {
    it(`show in ${name}`, async () => {
      const document = await openText(name, text);
      const [first] = await findings(document.uri, (all) => all.length > 0);
      if (rule !== undefined) assert.equal(first && ruleOf(first), rule);
    });
  }

  it('show in a requirements file, and where the Dockerfile names it', async () => {
    const requirements = await writeFile('echo/requirements.txt', 'nvidia-tensorrt\n');
    const document = await openText('echo/Dockerfile', 'FROM python:3.10-slim\nCOPY requirements.txt /app/\nRUN pip install -r /app/requirements.txt\n');
    const [echo] = await findings(document.uri, (all) => all.length > 0);
    assert.equal(document.getText(echo?.range), '/app/requirements.txt');
    await findings(requirements, (all) => all.some((finding) => echo !== undefined && ruleOf(finding) === ruleOf(echo)));
  });
});
