// What the rest of the project uses of the host check.
export { addTarget } from './add-target';
export { askEngine, type EngineQuestions } from './ask-engine';
export { judgeHost, sortFindings } from './check';
export { collectHost, type CollectOptions } from './collect';
export { placeOfEngine, type AddressFacts, type EngineEvidence, type EngineFacts, type EnginePlace, type HostEvidence } from './evidence';
export { judgeImage, type ImageVerdict, type JudgedImage } from './judge-image';
export { toMarkdownBlock, toMarkdownLine } from './markdown';
export type { Finding, ProbeState, Quote, Remedy, Text } from './model';
export { formatText, renderIssueReport, type ReportOptions } from './report';
export { readHostTarget, renderTargets, targetLines, toTarget } from './to-target';
