import { describe, expect, it, vi } from 'vitest';
import { renderStageGraph } from '../../../src/client/stack/stage-graph-page';
import { describeStack } from '../../../src/core/engine/stack-output';
import { analyse } from '../../../src/core/engine/analyse';

vi.mock('vscode', () => ({}));

const TEXTS = { language: 'en', title: 'Stages', empty: 'No stage.', stage: 'Stage {0}', from: 'from {0}', copies: 'copies from {0}', based: 'begins with {0}', nothing: 'Nothing known.', line: 'line {0}', translations: undefined };

function render(text: string): string {
  const { stack } = analyse(text, 'Dockerfile', {});
  return renderStageGraph(stack === undefined ? [] : describeStack(stack).stages, 'NONCE', TEXTS);
}

const BUILD = 'FROM nvidia/cuda:12.4.1-devel-ubuntu22.04 AS build\nRUN make\n';

describe('the page of the stage graph', () => {
  it('says in words on each card what the arrows draw', () => {
    const page = render(`${BUILD}FROM nvidia/cuda:12.4.1-runtime-ubuntu22.04 AS base\nFROM base\nCOPY --from=build /a /a\n`);
    expect(page.match(/<button id="stage-\d" data-line="(\d)">/g)).toHaveLength(3);
    expect(page).toContain('begins with base, copies from build, line 4');
    expect(page.match(/<path class="copy"/g)).toHaveLength(1);
    expect(page).toContain('<span>CUDA 12.4.1</span>');
  });

  it('has a way for each copy, one beside the other', () => {
    const page = render(`${BUILD}FROM ubuntu:22.04\nCOPY --from=build /a /a\nFROM ubuntu:22.04\nCOPY --from=build /b /b\n`);
    const lanes = [...page.matchAll(/class="copy"[^>]* H(\d+) V/g)].map(([, x]) => x);
    expect(new Set(lanes).size).toBe(2);
  });

  it('leads a base around the stages between, which have nothing to do with it', () => {
    const page = render(`${BUILD}FROM build AS near\nFROM build AS far\nFROM near AS other\n`);
    const ways = [...page.matchAll(/<path marker-end="url\(#head\)" d="([^"]*)"/g)].map(([, way]) => (way ?? '').replace(/[\d.]+/g, '').replaceAll(' ', ''));
    expect(ways).toEqual(['MV', 'MHVH', 'MHVH']);
    const lanes = [...page.matchAll(/d="M\d+ \d+ H(\d+) V\d+ H\d+"/g)].map(([, x]) => Number(x));
    expect(new Set(lanes).size).toBe(2);
    expect(Math.min(...lanes)).toBeGreaterThan(0);
  });

  it('breaks a long base before its tag, which is what tells stages apart', () => {
    const page = render(`${BUILD}FROM ubuntu:22.04\nFROM my-registry.example.com:5000/team/a-base-image-without-tag\n`);
    expect([...page.matchAll(/<span class="from"[^>]*>([^<]*)</g)].map(([, text]) => text)).toEqual(['from nvidia/cuda:', '12.4.1-devel-ubuntu22.04', 'from ubuntu:22.04', 'from my-registry.example.com:5000/team/a-base-image-without-tag']);
    // The card is a line higher for it: ten lines, and the next card below the gap.
    const heights = [...page.matchAll(/#stage-\d \{ top: (\d+)px; height: (\d+)px/g)].map(([, top, height]) => [Number(top), Number(height)] as const);
    expect(heights[1]?.[0]).toBeGreaterThan((heights[0]?.[0] ?? 0) + (heights[0]?.[1] ?? 0));
    expect(page.match(/<button id="stage-0".*?<\/button>/)?.[0].match(/<(?:span|strong)(?! class="hidden")/g)).toHaveLength(((heights[0]?.[1] ?? 0) - 18) / 20);
  });

  it('shows words of a Dockerfile as text, and lets no script in but its own', () => {
    const page = render('FROM "<img/src=x\u202e>" AS a\n');
    expect(page).not.toContain('<img');
    expect(page).not.toContain('\u202e');
    expect(page).toContain("default-src 'none'; style-src 'nonce-NONCE'; script-src 'nonce-NONCE'");
    expect(page.match(/<script/g)).toEqual(['<script']);
    expect(page).toContain('<script nonce="NONCE">');
  });

  it('names its language, and says where there is nothing to draw', () => {
    expect(render('# nothing\n')).toContain('<p>No stage.</p>');
    expect(render('')).toContain('<html lang="en">');
  });
});
