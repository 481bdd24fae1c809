import { describe, expect, it } from 'vitest';
import { nameSource } from '../../../src/core/facts/evidence';
import { formatText } from '../../../src/core/l10n/message';

describe('the name of a source', () => {
  it.each([
    ['https://endoflife.date/ubuntu', 'https://endoflife.date/ubuntu'],
    ['public file 123', 'a file of a public repository'],
    ['public file 123 and public file 45 (apt-cache policy tensorrt)', 'a file of a public repository'],
    ['spack cuda.py (public file 123), CMake @031593de', 'spack cuda.py, CMake @031593de'],
  ])('%s is shown as %s', (source, shown) => {
    expect(formatText(nameSource({ source }))).toBe(shown);
  });
});
