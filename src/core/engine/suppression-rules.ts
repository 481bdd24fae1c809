import type { RuleInfo } from '../rules/model';

const COMMENTS = `A comment on a line of its own above an instruction silences rules for that instruction; among the continued lines
of a RUN it silences them for the next line; \`ignore-file\` anywhere silences them for the whole file:

\`\`\`Dockerfile
# trtc ignore=tensorrt-engine-copied -- built on the machine that runs it
COPY model.engine /models/
\`\`\`

Several rules are separated by commas. A family (\`image\`, \`cuda\`, \`cudnn\`, \`tensorrt\` …) stands for all its rules. What follows
\`--\` is the reason, for the next reader. In requirements files and shell scripts the comment may also stand behind the line itself.
In Compose and bake files it silences the line below it with all that is indented under that line, in devcontainer.json
(\`// trtc ignore=…\`) the next property; behind a line it silences that line.
Put \`ignore-file\` below \`# syntax=\` and \`# escape=\`: Docker honours those only before any other comment.`;

/** A suppression comment that has nothing to suppress. */
export const suppressionUnused: RuleInfo = {
  id: 'suppression-unused',
  family: 'suppression',
  severity: 'information',
  summary: 'A suppression comment that silences no finding.',
  messages: { unused: 'Nothing to suppress: {rule} reports nothing here.' },
  docs: {
    what: `A \`# trtc ignore=…\` comment names a rule that has no finding where the comment applies.\n\n${COMMENTS}`,
    why: 'A comment that outlives its finding hides the next one.',
    instead: 'Remove the name, or the whole comment.',
    silent: 'A rule that is turned off in the settings still counts as reporting.',
  },
  examples: [
    {
      kind: 'bad',
      title: 'the file that was copied is no longer an engine',
      text: 'FROM nvidia/cuda:12.4.1-base-ubuntu22.04\n# trtc ignore=«tensorrt-engine-copied» -- same GPU everywhere\nCOPY model.onnx /models/\n',
      messageId: 'unused',
      fixed: 'FROM nvidia/cuda:12.4.1-base-ubuntu22.04\nCOPY model.onnx /models/\n',
    },
    {
      kind: 'good',
      title: 'a finding is silenced',
      text: 'FROM nvidia/cuda:12.4.1-base-ubuntu22.04\n# trtc ignore=tensorrt-engine-copied -- same GPU everywhere\nCOPY model.engine /models/\n',
    },
  ],
};

/** A suppression comment that names no rule. */
export const suppressionUnknownRule: RuleInfo = {
  id: 'suppression-unknown-rule',
  family: 'suppression',
  severity: 'information',
  summary: 'A suppression comment that names a rule which does not exist.',
  messages: {
    unknown: 'There is no rule {name}; this comment suppresses nothing.',
    misspelt: 'There is no rule {name}; did you mean {closest}?',
  },
  docs: {
    what: 'A `# trtc ignore=…` comment holds a name that is no rule, no former name of a rule and no family.',
    why: 'The finding that it was to silence is still reported.',
    instead: 'Write the id as `trtc explain` lists it.',
  },
  examples: [
    {
      kind: 'bad',
      title: 'a letter is missing',
      text: 'FROM nvidia/cuda:12.4.1-base-ubuntu22.04\n# trtc ignore=«tensorrt-engine-copid»\nCOPY model.engine /models/\n',
      messageId: 'misspelt',
      fixed: 'FROM nvidia/cuda:12.4.1-base-ubuntu22.04\n# trtc ignore=tensorrt-engine-copied\nCOPY model.engine /models/\n',
    },
    {
      kind: 'bad',
      title: 'a name of another linter',
      text: 'FROM ubuntu:22.04\n# trtc ignore=«DL3008»\nRUN apt-get update && apt-get install -y curl\n',
      messageId: 'unknown',
      fixed: 'FROM ubuntu:22.04\nRUN apt-get update && apt-get install -y curl\n',
    },
    {
      kind: 'good',
      title: 'a whole family',
      text: 'FROM nvidia/cuda:12.4.1-base-ubuntu22.04\n# trtc ignore=tensorrt -- engines are rebuilt nightly\nCOPY model.engine /models/\n',
    },
  ],
};
