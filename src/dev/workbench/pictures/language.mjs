// What one sees in the editor.
export default {
  file: 'custom-tensorrt/Dockerfile',
  async shoot({ page, command, shoot }) {
    await page.keyboard.press('Control+Shift+M');
    await shoot('problems');
    await command('Go to Next Problem in Files');
    await shoot('finding');
    await page.keyboard.press('Escape');
    await page.keyboard.press('Control+.');
    await shoot('fixes');
    await page.keyboard.press('Escape');
    await page.locator('[id="status.languageStatus"]').hover();
    await shoot('status');
    await command('View: Toggle Panel Visibility');
    await command('TensorRT: Explain Rule');
    await shoot('page', 5000);
    await command('View: Close Editor');
    await command('TensorRT: Show Stack of Dockerfile');
    await shoot('stack', 5000);
  },
};
