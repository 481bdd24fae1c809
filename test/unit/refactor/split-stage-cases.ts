/** A Dockerfile whose last stage can be split, what its second stage is to be, and what is to be looked at. */
export interface SplitCase {
  readonly name: string;
  readonly text: string;
  readonly runtime: string;
  readonly check: readonly string[];
}

/** Ways to build an image on a devel image, as they are met in the wild. */
export const SPLIT_CASES: readonly SplitCase[] = [
  {
    name: 'cmake install with a prefix',
    text: `FROM nvidia/cuda:12.4.1-devel-ubuntu22.04
RUN apt-get update && apt-get install -y --no-install-recommends \\
    build-essential \\
    cmake \\
    libopencv-dev \\
    && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY . .
RUN cmake -S . -B build -DCMAKE_INSTALL_PREFIX=/opt/app && cmake --build build && cmake --install build
ENV PATH=/opt/app/bin:$PATH
EXPOSE 8080
CMD ["/opt/app/bin/server", "--port", "8080"]
`,
    runtime: `FROM nvidia/cuda:12.4.1-runtime-ubuntu22.04
RUN apt-get update && apt-get install -y --no-install-recommends \\
    libgomp1 \\
    libopencv-dev \\
    && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY --from=build /opt/app /opt/app
ENV PATH=/opt/app/bin:$PATH
EXPOSE 8080
CMD ["/opt/app/bin/server", "--port", "8080"]
`,
    check: [],
  },
  {
    name: 'make install into /usr/local',
    text: `FROM nvidia/cuda:12.4.1-devel-ubuntu22.04 AS app
RUN apt-get update && apt-get install -y git make g++
RUN git clone https://github.com/example/tool /tool && cd /tool && make && make install
ENTRYPOINT ["tool"]
`,
    runtime: `FROM nvidia/cuda:12.4.1-runtime-ubuntu22.04 AS app
RUN apt-get update && apt-get install -y git libgomp1
COPY --from=build /usr/local/bin /usr/local/bin
COPY --from=build /usr/local/lib /usr/local/lib
COPY --from=build /usr/local/share /usr/local/share
RUN ldconfig
ENTRYPOINT ["tool"]
`,
    check: [],
  },
  {
    name: 'venv',
    text: `FROM nvidia/cuda:12.4.1-cudnn-devel-ubuntu22.04
ENV DEBIAN_FRONTEND=noninteractive
RUN apt-get update && apt-get install -y python3 python3-dev python3-venv ninja-build && rm -rf /var/lib/apt/lists/*
# everything of Python
RUN python3 -m venv /opt/venv
ENV PATH=/opt/venv/bin:$PATH
WORKDIR /app
COPY requirements.txt .
RUN pip install -r requirements.txt
# the program
COPY . .
USER 1000
CMD ["python", "serve.py"]
`,
    runtime: `FROM nvidia/cuda:12.4.1-cudnn-runtime-ubuntu22.04
ENV DEBIAN_FRONTEND=noninteractive
RUN apt-get update && apt-get install -y python3 python3-venv && rm -rf /var/lib/apt/lists/*
ENV PATH=/opt/venv/bin:$PATH
WORKDIR /app
COPY --from=build /opt/venv /opt/venv
# the program
COPY . .
USER 1000
CMD ["python", "serve.py"]
`,
    check: [],
  },
  {
    name: 'system pip',
    text: `FROM nvidia/cuda:11.8.0-cudnn8-devel-ubuntu22.04
RUN apt-get update && apt-get install -y python3-pip python3-dev git
RUN pip3 install torch==2.1.0 --index-url https://download.pytorch.org/whl/cu118
RUN pip3 install flash-attn==2.5.0 --no-build-isolation
WORKDIR /work
COPY app.py .
CMD python3 app.py
`,
    runtime: `FROM nvidia/cuda:11.8.0-cudnn8-runtime-ubuntu22.04
RUN apt-get update && apt-get install -y python3-pip python3 git
COPY --from=build /usr/local/bin /usr/local/bin
COPY --from=build /usr/local/lib/python3.10/dist-packages /usr/local/lib/python3.10/dist-packages
WORKDIR /work
COPY app.py .
CMD python3 app.py
`,
    check: [],
  },
  {
    name: 'one source file',
    text: `FROM nvidia/cuda:12.4.1-devel-ubuntu22.04
COPY hello.cu /src/hello.cu
RUN nvcc -o /usr/local/bin/hello /src/hello.cu
CMD ["hello"]
`,
    runtime: `FROM nvidia/cuda:12.4.1-runtime-ubuntu22.04
COPY --from=build /usr/local/bin/hello /usr/local/bin/hello
CMD ["hello"]
`,
    check: [
      'Programs that use OpenMP need the package libgomp1, which came with the compiler: install it in the runtime stage if one does.',
    ],
  },
  {
    name: 'compiled in place',
    text: `FROM nvidia/cuda:12.4.1-devel-ubuntu22.04
WORKDIR /app
COPY . .
RUN make
CMD ["./app"]
`,
    runtime: `FROM nvidia/cuda:12.4.1-runtime-ubuntu22.04
WORKDIR /app
COPY --from=build /app /app
CMD ["./app"]
`,
    check: [
      'Programs that use OpenMP need the package libgomp1, which came with the compiler: install it in the runtime stage if one does.',
    ],
  },
  {
    name: 'flavor by ARG',
    text: `ARG CUDA=12.4.1
ARG FLAVOR=devel
FROM nvidia/cuda:\${CUDA}-\${FLAVOR}-ubuntu22.04
WORKDIR /app
COPY . .
RUN make
CMD ["./app"]
`,
    runtime: `FROM nvidia/cuda:\${CUDA}-runtime-ubuntu22.04
WORKDIR /app
COPY --from=build /app /app
CMD ["./app"]
`,
    check: [
      'Programs that use OpenMP need the package libgomp1, which came with the compiler: install it in the runtime stage if one does.',
    ],
  },
  {
    name: 'image by ARG',
    text: `ARG BASE=nvidia/cuda:12.4.1-devel-ubuntu22.04
FROM $BASE
WORKDIR /app
COPY . .
RUN make
CMD ["./app"]
`,
    runtime: `FROM nvidia/cuda:12.4.1-runtime-ubuntu22.04
WORKDIR /app
COPY --from=build /app /app
CMD ["./app"]
`,
    check: [
      'BASE chooses the image of the build stage alone; that of the runtime stage is written out: change both together.',
      'Programs that use OpenMP need the package libgomp1, which came with the compiler: install it in the runtime stage if one does.',
    ],
  },
  {
    name: 'TensorRT pinned',
    text: `FROM nvidia/cuda:12.0.1-cudnn8-devel-ubuntu22.04
RUN apt-get update && apt-get install -y --no-install-recommends libnvinfer8=8.6.1.6-1+cuda12.0 libnvinfer-plugin8=8.6.1.6-1+cuda12.0 libnvinfer-dev=8.6.1.6-1+cuda12.0 libnvinfer-headers-dev=8.6.1.6-1+cuda12.0 libcudnn8-dev cmake && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY . .
RUN cmake -B /build -DCMAKE_INSTALL_PREFIX=/opt/trt-app . && cmake --build /build --target install
CMD ["/opt/trt-app/bin/run", "/models/model.onnx"]
`,
    runtime: `FROM nvidia/cuda:12.0.1-cudnn8-runtime-ubuntu22.04
RUN apt-get update && apt-get install -y --no-install-recommends libnvinfer8=8.6.1.6-1+cuda12.0 libnvinfer-plugin8=8.6.1.6-1+cuda12.0 && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY --from=build /opt/trt-app /opt/trt-app
CMD ["/opt/trt-app/bin/run", "/models/model.onnx"]
`,
    check: [
      'Programs that use OpenMP need the package libgomp1, which came with the compiler: install it in the runtime stage if one does.',
    ],
  },
  {
    name: 'user and health',
    text: `FROM nvidia/cuda:12.4.1-devel-ubuntu22.04 AS server
LABEL org.opencontainers.image.title="server"
ARG VERSION=1
ENV APP_VERSION=$VERSION
RUN apt-get update && apt-get install -y curl cmake && rm -rf /var/lib/apt/lists/*
RUN useradd -m app && mkdir -p /data && chown app /data
WORKDIR /home/app/src
COPY --chown=app . .
RUN cmake -B build -DCMAKE_INSTALL_PREFIX=/opt/server . && make -C build install
USER app
VOLUME /data
STOPSIGNAL SIGINT
HEALTHCHECK CMD curl -f http://localhost:8000/health
ENTRYPOINT ["/opt/server/bin/server"]
CMD ["--data", "/data"]
`,
    runtime: `FROM nvidia/cuda:12.4.1-runtime-ubuntu22.04 AS server
LABEL org.opencontainers.image.title="server"
ARG VERSION=1
ENV APP_VERSION=$VERSION
RUN apt-get update && apt-get install -y curl && rm -rf /var/lib/apt/lists/*
RUN useradd -m app && mkdir -p /data && chown app /data
WORKDIR /home/app/src
COPY --from=build /opt/server /opt/server
USER app
VOLUME /data
STOPSIGNAL SIGINT
HEALTHCHECK CMD curl -f http://localhost:8000/health
ENTRYPOINT ["/opt/server/bin/server"]
CMD ["--data", "/data"]
`,
    check: [
      'Programs that use OpenMP need the package libgomp1, which came with the compiler: install it in the runtime stage if one does.',
    ],
  },
  {
    name: 'entrypoint script',
    text: `FROM nvidia/cuda:12.4.1-devel-ubuntu22.04
COPY entrypoint.sh /entrypoint.sh
RUN chmod +x /entrypoint.sh
WORKDIR /workspace
COPY . /workspace
RUN ./build.sh
ENTRYPOINT ["/entrypoint.sh"]
CMD ["/workspace/bin/app"]
`,
    runtime: `FROM nvidia/cuda:12.4.1-runtime-ubuntu22.04
WORKDIR /workspace
COPY --from=build /entrypoint.sh /entrypoint.sh
COPY --from=build /workspace /workspace
ENTRYPOINT ["/entrypoint.sh"]
CMD ["/workspace/bin/app"]
`,
    check: [
      'What `./build.sh` leaves outside the copied folders is not known.',
    ],
  },
  {
    name: 'heredoc',
    text: `FROM nvidia/cuda:12.4.1-devel-ubuntu22.04
RUN <<EOF
apt-get update
apt-get install -y libgl1 cmake
rm -rf /var/lib/apt/lists/*
EOF
WORKDIR /app
COPY . .
RUN <<EOF
cmake -B build .
cmake --build build
EOF
CMD ["build/app"]
`,
    runtime: `FROM nvidia/cuda:12.4.1-runtime-ubuntu22.04
RUN <<EOF
apt-get update
apt-get install -y libgl1
rm -rf /var/lib/apt/lists/*
EOF
WORKDIR /app
COPY --from=build /app /app
CMD ["build/app"]
`,
    check: [
      'Programs that use OpenMP need the package libgomp1, which came with the compiler: install it in the runtime stage if one does.',
    ],
  },
  {
    name: 'rpm',
    text: `FROM nvidia/cuda:12.4.1-devel-rockylinux9
RUN dnf install -y gcc-c++ cmake python3-pip libnccl-devel && dnf clean all
RUN pip3 install numpy
WORKDIR /app
COPY . .
RUN make
CMD ["./app"]
`,
    runtime: `FROM nvidia/cuda:12.4.1-runtime-rockylinux9
RUN dnf install -y libgomp python3-pip && dnf clean all
WORKDIR /app
COPY --from=build /app /app
COPY --from=build /usr/local/bin /usr/local/bin
COPY --from=build /usr/local/lib /usr/local/lib
COPY --from=build /usr/local/lib64 /usr/local/lib64
CMD ["./app"]
`,
    check: [],
  },
  {
    name: 'conda',
    text: `FROM nvidia/cuda:12.4.1-devel-ubuntu22.04
RUN apt-get update && apt-get install -y wget && wget https://repo.anaconda.com/miniconda/Miniconda3-py311_24.1.2-0-Linux-x86_64.sh -O /tmp/mc.sh && bash /tmp/mc.sh -b -p /opt/conda && rm /tmp/mc.sh
ENV PATH=/opt/conda/bin:$PATH
RUN conda install -y pytorch -c pytorch
COPY train.py /train.py
CMD ["python", "/train.py"]
`,
    runtime: `FROM nvidia/cuda:12.4.1-runtime-ubuntu22.04
RUN apt-get update \\
 && apt-get install -y wget
ENV PATH=/opt/conda/bin:$PATH
COPY --from=build /opt/conda /opt/conda
COPY train.py /train.py
CMD ["python", "/train.py"]
`,
    check: [],
  },
  {
    name: 'uv project',
    text: `FROM nvidia/cuda:12.4.1-devel-ubuntu22.04
COPY --from=ghcr.io/astral-sh/uv:0.5.0 /uv /usr/local/bin/uv
WORKDIR /app
COPY pyproject.toml uv.lock ./
RUN uv sync --frozen
COPY . .
CMD ["uv", "run", "main.py"]
`,
    runtime: `FROM nvidia/cuda:12.4.1-runtime-ubuntu22.04
WORKDIR /app
COPY --from=build /app/.venv /app/.venv
COPY --from=build /root/.local/share/uv /root/.local/share/uv
COPY --from=build /usr/local/bin/uv /usr/local/bin/uv
COPY . .
CMD ["uv", "run", "main.py"]
`,
    check: [],
  },
  {
    name: 'go',
    text: `FROM nvidia/cuda:12.4.1-devel-ubuntu22.04
RUN apt-get update && apt-get install -y golang
WORKDIR /go/src/app
COPY . .
RUN go build -o /usr/bin/plugin .
ENTRYPOINT ["/usr/bin/plugin"]
`,
    runtime: `FROM nvidia/cuda:12.4.1-runtime-ubuntu22.04
WORKDIR /go/src/app
COPY --from=build /usr/bin/plugin /usr/bin/plugin
ENTRYPOINT ["/usr/bin/plugin"]
`,
    check: [],
  },
  {
    name: 'archive of libraries',
    text: `FROM nvidia/cuda:12.4.1-devel-ubuntu22.04
RUN wget https://github.com/microsoft/onnxruntime/releases/download/v1.20.0/onnxruntime-linux-x64-gpu-1.20.0.tgz && tar xzf onnxruntime-linux-x64-gpu-1.20.0.tgz -C /opt && rm onnxruntime-linux-x64-gpu-1.20.0.tgz
ENV LD_LIBRARY_PATH=/opt/onnxruntime-linux-x64-gpu-1.20.0/lib:$LD_LIBRARY_PATH
WORKDIR /app
COPY main.cpp .
RUN g++ -I/opt/onnxruntime-linux-x64-gpu-1.20.0/include main.cpp -o app -L/opt/onnxruntime-linux-x64-gpu-1.20.0/lib -lonnxruntime
CMD ["./app"]
`,
    runtime: `FROM nvidia/cuda:12.4.1-runtime-ubuntu22.04
ENV LD_LIBRARY_PATH=/opt/onnxruntime-linux-x64-gpu-1.20.0/lib:$LD_LIBRARY_PATH
WORKDIR /app
COPY --from=build /app /app
COPY --from=build /opt/onnxruntime-linux-x64-gpu-1.20.0 /opt/onnxruntime-linux-x64-gpu-1.20.0
CMD ["./app"]
`,
    check: [],
  },
  {
    name: 'repository key',
    text: `FROM nvidia/cuda:12.4.1-devel-ubuntu22.04
RUN apt-get update && apt-get install -y software-properties-common && add-apt-repository -y ppa:deadsnakes/ppa && apt-get update && apt-get install -y python3.11 python3.11-dev python3.11-venv && git clone https://github.com/example/x /x && rm -rf /var/lib/apt/lists/*
RUN python3.11 -m venv /venv && . /venv/bin/activate && pip install /x
ENV PATH=/venv/bin:$PATH
CMD ["x-serve"]
`,
    runtime: `FROM nvidia/cuda:12.4.1-runtime-ubuntu22.04
RUN apt-get update \\
 && apt-get install -y software-properties-common \\
 && add-apt-repository -y ppa:deadsnakes/ppa \\
 && apt-get update \\
 && apt-get install -y python3.11 python3.11-venv \\
 && rm -rf /var/lib/apt/lists/*
COPY --from=build /venv /venv
ENV PATH=/venv/bin:$PATH
CMD ["x-serve"]
`,
    check: [
      '/x stays in the build stage: nothing that starts in the container names it.',
    ],
  },
  {
    name: 'user install',
    text: `FROM nvidia/cuda:12.4.1-devel-ubuntu22.04
RUN apt-get update && apt-get install -y python3-pip sudo && useradd -m -s /bin/bash dev && echo 'dev ALL=(ALL) NOPASSWD:ALL' > /etc/sudoers.d/dev
USER dev
WORKDIR /home/dev/app
COPY --chown=dev . .
RUN pip install --user -r requirements.txt && pip install --user -e .
ENV PATH=/home/dev/.local/bin:$PATH
CMD ["app"]
`,
    runtime: `FROM nvidia/cuda:12.4.1-runtime-ubuntu22.04
RUN apt-get update && apt-get install -y python3-pip sudo && useradd -m -s /bin/bash dev && echo 'dev ALL=(ALL) NOPASSWD:ALL' > /etc/sudoers.d/dev
COPY --from=build --chown=dev /home/dev/.local /home/dev/.local
COPY --from=build --chown=dev /home/dev/app /home/dev/app
USER dev
WORKDIR /home/dev/app
ENV PATH=/home/dev/.local/bin:$PATH
CMD ["app"]
`,
    check: [],
  },
  {
    name: 'shell',
    text: `FROM nvidia/cuda:12.4.1-devel-ubuntu22.04
SHELL ["/bin/bash", "-o", "pipefail", "-c"]
WORKDIR /opt/work
RUN git clone https://github.com/example/lib && cd lib && cmake -B build . && cmake --build build && cmake --install build
CMD ["bash"]
`,
    runtime: `FROM nvidia/cuda:12.4.1-runtime-ubuntu22.04
SHELL ["/bin/bash", "-o", "pipefail", "-c"]
WORKDIR /opt/work
COPY --from=build /opt/work/lib /opt/work/lib
COPY --from=build /usr/local/bin /usr/local/bin
COPY --from=build /usr/local/lib /usr/local/lib
COPY --from=build /usr/local/share /usr/local/share
RUN ldconfig
CMD ["bash"]
`,
    check: [
      'The container starts bash: what is called in it is not known.',
      'Programs that use OpenMP need the package libgomp1, which came with the compiler: install it in the runtime stage if one does.',
    ],
  },
  {
    name: 'platform and old words',
    text: `FROM --platform=linux/amd64 nvidia/cuda:12.4.1-devel-ubuntu22.04 as old
MAINTAINER someone
ENV LANG C.UTF-8
ADD src /src
RUN cd /src && ./configure --prefix=/opt/old && make && make install
ONBUILD COPY conf /etc/old
CMD /opt/old/bin/old
`,
    runtime: `FROM --platform=linux/amd64 nvidia/cuda:12.4.1-runtime-ubuntu22.04 AS old
MAINTAINER someone
ENV LANG C.UTF-8
COPY --from=build /opt/old /opt/old
ONBUILD COPY conf /etc/old
CMD /opt/old/bin/old
`,
    check: [
      'Programs that use OpenMP need the package libgomp1, which came with the compiler: install it in the runtime stage if one does.',
    ],
  },
  {
    name: 'npm and python',
    text: `FROM nvidia/cuda:12.4.1-devel-ubuntu22.04
RUN curl -fsSL https://deb.nodesource.com/setup_20.x | bash - && apt-get install -y nodejs python3-pip && npm install -g pm2
WORKDIR /srv/app
COPY package.json package-lock.json ./
RUN npm ci
COPY . .
RUN npm run build
CMD ["node", "dist/server.js"]
`,
    runtime: `FROM nvidia/cuda:12.4.1-runtime-ubuntu22.04
RUN apt-get update
RUN curl -fsSL https://deb.nodesource.com/setup_20.x | bash - \\
 && apt-get install -y nodejs python3-pip
WORKDIR /srv/app
COPY --from=build /srv/app /srv/app
CMD ["node", "dist/server.js"]
`,
    check: [
      'What `npm install -g pm2` leaves outside the copied folders is not known.',
    ],
  },
  {
    name: 'script in the context installs',
    text: `FROM nvidia/cuda:12.4.1-devel-ubuntu22.04
COPY scripts/ /tmp/scripts/
RUN bash /tmp/scripts/install.sh
WORKDIR /app
COPY . .
RUN make
ENTRYPOINT ["/app/run"]
`,
    runtime: `FROM nvidia/cuda:12.4.1-runtime-ubuntu22.04
WORKDIR /app
COPY --from=build /app /app
ENTRYPOINT ["/app/run"]
`,
    check: [
      'Programs that use OpenMP need the package libgomp1, which came with the compiler: install it in the runtime stage if one does.',
      'What `bash /tmp/scripts/install.sh` leaves outside the copied folders is not known.',
    ],
  },
  {
    name: 'variables in the RUN',
    text: `FROM nvidia/cuda:12.4.1-devel-ubuntu22.04
RUN DEPS="libgl1 libglib2.0-0" && apt-get update && apt-get install -y $DEPS cmake && git clone https://github.com/example/z /z && cmake -S /z -B /z/build -DCMAKE_INSTALL_PREFIX=/opt/z && cmake --build /z/build --target install && apt-get purge -y cmake && rm -rf /var/lib/apt/lists/*
CMD ["/opt/z/bin/z"]
`,
    runtime: `FROM nvidia/cuda:12.4.1-runtime-ubuntu22.04
RUN DEPS="libgl1 libglib2.0-0" \\
 && apt-get update \\
 && apt-get install -y $DEPS \\
 && rm -rf /var/lib/apt/lists/*
COPY --from=build /opt/z /opt/z
CMD ["/opt/z/bin/z"]
`,
    check: [
      'Programs that use OpenMP need the package libgomp1, which came with the compiler: install it in the runtime stage if one does.',
    ],
  },
  {
    name: 'unknown program',
    text: `FROM nvidia/cuda:12.4.1-devel-ubuntu22.04
COPY build-all.sh /tmp/
RUN /tmp/build-all.sh
CMD ["/usr/local/bin/engine"]
`,
    runtime: `FROM nvidia/cuda:12.4.1-runtime-ubuntu22.04
COPY --from=build /usr/local/bin/engine /usr/local/bin/engine
CMD ["/usr/local/bin/engine"]
`,
    check: [
      'What `/tmp/build-all.sh` leaves outside the copied folders is not known.',
      '/usr/local/bin/engine is copied because the container starts it: what it needs beside itself is not known.',
    ],
  },
  {
    name: 'lists fetched before',
    text: `FROM nvidia/cuda:12.4.1-devel-ubuntu22.04
RUN apt-get update
RUN apt-get install -y build-essential
RUN apt-get install -y libgl1
COPY . /app
RUN make -C /app
WORKDIR /app
CMD ["./app"]
`,
    runtime: `FROM nvidia/cuda:12.4.1-runtime-ubuntu22.04
RUN apt-get update
RUN apt-get install -y libgomp1
RUN apt-get install -y libgl1
COPY --from=build /app /app
WORKDIR /app
CMD ["./app"]
`,
    check: [],
  },
  {
    name: 'environment in the shared prefix',
    text: `FROM nvidia/cuda:12.4.1-devel-ubuntu22.04
COPY --from=python-image /usr/local/bin/python3.13 /usr/local/bin/python3.13
COPY --from=python-image /usr/local/lib /usr/local/lib
ENV UV_PROJECT_ENVIRONMENT=/usr/local
WORKDIR /tmp/build
COPY pyproject.toml uv.lock ./
RUN uv sync --frozen --no-dev
WORKDIR /srv
COPY main.py .
CMD ["python3.13", "main.py"]
`,
    runtime: `FROM nvidia/cuda:12.4.1-runtime-ubuntu22.04
ENV UV_PROJECT_ENVIRONMENT=/usr/local
COPY --from=build /usr/local/bin /usr/local/bin
COPY --from=build /usr/local/lib /usr/local/lib
WORKDIR /srv
COPY main.py .
CMD ["python3.13", "main.py"]
`,
    check: [],
  },
  {
    name: 'conda for a user',
    text: `FROM nvidia/cuda:12.4.1-devel-ubuntu22.04
RUN apt-get update && apt-get install -y wget && rm -f /usr/lib/x86_64-linux-gnu/libnccl* && apt-get remove -y libnccl-dev && rm -rf /var/lib/apt/lists/*
RUN wget -q https://github.com/conda-forge/miniforge/releases/latest/download/Miniforge3-Linux-x86_64.sh -O /tmp/installer.sh && bash /tmp/installer.sh -b -p /opt/conda
ENV PATH=/opt/conda/bin:$PATH
RUN useradd -m worker
USER worker
WORKDIR /home/worker
RUN conda init bash && echo "conda activate base" >> ~/.bashrc
RUN pip install numpy
CMD ["bash"]
`,
    runtime: `FROM nvidia/cuda:12.4.1-runtime-ubuntu22.04
RUN apt-get update \\
 && apt-get install -y wget \\
 && rm -rf /var/lib/apt/lists/*
ENV PATH=/opt/conda/bin:$PATH
RUN useradd -m worker
COPY --from=build /opt/conda /opt/conda
USER worker
WORKDIR /home/worker
RUN conda init bash && echo "conda activate base" >> ~/.bashrc
CMD ["bash"]
`,
    check: [
      'The container starts bash: what is called in it is not known.',
    ],
  },
];
