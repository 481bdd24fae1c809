// The suites that need a Docker engine: run with one that has the stand-in GPU (see src/dev/engine).
import './docker/engine.test';
import './docker/live.test';
import './docker/containers.test';
import './docker/images.test';
import './docker/hosts.test';
import './docker/host.test';
import './docker/smoke.test';
import './docker/generate.test';
import './docker/build.test';
