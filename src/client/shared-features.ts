// What is loaded only when it is first needed, and runs in a browser as well: a part of dist/features.js, and of dist/web/client.js.
export { explainAt } from './generate/explain';
export { runGenerator } from './generate/feature';
export { previewChange } from './language/preview-change';
export { runAssistantTool } from './assistant/run-tool';
export { showStageGraph } from './stack/stage-graph';
