import { commands } from 'vscode';
import { openText } from './workbench';
import { shownWhen } from './docker/screen';

describe('a build in an untrusted workspace', () => {
  it('is refused, with a way to trust', async () => {
    const { uri } = await openText('untrusted-build/Dockerfile', 'FROM busybox\n');
    void commands.executeCommand('tensorrt.buildImage', uri);
    await commands.executeCommand('notifications.showList');
    await shownWhen('.notification-list-item', 'the refusal', (texts) => texts.some((text) => /not trusted/.test(text) && /Manage Workspace Trust/.test(text)));
    await commands.executeCommand('notifications.clearAll');
  });
});
