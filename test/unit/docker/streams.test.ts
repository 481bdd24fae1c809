import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DockerError } from '../../../src/docker/errors';
import { followTransfer, readJsonLines, readText, type TransferProgress } from '../../../src/docker/streams';

function frame(stream: 1 | 2, text: string): Buffer {
  const content = Buffer.from(text);
  const header = Buffer.alloc(8);
  header[0] = stream;
  header.writeUInt32BE(content.length, 4);
  return Buffer.concat([header, content]);
}

/** The bytes as they may come over a connection: in pieces of any size. */
async function* inPieces(bytes: Buffer, sizes: readonly number[]): AsyncGenerator<Buffer> {
  for (let at = 0, index = 0; at < bytes.length; index++) {
    const size = sizes[index % sizes.length] ?? 1;
    yield bytes.subarray(at, at + size);
    at += size;
    await Promise.resolve();
  }
}

async function collect(chunks: AsyncIterable<Buffer>, tty: boolean): Promise<{ stdout: string; stderr: string }> {
  const all = { stdout: '', stderr: '' };
  for await (const { stream, text } of readText(chunks, tty)) {
    expect(text).not.toContain('\uFFFD');
    all[stream] += text;
  }
  return all;
}

describe('readText', () => {
  it('takes two streams apart, however the bytes are cut', async () => {
    const bytes = Buffer.concat([frame(1, 'größe '), frame(2, 'fehler: 🚫'), frame(1, ''), frame(1, '日本語\n'), frame(2, '\n')]);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 20 }), async (sizes) => {
        expect(await collect(inPieces(bytes, sizes), false)).toEqual({ stdout: 'größe 日本語\n', stderr: 'fehler: 🚫\n' });
      }),
    );
  });

  it('gives what comes of a terminal as it is', async () => {
    expect(await collect(inPieces(Buffer.from('\u0001é\r\n'), [1]), true)).toEqual({ stdout: '\u0001é\r\n', stderr: '' });
  });

  it('passes a long frame on in pieces and holds none of it back', async () => {
    const pieces: number[] = [];
    for await (const { text } of readText(inPieces(frame(1, 'x'.repeat(100_000)), [1_000]), false)) pieces.push(text.length);
    expect(Math.max(...pieces)).toBeLessThanOrEqual(1_000);
    expect(pieces.reduce((sum, length) => sum + length, 0)).toBe(100_000);
  });
});

describe('readJsonLines', () => {
  it('reads objects line by line and passes over what is none', async () => {
    const seen: unknown[] = [];
    for await (const value of readJsonLines(inPieces(Buffer.from('{"a":"ü"}\r\n\nnot json\n3\n{"b":2}\n{"cut":'), [3]))) seen.push(value);
    expect(seen).toEqual([{ a: 'ü' }, { b: 2 }]);
  });

  it('does not gather a line without end', async () => {
    const seen: unknown[] = [];
    const endless = Buffer.concat([Buffer.from('x'.repeat(3 * 1024 * 1024)), Buffer.from('\n{"a":1}\n')]);
    for await (const value of readJsonLines(inPieces(endless, [65_536]))) seen.push(value);
    expect(seen).toEqual([{ a: 1 }]);
  });
});

describe('followTransfer', () => {
  it('tells layers, bytes and words', async () => {
    const seen: TransferProgress[] = [];
    const lines = '{"status":"Pulling from library/busybox","id":"latest"}\n{"status":"Downloading","progressDetail":{"current":5,"total":10},"id":"ab"}\n{"status":"Digest: sha256:1"}\n';
    await followTransfer(inPieces(Buffer.from(lines), [7]), (progress) => seen.push(progress));
    expect(seen).toEqual([
      { layer: 'latest', text: 'Pulling from library/busybox', doneBytes: null, totalBytes: null },
      { layer: 'ab', text: 'Downloading', doneBytes: 5, totalBytes: 10 },
      { layer: null, text: 'Digest: sha256:1', doneBytes: null, totalBytes: null },
    ]);
  });

  it('throws the failure that the stream reports', async () => {
    const lines = '{"status":"The push refers to repository [x/y]"}\n{"errorDetail":{"message":"denied"},"error":"denied"}\n';
    await expect(followTransfer(inPieces(Buffer.from(lines), [9]), () => undefined)).rejects.toEqual(new DockerError({ kind: 'api', status: null, detail: 'denied' }));
  });

  it('throws it where the engine writes its newer form alone', async () => {
    const lines = '{"errorDetail":{"message":"denied"}}\n';
    await expect(followTransfer(inPieces(Buffer.from(lines), [9]), () => undefined)).rejects.toEqual(new DockerError({ kind: 'api', status: null, detail: 'denied' }));
  });
});
