// A folder with nothing in it, and an engine without images and without the container toolkit.
export default {
  empty: true,
  engine: { gpu: 'none', images: false },
  async shoot({ page, command, shoot }) {
    await command('View: Show TensorRT');
    await shoot('views', { rest: 4000 });
    await command('TensorRT: Show All Images');
    await command('TensorRT: Check Host');
    await page.locator('.part.sidebar .pane').nth(2).locator('.monaco-list-row').nth(1).waitFor({ timeout: 60_000 });
    await shoot('host', { rest: 2000 });
    for (const [name, title] of [['build', 'TensorRT: Build Image'], ['run', 'TensorRT: Run Image'], ['dev-container', 'TensorRT: Add GPU Dev Container Configuration'], ['dockerfile', 'TensorRT: Generate Dockerfile'], ['reclaim', 'TensorRT: Reclaim Disk Space']]) {
      await command(title);
      await page.waitForTimeout(1500);
      // A message fades away: the list of them stays.
      if ((await page.locator('.quick-input-widget').isHidden()) && name !== 'reclaim') await command('Notifications: Show Notifications');
      await shoot(`after-${name}`, { rest: 1500 });
      await page.keyboard.press('Escape');
      await command('Notifications: Clear All Notifications');
    }
    await command('View: Show Testing');
    await shoot('tests', { rest: 2500 });
  },
};
