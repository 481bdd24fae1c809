/** Instructions as real GPU Dockerfiles have them, in the order of a real one; `#` stands for a running number. */
const BLOCKS: readonly string[] = [
  `FROM nvidia/cuda:12.4.1-cudnn-devel-ubuntu22.04 AS stage#
`,
  `ARG DEBIAN_FRONTEND=noninteractive
ARG TRT_VERSION=10.3.0.26-1+cuda12.5
ENV LANG=C.UTF-8 \\
    PATH=/opt/app#/bin:$PATH \\
    LD_LIBRARY_PATH=/usr/local/cuda/lib64:$LD_LIBRARY_PATH
`,
  `# Libraries that the build needs
RUN apt-get update && apt-get install -y --no-install-recommends \\
    build-essential \\
    ca-certificates \\
    cmake \\
    curl \\
    git \\
    # pinned with the parsers below
    libnvinfer10=\${TRT_VERSION} \\
    libnvinfer-plugin10=\${TRT_VERSION} \\
    libnvonnxparsers10=\${TRT_VERSION} \\
    python3-pip \\
    && rm -rf /var/lib/apt/lists/*
`,
  `WORKDIR /opt/app#
COPY requirements.txt setup.py ./
RUN python3 -m pip install --no-cache-dir --upgrade pip && \\
    python3 -m pip install --no-cache-dir -r requirements.txt \\
      numpy==1.26.4 "onnx>=1.15,<2" torch==2.4.0 --extra-index-url https://download.pytorch.org/whl/cu124
`,
  `RUN if [ "$(uname -m)" = "x86_64" ]; then ARCH=x86_64; else ARCH=sbsa; fi; \\
    curl -fsSLo /tmp/keyring.deb https://developer.download.nvidia.com/compute/cuda/repos/ubuntu2204/\${ARCH}/cuda-keyring_1.1-1_all.deb && \\
    dpkg -i /tmp/keyring.deb; \\
    for tool in trtexec polygraphy; do command -v "$tool" || echo "no $tool"; done
`,
  `RUN git clone --depth 1 --branch v1.# https://github.com/example/kernels.git /src/kernels# \\
    && cmake -S /src/kernels# -B /build# -DCMAKE_BUILD_TYPE=Release -DCMAKE_CUDA_ARCHITECTURES="80;86;89" \\
    && cmake --build /build# -j"$(nproc)" && cmake --install /build#
`,
  `COPY --chmod=755 scripts/start#.sh /usr/local/bin/
ENV NVIDIA_VISIBLE_DEVICES=all
ENV NVIDIA_DRIVER_CAPABILITIES=compute,utility
LABEL org.opencontainers.image.title="app#" maintainer="team@example.org"
`,
  `RUN <<EOF
set -eu
mkdir -p /models/m#
wget -qO- https://example.org/models/m#.tar.gz | tar xz -C /models/m#
EOF
EXPOSE 8000
HEALTHCHECK CMD curl -f http://localhost:8000/ready || exit 1
CMD ["python3", "-m", "app#", "--port", "8000"]
`,
];

/** A realistic Dockerfile of about `lines` lines: a stage of the instructions above, again and again. */
export function createDockerfile(lines: number): string {
  let text = '';
  let count = 0;
  for (let i = 0; count < lines; i++) {
    const number = String(Math.floor(i / BLOCKS.length));
    const block = (BLOCKS[i % BLOCKS.length] ?? '').replaceAll('#', (mark, at: number, whole: string) => (whole.startsWith(' ', at + 1) ? mark : number));
    text += block;
    count += block.split('\n').length - 1;
  }
  return text;
}
