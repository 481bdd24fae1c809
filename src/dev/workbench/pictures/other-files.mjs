// Compose, devcontainer.json, requirements and run scripts: completion and hover.
const COMPOSE = `services:
  trainer:
    image: nvidia/cuda:12.4.1-cudnn-devel-ubuntu22.04
    gpus:
  server:
    image: nvcr.io/nvidia/tritonserver:24.08-py3
    deploy:
      resources:
        reservations:
          devices:
            - driver: nvidia
              count: 1
              capabilities: [gpu]
    
`;
const DEVCONTAINER = `{
  "name": "CUDA",
  "image": "nvidia/cuda:12.4.1-cudnn-devel-ubuntu22.04",
  "runArgs": ["--gpus", "all", ""],
  "hostRequirements": {  }
}
`;
const REQUIREMENTS = `--extra-index-url https://download.pytorch.org/whl/cu124
torch==2.5.1+cu124
tensorrt==10.3.0
onnxruntime-gpu==1.19.2
torchvision==
`;

export default {
  file: 'compose/compose.yaml',
  files: { 'compose/compose.yaml': COMPOSE, 'dev/.devcontainer/devcontainer.json': DEVCONTAINER, 'python/Dockerfile': 'FROM nvidia/cuda:12.4.1-runtime-ubuntu22.04\nRUN apt-get update && apt-get install -y python3-pip\nCOPY requirements.txt .\nRUN pip install -r requirements.txt\n', 'python/requirements.txt': REQUIREMENTS },
  async shoot({ page, command, open, goTo, hover, suggest, shoot, readLines }) {
    await command('View: Close Primary Side Bar');
    const note = async (what) => console.log(what, JSON.stringify((await readLines()).slice(0, 18), undefined, 0));
    const tryOut = async (name, line, column, typed = '') => {
      await goTo(line, column);
      if (typed) await page.keyboard.type(typed, { delay: 30 });
      try {
        await suggest();
      } catch {
        console.log(`${name}: no suggestions`);
        await shoot(name);
        return;
      }
      await shoot(name);
      await page.keyboard.press('Enter');
      await page.waitForTimeout(600);
      await note(name);
      await shoot(`${name}-accepted`);
      await page.keyboard.press('Escape');
      await command('File: Revert File');
      await page.waitForTimeout(800);
      await page.keyboard.press('Escape');
    };
    await page.waitForTimeout(3000);
    await shoot('compose');
    await goTo(3, 25);
    await hover().catch(() => console.log('no hover on the image of Compose'));
    await shoot('compose-hover');
    await page.keyboard.press('Escape');
    await tryOut('compose-gpus', 4, 10);
    await tryOut('compose-gpus-blank', 4, 10, ' ');
    await tryOut('compose-key', 4, 10, '\nipc');
    await tryOut('compose-block', 3, 60, '\n');
    await tryOut('compose-tag', 3, 35, '');
    await open('dev/.devcontainer/devcontainer.json', 4, 32);
    await shoot('devcontainer');
    await tryOut('devcontainer-runargs', 4, 33);
    await tryOut('devcontainer-requirements', 5, 25, '"');
    await goTo(3, 25);
    await hover().catch(() => console.log('no hover on the image of devcontainer.json'));
    await shoot('devcontainer-hover');
    await page.keyboard.press('Escape');
    await open('python/requirements.txt', 2, 3);
    await hover().catch(() => console.log('no hover on torch'));
    await shoot('requirements-hover');
    await page.keyboard.press('Escape');
    await tryOut('requirements-version', 5, 14);
    await tryOut('requirements-package', 5, 14, '\nonnx');
  },
};
