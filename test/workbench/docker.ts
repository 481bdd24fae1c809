// The suites that need a Docker engine: run with one that has the stand-in GPU (see src/dev/engine).
import { press } from './docker/page';
import './docker/engine.test';
import './docker/live.test';
import './docker/containers.test';
import './docker/images.test';
import './docker/hosts.test';
import './docker/host.test';
import './docker/smoke.test';
import './docker/generate.test';
import './docker/build.test';
// Near the end: the extension that it installs runs on until the window is loaded anew.
import './docker/dev-containers.test';
// Last: its images stay.
import './docker/many-images.test';

// What an earlier try of a test left open would be in the way of the next.
beforeEach(async function () {
  const retry = (this.currentTest as unknown as { currentRetry(): number } | undefined)?.currentRetry() ?? 0;
  for (let i = 0; retry > 0 && i < 3; i++) await press('Escape');
});
