import { isInside } from '../text/path';
import type { Location } from '../text/range';
import type { Component, ComponentKind } from './model';
import { keyOf } from './python-root';

/** Which components lie below a path of an image; `undefined` kinds stand for all of them. */
const carried: readonly { readonly pattern: RegExp; readonly kinds: readonly ComponentKind[] | 'all' | 'python-packages' }[] = [
  { pattern: /\.(?:engine|plan|trt)$/, kinds: [] },
  { pattern: /libnvinfer_builder_resource/, kinds: [] },
  { pattern: /libnv(?:infer|onnxparser|parsers)[^/]*$/, kinds: ['tensorrt'] },
  { pattern: /(?:^|\/)trtexec$/, kinds: ['trtexec'] },
  { pattern: /\/NvInfer[^/]*$/, kinds: ['tensorrt-headers'] },
  { pattern: /tensorrt[^/]*\/?$/i, kinds: ['tensorrt', 'tensorrt-headers', 'tensorrt-python', 'trtexec'] },
  { pattern: /libcudnn[^/]*$/, kinds: ['cudnn'] },
  { pattern: /\/cudnn[^/]*\.h$/, kinds: ['cudnn-headers'] },
  { pattern: /libnccl[^/]*$/, kinds: ['nccl'] },
  { pattern: /libcublas[^/]*$/, kinds: ['cublas'] },
  { pattern: /libcudart[^/]*$/, kinds: ['cudart'] },
  { pattern: /^\/usr\/local\/cuda[^/]*\/?\*?$/, kinds: ['cuda', 'cudart', 'nvcc', 'cuda-headers', 'cublas'] },
  { pattern: /^\/usr\/local\/cuda[^/]*\/(?:targets\/[^/]+\/lib|lib64|lib)\/?\*?$/, kinds: ['cudart', 'cublas'] },
  { pattern: /^\/usr\/local\/cuda[^/]*\/(?:bin|nvvm)\/?\*?$/, kinds: ['nvcc'] },
  { pattern: /^\/usr\/local\/cuda[^/]*\/include\/?\*?$/, kinds: ['cuda-headers'] },
  { pattern: /^\/usr\/local\/?\*?$/, kinds: ['cuda', 'cudart', 'nvcc', 'cuda-headers', 'cublas', 'torch', 'tensorflow', 'onnxruntime', 'torch-tensorrt', 'tensorrt-python'] },
  { pattern: /(?:site|dist)-packages\/?\*?$|^\/(?:opt|root|home\/[^/]+)\/(?:[^/]+\/)*\.?(?:venv|conda|miniconda3?|env)\/?\*?$|^\/usr\/local\/lib\/?\*?$|^\/usr\/local\/lib\/python[\d.]+\/?$/, kinds: 'python-packages' },
  { pattern: /^\/(?:usr\/?|usr\/lib\/?|usr\/lib\/x86_64-linux-gnu\/?|lib\/?)?\*?$/, kinds: 'all' },
];

const pythonPackages: readonly ComponentKind[] = ['torch', 'tensorflow', 'onnxruntime', 'torch-tensorrt', 'tensorrt-python', 'tensorrt-llm', 'jax'];

/** Below an environment only these hold its packages. */
const PACKAGES = /\/lib(?:64)?(?:\/python[\d.]+(?:\/(?:site|dist)-packages)?)?$/;

/**
 * The components of another stage or image that `COPY --from` of `source` (absolute, globs allowed) brings along,
 * as components of this stage placed at `where`. Python packages come only with folders that hold them: the one that
 * `roots` names for the place where they were installed, else those that Pythons of the system have.
 */
export function copiedComponents(source: string, components: readonly Component[], roots: ReadonlyMap<string, string>, where: Location): readonly Component[] {
  const rule = carried.find(({ pattern }) => pattern.test(source));
  const folder = source.replace(/(?<=.)\/\*?$/, '');
  return components
    .filter((item) => {
      const root = roots.get(keyOf(item.where));
      if (root !== undefined) return isInside(folder, root) || (isInside(root, folder) && PACKAGES.test(folder));
      if (rule === undefined) return false;
      if (rule.kinds === 'all') return item.kind !== 'os' && item.kind !== 'python' && item.kind !== 'conda';
      if (rule.kinds === 'python-packages') return pythonPackages.includes(item.kind) || ((item.via === 'pip' || item.via === 'conda') && item.kind !== 'python');
      return rule.kinds.includes(item.kind);
    })
    .map((item) => ({ ...item, via: 'copy' as const, where, certainty: item.certainty === 'stated' ? 'derived' : item.certainty }));
}
