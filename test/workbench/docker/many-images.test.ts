// The Images view over an engine that is full.
import { commands } from 'vscode';
import { eventually } from '../workbench';
import { createManyImages } from './engine';
import { click, press, read, ROWS, screenshot } from './page';
import { rowsWhen } from './screen';

const COUNT = 1_000;
/** Of 1,000 images and what was read of them; each refresh replaces it. */
const MOST_BYTES = 150e6;

describe('a thousand images', () => {
  before(async () => {
    await commands.executeCommand('tensorrt.images.focus');
    await commands.executeCommand('tensorrt.showAllImages');
    await click('.pane-header', { text: 'Containers' });
    await commands.executeCommand('workbench.view.explorer');
    await createManyImages(COUNT);
  });
  after(async () => {
    await click('.pane-header', { text: 'Containers' });
    await commands.executeCommand('tensorrt.showGpuImagesOnly');
    await commands.executeCommand('workbench.view.explorer');
  });

  it('are there at once, scroll to the last, open, and do not make the memory grow', async function () {
    this.timeout(180_000);
    await commands.executeCommand('tensorrt.images.focus');
    await press('Home');
    await rowsWhen('repositories', (rows) => rows.some((row) => row.includes('synthetic/')));
    const numbers = async (selector: string, attribute: string): Promise<readonly number[]> => (await read(selector, attribute)).map(Number);
    // The repositories and, behind them, the images without a name.
    const total = async (): Promise<number> => Math.max(0, ...(await numbers(`${ROWS}[aria-level="1"]`, 'aria-setsize')));
    const repositories = await eventually('all of them', async () => ((count) => (count > COUNT / 20 ? count : undefined))(await total()));
    await screenshot('many-images');
    // What opens does so a moment after the key, and below the last row; where an earlier try has left it open, it is closed first.
    await press('End');
    await eventually('the last one', async () => {
      await press('ArrowLeft');
      return (await numbers(`${ROWS}[aria-level="1"]`, 'aria-posinset')).includes(repositories) ? true : undefined;
    });
    await rowsWhen('it by its name', (rows) => rows.some((row) => row.includes('Without a name')));
    await press('ArrowRight');
    await eventually('the images without a name', async () => {
      await press('End');
      return (await numbers(`${ROWS}[aria-level="2"]`, 'aria-setsize')).some((count) => count >= COUNT / 10) ? true : undefined;
    });
    await press('ArrowRight');
    await eventually('the facts of one', async () => {
      await press('End');
      return (await read(`${ROWS}[aria-level="3"]`)).length > 0 ? true : undefined;
    });
    await screenshot('many-images-end');

    const before = process.memoryUsage().heapUsed;
    for (let i = 0; i < 20; i++) await commands.executeCommand('tensorrt.refreshDocker');
    await eventually('the memory to be given back', () => (process.memoryUsage().heapUsed - before < MOST_BYTES ? true : undefined));
    await press('Home');
    await eventually('the rows as before', async () => ((await total()) === repositories ? true : undefined));
  });
});
