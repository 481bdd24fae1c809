// Compiled by the image's own nvcc, then run: y[i] = 2 * y[i] + 1. Exit status 0 when the result is right.
#include <cstdio>
#include <cuda_runtime.h>

__global__ void scale(float *values, int count) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < count) values[i] = 2.0f * values[i] + 1.0f;
}

static bool failed(cudaError_t status, const char *what) {
  if (status == cudaSuccess) return false;
  printf("CUDA error %d (%s) in %s: %s\n", (int)status, cudaGetErrorName(status), what, cudaGetErrorString(status));
  return true;
}

int main() {
  const int count = 1024;
  float values[count];
  for (int i = 0; i < count; i++) values[i] = (float)i;
  float *memory = nullptr;
  if (failed(cudaMalloc((void **)&memory, sizeof values), "cudaMalloc")) return 1;
  if (failed(cudaMemcpy(memory, values, sizeof values, cudaMemcpyHostToDevice), "cudaMemcpy")) return 1;
  scale<<<(count + 127) / 128, 128>>>(memory, count);
  if (failed(cudaGetLastError(), "the launch")) return 1;
  if (failed(cudaDeviceSynchronize(), "the kernel")) return 1;
  if (failed(cudaMemcpy(values, memory, sizeof values, cudaMemcpyDeviceToHost), "cudaMemcpy")) return 1;
  for (int i = 0; i < count; i++) {
    if (values[i] != 2.0f * i + 1.0f) {
      printf("value %d is %g where %g is right\n", i, values[i], 2.0f * i + 1.0f);
      return 1;
    }
  }
  cudaDeviceProp about;
  if (cudaGetDeviceProperties(&about, 0) == cudaSuccess) printf("kernel ran on %s, compute capability %d.%d\n", about.name, about.major, about.minor);
  return 0;
}
