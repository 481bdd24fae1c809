import { allCudaImages, findCudaImage } from '../../facts/cuda-images';
import { distributionsChecked, findDistribution } from '../../facts/distributions';
import type { Evidence } from '../../facts/evidence';
import type { DecodedImage } from '../../image/model';
import { nearestServedCudaTags, type CudaImageWish } from '../../image/suggest';
import { msg } from '../../l10n/message';
import { compareDotted, majorMinorOf } from '../../version/dotted';

export interface CudaTagChoice {
  readonly tag: string;
  /** Differs from what was asked for in nothing but the patch number of CUDA. */
  readonly patchOnly: boolean;
}

/** True for nvidia/cuda itself, on Docker Hub or NGC, whose tags the tables list. */
export function isCudaImage({ canonical }: Pick<DecodedImage, 'canonical'>): boolean {
  return canonical === 'nvidia/cuda' || canonical === 'nvcr.io/nvidia/cuda';
}

/** What the tag of an nvidia/cuda image asks for; `latest` was a devel image on the newest Ubuntu. */
export function wishOf(image: DecodedImage): CudaImageWish {
  const part = (kind: DecodedImage['parts'][number]['kind']): string | undefined => image.parts.find((one) => one.kind === kind)?.value;
  const os = image.components.find(({ kind }) => kind === 'os');
  const derived = os?.name !== undefined && 'version' in os.version ? `${os.name}${os.version.version}` : undefined;
  return {
    cuda: part('cuda'),
    flavor: image.flavor ?? 'devel',
    cudnn: part('cudnn')?.slice('cudnn'.length),
    os: part('os') ?? derived ?? newestUbuntu(),
  };
}

/** The end of a distribution's standard support, when it was past on the day the table was read; undefined otherwise. */
export function endOfSupport(os: string): { readonly date: string; readonly evidence: Evidence } | undefined {
  const row = findDistribution(os);
  const checked = distributionsChecked();
  const date = row?.standardEol ?? undefined;
  if (row === undefined || date === undefined || date > checked) return undefined;
  return { date, evidence: { fact: msg`Standard support of ${os} ended on ${date}`, source: row.source, checked } };
}

/** Served tags that come near to a wish, best first: the nearest of all, and the nearest on another distribution that is supported. */
export function nearestCudaTags(wish: CudaImageWish): readonly CudaTagChoice[] {
  const tags = nearestServedCudaTags(wish);
  const first = tags[0];
  if (first === undefined) return [];
  const os = findCudaImage(first)?.os;
  const other = tags.find((tag) => {
    const its = findCudaImage(tag)?.os ?? undefined;
    return its !== undefined && its !== os && endOfSupport(its) === undefined;
  });
  return [first, ...(other === undefined ? [] : [other])].map((tag) => ({ tag, patchOnly: isPatchOnly(tag, wish) }));
}

function isPatchOnly(tag: string, { cuda, cudnn, os }: CudaImageWish): boolean {
  const row = findCudaImage(tag);
  const sameCudnn = cudnn === undefined || cudnn === '' || row?.cudnn === cudnn;
  return cuda !== undefined && sameCudnn && row?.os === os && majorMinorOf(row?.cuda ?? '') === majorMinorOf(cuda);
}

function newestUbuntu(): string {
  const served = allCudaImages().flatMap(({ os, status }) => (status === 'served' && os?.startsWith('ubuntu') === true ? [os.slice('ubuntu'.length)] : []));
  return `ubuntu${served.reduce((newest, version) => (compareDotted(version, newest) > 0 ? version : newest), '0')}`;
}
