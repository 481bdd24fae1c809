import { describe, expect, it } from 'vitest';
import { nameSource } from '../../../src/core/facts/evidence';
import { formatText } from '../../../src/core/l10n/message';

describe('the name of a source', () => {
  it.each([
    ['https://endoflife.date/ubuntu', 'https://endoflife.date/ubuntu'],
    ['public file 123', 'a file of a public repository'],
    ['public file 123 and public file 45 (apt-cache policy tensorrt)', 'a file of a public repository'],
    ['stored GitHub file id 71551558662 (docker inspect pytorch:21.12-py3)', 'a file of a public repository'],
    ['release notes of 13.3 as quoted in public file 123456', 'a file of a public repository'],
    ['public files that use the tag: 123,456 (pinned by digest)', 'files of public repositories that use the tag'],
    ['NGC image label, id 123456789', 'NGC image label'],
    ['compute-capability tables in public repos (public file 123, 456)', 'compute-capability tables in public repos'],
    ['https://example.com/a (labels, as kept in public files)', 'https://example.com/a (labels, as kept in public files)'],
    ['spack cuda.py (public file 123), CMake @031593de', 'spack cuda.py, CMake @031593de'],
  ])('%s is shown as %s', (source, shown) => {
    expect(formatText(nameSource({ source }))).toBe(shown);
  });
});
