// A container of a smoke test as a Job: the same script, so that results are read from its log in the same way.
// batch/v1, v1 and networking.k8s.io/v1: https://kubernetes.io/docs/reference/kubernetes-api/
import { stringify } from 'yaml';
import { FILES } from './files';
import type { ContainerSpec } from './model';

/** Label on all that belongs to one run. */
export const JOB_LABEL = 'tensorrt-containers.run';

/** A finished Job that nobody took away goes by itself after so long. */
const KEPT_SECONDS = 3_600;

/** A Job may wait so long for a GPU and for its image before its own time counts. */
const QUEUE_SECONDS = 1_800;

/**
 * The Job, the ConfigMap with its files, and, for a container without a network, the NetworkPolicy that denies it one.
 * `name` follows RFC 1123 and tells runs apart. Mounts of the machine are not carried over: a cluster has other machines.
 */
export function jobManifests({ image, argv, env, gpu, network, memoryBytes, timeoutMs, user, workdir, files }: ContainerSpec, name: string): readonly object[] {
  const labels = { 'app.kubernetes.io/managed-by': 'trtc', [JOB_LABEL]: name };
  const metadata = { name, labels };
  const gpus = gpu.how === 'none' ? 0 : gpu.devices === 'all' ? 1 : typeof gpu.devices === 'number' ? gpu.devices : gpu.devices.length;
  const resources = { limits: { memory: String(memoryBytes), ...(gpus > 0 && { 'nvidia.com/gpu': String(gpus) }) } };
  const numeric = user !== undefined && /^\d+(:\d+)?$/.test(user) ? user.split(':').map(Number) : [];
  const container = {
    name: 'smoke',
    image,
    command: argv,
    ...(workdir !== undefined && { workingDir: workdir }),
    env: Object.entries(env).map(([key, value]) => ({ name: key, value })),
    resources,
    securityContext: {
      allowPrivilegeEscalation: false,
      privileged: false,
      ...(numeric[0] !== undefined && { runAsUser: numeric[0] }),
      ...(numeric[1] !== undefined && { runAsGroup: numeric[1] }),
    },
    volumeMounts: [
      { name: 'files', mountPath: FILES, readOnly: true },
      { name: 'work', mountPath: '/trtc-smoke/work' },
    ],
  };
  const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
  const texts = files.filter(({ content }) => typeof content === 'string');
  const binaries = files.filter(({ content }) => typeof content !== 'string');
  return [
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata,
      data: Object.fromEntries(texts.map(({ path, content }) => [nameOf(path), content])),
      binaryData: Object.fromEntries(binaries.map(({ path, content }) => [nameOf(path), typeof content === 'string' ? content : content.toString('base64')])),
    },
    ...(network === 'none'
      ? [{ apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata, spec: { podSelector: { matchLabels: { [JOB_LABEL]: name } }, policyTypes: ['Ingress', 'Egress'] } }]
      : []),
    {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata,
      spec: {
        backoffLimit: 0,
        activeDeadlineSeconds: Math.ceil(timeoutMs / 1000) + QUEUE_SECONDS,
        ttlSecondsAfterFinished: KEPT_SECONDS,
        template: {
          metadata: { labels },
          spec: {
            restartPolicy: 'Never',
            automountServiceAccountToken: false,
            enableServiceLinks: false,
            // Nodes with GPUs are kept free for those who ask for one by a taint of the resource's name; only some clusters
            // tolerate it by themselves (the admission controller ExtendedResourceToleration, kubernetes/kubernetes#55839).
            ...(gpus > 0 && { tolerations: [{ key: 'nvidia.com/gpu', operator: 'Exists', effect: 'NoSchedule' }] }),
            containers: [container],
            volumes: [
              { name: 'files', configMap: { name } },
              { name: 'work', emptyDir: {} },
            ],
          },
        },
      },
    },
  ];
}

/** Manifests as one YAML file. */
export function writeManifests(manifests: readonly object[]): string {
  return manifests.map((manifest) => `---\n${stringify(manifest, { lineWidth: 0 })}`).join('');
}

/** Why a Job's pod does not run yet, in the cluster's words; null while it is merely on its way. */
export function readPodTrouble(pods: unknown): string | null {
  for (const pod of itemsOf(pods)) {
    const status = fieldOf(pod, 'status');
    for (const state of listOf(fieldOf(status, 'containerStatuses'))) {
      const waiting = fieldOf(fieldOf(state, 'state'), 'waiting');
      const reason = fieldOf(waiting, 'reason');
      if (typeof reason === 'string' && /^(ErrImagePull|ImagePullBackOff|InvalidImageName|CreateContainerConfigError|CreateContainerError|RunContainerError)$/.test(reason)) {
        return `${reason}: ${textOf(fieldOf(waiting, 'message'))}`;
      }
    }
    for (const condition of listOf(fieldOf(status, 'conditions'))) {
      // An unschedulable pod may wait for a node that an autoscaler adds, but not for a resource that no node has.
      if (fieldOf(condition, 'reason') === 'Unschedulable') return `Unschedulable: ${textOf(fieldOf(condition, 'message'))}`;
    }
  }
  return null;
}

/** How the container of a Job's pod ended, or why the cluster ended it (`Evicted`, `DeadlineExceeded`, `Preempting`); null where it tells neither. */
export function readPodEnd(pods: unknown): { readonly status: number | null; readonly outOfMemory: boolean; readonly trouble: string | null } | null {
  const [pod] = itemsOf(pods);
  const status = fieldOf(pod, 'status');
  const reason = textOf(fieldOf(status, 'reason'));
  const terminated = fieldOf(fieldOf(listOf(fieldOf(status, 'containerStatuses'))[0], 'state'), 'terminated');
  const code = fieldOf(terminated, 'exitCode');
  if (reason === '' && terminated === undefined) return null;
  return {
    status: typeof code === 'number' ? code : null,
    outOfMemory: fieldOf(terminated, 'reason') === 'OOMKilled',
    trouble: reason === '' ? null : [reason, textOf(fieldOf(status, 'message'))].filter((text) => text !== '').join(': '),
  };
}

/** Phase of the pod of a Job: `Pending`, `Running`, `Succeeded`, `Failed`; null where there is none yet. */
export function readPodPhase(pods: unknown): string | null {
  const phase = fieldOf(fieldOf(itemsOf(pods)[0], 'status'), 'phase');
  return typeof phase === 'string' ? phase : null;
}

function itemsOf(value: unknown): readonly unknown[] {
  return listOf(fieldOf(value, 'items'));
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
