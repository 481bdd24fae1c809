// The engine's account of its disk, which has two forms.
import { clientOf, type Engine } from './connect';
import type { ContainerRow, ImageRow } from './inventory';
import type { Transport } from './transport';

/** Of `GET /system/df` what is used here; engines leave out what they do not have. */
export interface DiskAnswer {
  /** Of all layers together, each counted once. */
  readonly layersBytes: number | undefined;
  readonly images: readonly ImageRow[];
  readonly containers: readonly (ContainerRow & { readonly SizeRw?: number; readonly Mounts?: readonly { readonly Type?: string; readonly Name?: string }[] | null })[];
  readonly volumes: readonly { readonly Name: string; readonly Labels?: Readonly<Record<string, string>> | null; readonly UsageData?: { readonly Size?: number; readonly RefCount?: number } | null }[];
  readonly buildCache: readonly {
    readonly ID: string;
    readonly Type?: string;
    readonly Description?: string;
    readonly Size?: number;
    readonly InUse?: boolean;
    readonly Shared?: boolean;
    readonly LastUsedAt?: string | null;
  }[];
}

type Rows<Kind extends keyof DiskAnswer> = DiskAnswer[Kind] | null;

/** Up to API 1.51; in 1.52 in both forms, from 1.53 on no more (https://docs.docker.com/reference/api/engine/version-history/). */
interface OldForm {
  readonly LayersSize?: number;
  readonly Images?: Rows<'images'>;
  readonly Containers?: Rows<'containers'>;
  readonly Volumes?: Rows<'volumes'>;
  readonly BuildCache?: Rows<'buildCache'>;
}

/** From API 1.52 on; the items are there when `verbose` is asked. */
interface NewForm {
  readonly ImageUsage?: { readonly TotalSize?: number; readonly Items?: Rows<'images'> };
  readonly ContainerUsage?: { readonly Items?: Rows<'containers'> };
  readonly VolumeUsage?: { readonly Items?: Rows<'volumes'> };
  readonly BuildCacheUsage?: { readonly Items?: Rows<'buildCache'> };
}

/** Asks for the account with all its rows: one call, which takes the engine seconds where its disk is large. */
export async function askForDisk(engine: Engine, signal?: AbortSignal): Promise<DiskAnswer> {
  // dockerode's own call cannot say `verbose`; older engines pass over it.
  const { modem } = clientOf(engine) as unknown as { readonly modem: Transport };
  const answer = await new Promise<OldForm & NewForm>((resolve, reject) => {
    modem.dial({ path: '/system/df?', method: 'GET', options: { _query: { verbose: true } }, ...(signal && { abortSignal: signal }) }, (error, value) => (error === null ? resolve(value as OldForm & NewForm) : reject(error)));
  });
  return {
    layersBytes: answer.ImageUsage?.TotalSize ?? answer.LayersSize,
    images: answer.ImageUsage?.Items ?? answer.Images ?? [],
    containers: answer.ContainerUsage?.Items ?? answer.Containers ?? [],
    volumes: answer.VolumeUsage?.Items ?? answer.Volumes ?? [],
    buildCache: answer.BuildCacheUsage?.Items ?? answer.BuildCache ?? [],
  };
}
