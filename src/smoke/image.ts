// What checks ask of an image.
import type { ComponentKind } from '../core/stack/model';
import type { SmokeImage } from './model';

/** Whether a part lies in the image, or its Dockerfile says that it should. */
export function holds({ scan, predicted }: SmokeImage, ...kinds: readonly ComponentKind[]): boolean {
  return [...scan.components, ...(predicted?.components ?? [])].some(({ kind }) => kinds.includes(kind));
}

/** The path of a program that the scan has seen. */
export function programIn({ scan }: SmokeImage, name: string): string | undefined {
  return scan.programs.find((program) => program.name === name)?.path;
}

/** Whether some Python has one of the packages, by their names in normal form. */
export function hasPackage({ scan }: SmokeImage, names: readonly string[]): boolean {
  return scan.pythons.some(({ packages }) => packages.some(({ name }) => names.includes(name)));
}

/** Whether there is a Python to start. */
export function hasPython(image: SmokeImage): boolean {
  return programIn(image, 'python3') !== undefined || programIn(image, 'python') !== undefined || image.scan.pythons.some(({ program }) => program !== null);
}

/** Pythons to try, the ones that have a package first. */
export function pythonsFor({ scan }: SmokeImage, packages: readonly string[] = []): readonly string[] {
  const programs = [...scan.pythons]
    .sort((a, b) => Number(owns(b.packages)) - Number(owns(a.packages)))
    .flatMap(({ program }) => program ?? []);
  const named = scan.programs.filter(({ name }) => name === 'python3' || name === 'python').map(({ path }) => path);
  const owned = scan.pythons.some(({ packages: all }) => owns(all));
  return [...new Set(owned ? [...programs, ...named, 'python3', 'python'] : [...named, 'python3', 'python', ...programs])];

  function owns(all: readonly { readonly name: string }[]): boolean {
    return all.some(({ name }) => packages.includes(name));
  }
}

/** A variable of the image's environment. */
export function variableOf({ environment }: SmokeImage, name: string): string | undefined {
  return environment.findLast((entry) => entry.startsWith(`${name}=`))?.slice(name.length + 1);
}

/**
 * Whether the container toolkit brings the driver's libraries of a kind. Without the variable it brings `utility` and
 * `compute` (https://docs.nvidia.com/datacenter/cloud-native/container-toolkit/latest/docker-specialized.html).
 */
export function promises(image: SmokeImage, capability: 'compute' | 'utility' | 'video' | 'graphics' | 'display'): boolean {
  const written = variableOf(image, 'NVIDIA_DRIVER_CAPABILITIES') ?? '';
  const capabilities = written === '' ? ['utility', 'compute'] : written.split(',').map((word) => word.trim());
  return capabilities.includes('all') || capabilities.includes(capability);
}

/** Names of the packages that bring a Python module, in normal form. */
export const MODULE_PACKAGES: Readonly<Record<'tensorrt' | 'torch' | 'tensorflow' | 'onnxruntime', readonly string[]>> = {
  tensorrt: ['tensorrt', 'tensorrt-cu11', 'tensorrt-cu12', 'tensorrt-cu13', 'tensorrt-bindings', 'tensorrt-cu11-bindings', 'tensorrt-cu12-bindings', 'tensorrt-cu13-bindings'],
  torch: ['torch'],
  tensorflow: ['tensorflow', 'tensorflow-gpu', 'nvidia-tensorflow', 'tf-nightly', 'tf-nightly-gpu', 'tensorflow-cpu'],
  onnxruntime: ['onnxruntime', 'onnxruntime-gpu', 'onnxruntime-training'],
};
