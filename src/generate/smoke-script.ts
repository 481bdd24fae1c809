/** Name of the script that tests a new container. */
export const SMOKE_SCRIPT = 'smoke-test.sh';
/** The argument with which a missing GPU is a failure. */
export const REQUIRE_GPU = 'require-gpu';

/**
 * A script of POSIX shell that tests the container in which it runs: its GPU, and each of TensorRT, PyTorch, TensorFlow and
 * nvcc that is there. It asks no network, leaves nothing behind, and ends well where there is no GPU unless told otherwise.
 */
export function writeSmokeScript(): string {
  return String.raw`#!/bin/sh
# Tests this container: its GPU, and the libraries that are in it. It may be run again at any time.
# With the argument ${REQUIRE_GPU} a missing GPU is a failure.
failed=0

run_test() {
  title=$1
  shift
  if output=$("$@" 2>&1); then
    echo "ok      $title $(echo "$output" | tail -n 1)"
  else
    echo "failed  $title"
    echo "$output" | tail -n 5 | sed 's/^/        /'
    failed=1
  fi
}

gpus=$(nvidia-smi -L 2>&1)
if echo "$gpus" | grep -q '^GPU '; then
  echo "$gpus"
elif [ "${'$'}{1:-}" = ${REQUIRE_GPU} ]; then
  echo "failed  nvidia-smi shows no GPU: $gpus"
  exit 1
else
  echo 'nvidia-smi shows no GPU here: nothing more is tested.'
  exit 0
fi

for python in python3 python; do
  if command -v "$python" >/dev/null; then break; fi
done
has_module() {
  "$python" -c "import importlib.util, sys; sys.exit(importlib.util.find_spec('$1') is None)" >/dev/null 2>&1
}

# A builder is made on the GPU: it fails where driver and TensorRT do not fit.
if has_module tensorrt; then
  run_test TensorRT "$python" -c 'import tensorrt
assert tensorrt.Builder(tensorrt.Logger(tensorrt.Logger.ERROR)), "no builder was made"
print(tensorrt.__version__)'
fi
if has_module torch; then
  run_test PyTorch "$python" -c 'import torch
assert torch.ones(2, device="cuda").sum().item() == 2, "the sum is wrong"
print(torch.__version__)'
fi
if has_module tensorflow; then
  run_test TensorFlow "$python" -c 'import tensorflow
assert tensorflow.config.list_physical_devices("GPU"), "TensorFlow sees no GPU"
print(tensorflow.__version__)'
fi

PATH=$PATH:/usr/local/cuda/bin
if command -v nvcc >/dev/null; then
  folder=$(mktemp -d)
  trap 'rm -rf "$folder"' EXIT
  cat >"$folder/add.cu" <<'END'
#include <cstdio>
__global__ void add(int *sum) { atomicAdd(sum, 1); }
int main() {
  int *sum, result = 0;
  if (cudaMalloc(&sum, sizeof(int)) != cudaSuccess || cudaMemset(sum, 0, sizeof(int)) != cudaSuccess) { std::printf("no memory on the GPU\n"); return 1; }
  add<<<1, 32>>>(sum);
  cudaError_t error = cudaMemcpy(&result, sum, sizeof(int), cudaMemcpyDeviceToHost);
  std::printf("%s\n", error == cudaSuccess ? "runs its program" : cudaGetErrorString(error));
  return error != cudaSuccess || result != 32;
}
END
  run_test nvcc sh -c 'nvcc -o "$1/add" "$1/add.cu" && "$1/add"' sh "$folder"
fi
exit $failed
`;
}
