# syntax=docker/dockerfile:1.7
# check=skip=JSONArgsRecommended
ARG CUDA_VERSION=11.6.2
ARG OS_VERSION=20.04
FROM nvidia/cuda:${CUDA_VERSION}-cudnn8-devel-ubuntu${OS_VERSION} AS base

ARG CUDA_VERSION
ARG TRT_VERSION=8.4.1.5 PYTHON_VERSION=3.8
ENV DEBIAN_FRONTEND=noninteractive \
    # where the libraries are
    LD_LIBRARY_PATH=/usr/local/cuda-${CUDA_VERSION%.*}/lib64:${LD_LIBRARY_PATH:-} \
    PATH="/usr/local/cuda/bin:$PATH"
ENV TRT_HOME /opt/tensorrt

RUN --mount=type=cache,target=/var/cache/apt,sharing=locked \
    apt-get update && apt-get install -y --no-install-recommends \
        libnvinfer8=${TRT_VERSION:0:5}-1+cuda11.6 \
        # parsers come next

        libnvinfer-plugin8=8.4.1-1+cuda11.6 libnvparsers8 \
        "python3-libnvinfer=8.4.1-1+cuda${CUDA_VERSION%.*}" && \
    apt-mark hold libnvinfer8 'libnvinfer-plugin8' && \
    rm -rf /var/lib/apt/lists/*

RUN if [ "${CUDA_VERSION:0:2}" = "11" ]; then \
      pip3 install torch==1.13.1+cu116 -f https://download.pytorch.org/whl/torch_stable.html; \
    else \
      pip3 install "torch>=2.0,<2.2" --extra-index-url https://download.pytorch.org/whl/cu118; \
    fi
