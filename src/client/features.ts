// The entry of dist/features.js: all that the client loads only when it is first needed (see lazy.ts).
export { createDockerFeature } from './docker/feature';
export { createBuildFeature } from './build/feature';
export { createHostFeature } from './host/feature';
export { createSmokeFeature } from './smoke/feature';
export { thisMachine } from './generate/this-machine';
export * from './shared-features';
