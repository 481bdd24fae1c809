// What the rest of the project uses of the host check.
export { addTarget } from './add-target';
export { askEngine } from './ask-engine';
export { judgeHost, sortFindings } from './check';
export { collectHost } from './collect';
export type { HostEvidence } from './evidence';
export { judgeImage, type ImageVerdict } from './judge-image';
export { toMarkdownBlock, toMarkdownLine } from './markdown';
export type { Finding, ProbeState } from './model';
export { listPrivate, redact, redactFindings } from './redact';
export { renderIssueReport } from './report';
export { readHostTarget, renderTargets, toTarget } from './to-target';
