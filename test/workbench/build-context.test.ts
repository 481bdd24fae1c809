import { writeFileSync } from 'node:fs';
import { BAD_SCRIPT, RUNS_SCRIPT, STUBS_RULE } from './samples';
import { closeEditors, findings, openText, ruleOf, writeFile } from './workbench';

describe('the build context', () => {
  afterEach(closeEditors);

  it('shows findings in its files, and follows changes that other programs make', async () => {
    const script = await writeFile('context/install.sh', BAD_SCRIPT);
    await openText('context/Dockerfile', RUNS_SCRIPT);
    await findings(script, ([first]) => first !== undefined && ruleOf(first) === STUBS_RULE);
    writeFileSync(script.fsPath, 'true\n');
    await findings(script, (all) => all.length === 0);
    writeFileSync(script.fsPath, BAD_SCRIPT);
    await findings(script, (all) => all.length === 1);
  });
});
