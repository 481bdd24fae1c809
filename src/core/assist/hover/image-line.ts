import { decodeImage } from '../../image/decode';
import type { Card } from '../card';
import { describeImage } from './image';

/** `image: nvidia/cuda:12.4.1-base-ubuntu22.04` of a Compose file, `"image": "…"` of devcontainer.json. */
const IMAGE = /^\s*"?image"?\s*:\s*["']?([^\s"'#,]+)/;

/** The image that the line at `offset` (UTF-16 code units) names, where the place is in its name and something is known of it. */
export function describeImageLineAt(text: string, offset: number): Card | undefined {
  const lineStart = text.lastIndexOf('\n', offset - 1) + 1;
  const match = IMAGE.exec(text.slice(lineStart).split('\n', 1)[0] ?? '');
  const name = match?.[1] ?? '';
  // With a variable in it the name is not what stands there.
  if (match === null || name.includes('$')) return undefined;
  const start = lineStart + match[0].length - name.length;
  if (offset < start || offset > start + name.length) return undefined;
  const image = decodeImage(name);
  const at = offset - start - (image?.reference.tagRange?.start ?? 0);
  return image && describeImage(image, { start, end: start + name.length }, image.parts.find(({ range }) => range.start <= at && at <= range.end));
}
