// The first minutes: walkthrough, commands, settings, views without Docker.
export default {
  async shoot({ page, command, shoot }) {
    await command('View: Show TensorRT');
    await shoot('views-empty', { rest: 4000 });
    await command('View: Close Primary Side Bar');
    await command('TensorRT: Open Walkthrough');
    await page.locator('.getting-started-step').first().waitFor();
    await shoot('walkthrough', { rest: 2500, crop: ['.part.editor'] });
    for (const step of [1, 2, 3, 4, 5]) {
      await page.locator('.getting-started-step').nth(step).click();
      await shoot(`walkthrough-${step + 1}`, { rest: 1500 });
    }
    await command('View: Close All Editors');
    await page.keyboard.press('F1');
    await page.keyboard.type('TensorRT:');
    await shoot('commands', { rest: 1500 });
    await page.keyboard.press('Escape');
    await command('Preferences: Open Settings (UI)');
    await page.locator('.settings-editor .monaco-list-row').first().waitFor();
    await page.keyboard.type('@ext:tensorrt-containers.tensorrt-containers');
    await shoot('settings', { rest: 2500 });
  },
};
