import { describe, expect, it } from 'vitest';
import { decodeError, formatDecoded } from '../../../src/core/decode/decode-error';
import { listLiterals } from '../../../src/core/decode/literals';
import { listPlaceholders } from '../../../src/core/l10n/message';
import { knownErrors } from '../../../src/core/facts/errors';

describe.each(knownErrors().map((error) => ({ id: error.id, error })))('$id', ({ error }) => {
  const line = error.message.split('\n').find((one) => new RegExp(error.match).test(one)) ?? '';

  it('matches its own message, and is found in it', () => {
    expect(line).toMatch(new RegExp(error.match));
    expect(listLiterals(error.match).some((literal) => line.includes(literal))).toBe(true);
    const found = decodeError(error.message).map(({ id }) => id);
    // The example of a general message may be one that a more telling one describes.
    if (error.tells === 'cause') expect(found).toContain(error.id);
    else expect(found).not.toEqual([]);
  });

  it('looks for enough plain text to be quick and sure', () => {
    for (const literal of listLiterals(error.match)) expect(literal.length).toBeGreaterThanOrEqual(10);
  });

  it('uses only values that its message gives', () => {
    const groups = new RegExp(error.match).exec(line)?.groups ?? {};
    for (const template of [error.cause, ...error.check, ...error.remedy]) {
      for (const name of listPlaceholders(template)) expect(groups[name], `${name} in “${template}”`).toBeTypeOf('string');
    }
  });
});

// What people see, as the list of the field's pains has it.
it.each([
  ['could not select device driver "" with capabilities: [[gpu]]', 'docker-no-gpu-driver'],
  ['unknown or invalid runtime name: nvidia', 'runtime-unknown'],
  ['Failed to initialize NVML: Unknown Error', 'nvml-unknown'],
  ['Failed to initialize NVML: Driver/library version mismatch', 'nvml-mismatch'],
  ['requirement error: unsatisfied condition: cuda>=12.8, please update your driver', 'nvcli-unsatisfied-cuda'],
  ['This container was built for NVIDIA Driver Release 560.35 or later, but version 540.4.0 was detected', 'ngc-driver-release'],
  ['Error 804: forward compatibility was attempted on non supported HW', 'cuda-804'],
  ['the provided PTX was compiled with an unsupported toolchain', 'ptx-toolchain'],
  ['no kernel image is available for execution on the device', 'no-kernel-image'],
  ['NVIDIA GeForce RTX 5090 with CUDA capability sm_120 is not compatible with the current PyTorch installation.', 'sm-not-compatible'],
  ['Target GPU SM 70 is not supported by this TensorRT release', 'trt-unsupported-sm'],
  ['tensorrt : Depends: libnvinfer10 (= 10.13.2.6-1+cuda12.9) but 10.14.1.48-1+cuda13.0 is to be installed', 'tensorrt-meta-depends'],
  ['Could not find a version that satisfies the requirement tensorrt-libs==8.6.1', 'pip-tensorrt-libs'],
  ['engine plan file is not compatible with this version of TensorRT, expecting library version 8.2.4 got 8.2.3', 'trt-plan-version'],
  ['trtexec: command not found', 'trtexec-not-found'],
  ['libnvinfer.so.7: cannot open shared object file: No such file or directory', 'libnvinfer-so'],
  ['Loaded runtime CuDNN library: 9.1.0 but source was compiled with: 9.3.0.', 'cudnn-loaded-runtime'],
  ['Failed to load library libonnxruntime_providers_cuda.so with error: libcublasLt.so.12: cannot open shared object file', 'ort-library'],
  ['libtorchtrt.so: undefined symbol: _ZN3c10', 'torchtrt-symbol'],
  ['CUDA_HOME environment variable is not set', 'cuda-home-not-set'],
  ['The detected CUDA version (11.8) mismatches the version that was used to compile PyTorch (12.1)', 'cuda-mismatch-torch'],
  ['manifest for nvidia/cuda:11.0-base-ubuntu20.04 not found: manifest unknown', 'manifest-11.0-base'],
  ['NO_PUBKEY A4B469963BF863CC', 'no-pubkey'],
  ['cudaGetDeviceCount returned 35', 'cuda-error-35'],
  ['DataLoader worker (pid 5) is killed by signal: Bus error. It is possible that dataloader\'s workers are out of shared memory.', 'shm-bus-error'],
  ['unknown flag: --gpus all', 'gpus-one-argument'],
  ["Unable to find image 'all:latest' locally", 'image-all-latest'],
  ['Authorization required, but no authorization protocol specified', 'x-no-protocol'],
  ["Can't open display: :0", 'x-cant-open'],
  ['libGL error: failed to load driver: swrast', 'libgl-swrast'],
  ["Additional properties are not allowed ('devices' was unexpected)", 'compose-devices-unexpected'],
  ['gpus must be a list', 'compose-gpus-list'],
  ['unresolvable CDI devices nvidia.com/gpu=all', 'cdi-unresolvable'],
  ['bpf_prog_query(BPF_CGROUP_DEVICE) failed: operation not permitted', 'bpf-rootless'],
  ['mount error: file creation failed: /x/libnvidia-ml.so.1: file exists: unknown', 'wsl-file-exists'],
  ['mount error: file creation failed: /x/libcudnn_adv_infer_static_v8.a: file exists', 'jetson-baked-files'],
  ['exec /usr/bin/python3: exec format error', 'exec-format'],
  ['no space left on device', 'no-space'],
  // More of what threads of these tools show.
  [String.raw`stderr: nvidia-container-cli: initialization error: driver error: failed to process request\\\\n\\"\\"": unknown.`, 'nvcli-process-request'],
  ['nvidia-container-cli.real: initialization error: driver rpc error: failed to process request: unknown.', 'nvcli-process-request'],
  ['nvidia-container-cli: initialization error: nvml error: driver not loaded: unknown.', 'nvcli-driver-not-loaded'],
  ['nvidia-container-cli: detection error: nvml error: unknown error: unknown', 'nvcli-nvml-unknown'],
  [String.raw`nvidia-container-cli: initialization error: cuda error: invalid device ordinal\\n\\"`, 'nvcli-cuda-error'],
  ['nvidia-container-cli: device error: no-gpu-has-128MiB-to-run: unknown device: unknown', 'nvcli-unknown-device'],
  ['nvidia-container-cli: mount error: stat failed: /dev/nvidiactl: no such file or directory', 'nvcli-device-node'],
  ['nvidia-container-cli: ldcache error: open failed: /sbin/ldconfig.real: no such file or directory: unknown.', 'nvcli-ldconfig-missing'],
  ['nvidia-container-cli: ldcache error: process /sbin/ldconfig failed with error code: 127', 'nvcli-ldconfig-failed'],
  ['Error: stat nvidia.com/gpu=0: no such file or directory', 'cdi-name-as-path'],
  ['torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 MiB. GPU 0 has a total capacity of 79.25 GiB', 'cuda-out-of-memory'],
  ['RuntimeError: cuda runtime error (802) : system not yet initialized at /opt/THCGeneral.cpp:50', 'cuda-802'],
  ['-> system not yet initialized', 'cuda-802'],
  ['   [[ System has unsupported display driver / cuda driver combination (error 803) ]]', 'cuda-803'],
  ['Check failed: error == cudaSuccess (10 vs. 0)  invalid device ordinal', 'cuda-invalid-ordinal'],
  ['RuntimeError: No CUDA GPUs are available', 'torch-no-gpus'],
  ['raise AssertionError("Torch not compiled with CUDA enabled")', 'torch-cpu-build'],
  ['libcusparse.so.12: undefined symbol: __nvJitLinkComplete_12_4, version libnvJitLink.so.12', 'nvjitlink-symbol'],
  ['Unable to load any of {libcudnn_graph.so.9.1.0, libcudnn_graph.so.9.1, libcudnn_graph.so.9, libcudnn_graph.so} Invalid handle. Cannot load symbol cudnnCreate', 'cudnn9-load'],
  ['host_config.h:139:2: error: #error -- unsupported GNU version! gcc versions later than 11 are not supported!', 'nvcc-gcc'],
  ['error getting credentials - err: exec: "docker-credential-desktop.exe": executable file not found in $PATH, out: ``', 'docker-credential-helper'],
  ['docker: permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock: Head "http://%2Fvar', 'docker-socket-denied'],
  ['Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?', 'docker-daemon-down'],
  ["NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.", 'smi-no-driver'],
  ['modprobe: FATAL: Module nvidia-uvm not found.', 'modprobe-nvidia'],
  ['ERROR: Cuda initialization failure with error 100. Please check cuda installation', 'trt-cuda-init'],
  ['  File has unexpected size (8372 != 9199). Mirror sync in progress? [IP: 192.0.2.1 443]', 'apt-mirror-sync'],
  ['ImportError: /x/transformer_engine_extensions.cpython-310-x86_64-linux-gnu.so: undefined symbol: _ZN2at4_ops5zeros4callEN3c108ArrayRef', 'torch-extension-symbol'],
  ['libtorchtrt.so: undefined symbol: _ZN3c106detail14torchCheckFail', 'torchtrt-symbol'],
  ["ModuleNotFoundError: No module named 'torch'", 'no-module-torch'],
  ["ModuleNotFoundError: No module named 'tensorrt'", 'no-module-tensorrt'],
  ['toomanyrequests: You have reached your unauthenticated pull rate limit.', 'pull-rate-limit'],
  ['In node 442 (importFallbackPluginImporter): UNSUPPORTED_NODE: Assertion failed: creator && "Plugin not found, are the plugin name, version, and namespace correct?"', 'trt-plugin'],
  ['Failed to load library libonnxruntime_providers_tensorrt.so with error: libcublas.so.12: cannot open shared object file', 'ort-library'],
  ['OSError: libcurand.so.10: cannot open shared object file: No such file or directory', 'cuda-library-missing'],
])('knows “%s”', (text, id) => {
  expect(decodeError(text)[0]?.id).toBe(id);
});

// What people showed in threads, each as it stood there.
it.each([
  ['langflow-ai/openrag#779', 'validating /home/ubuntu/.openrag/tui/docker-compose.gpu.yml: services.openrag-backend Additional property gpus is not allowed', 'compose-gpus-property'],
  ['manascb1344/zonos-api#2', 'services.api.deploy.resources.limits Additional property devices is not allowed', 'compose-limits-devices'],
  ['NVlabs/instant-ngp#929', "services.instant-ngp.deploy.resources.reservations value 'devices' does not match any of the regexes: '^x-'", 'compose-devices-unexpected'],
  ['pytorch/serve#627', "unknown flag: --gpus See 'docker run --help'.", 'gpus-flag-unknown'],
  ['microsoft/vscode-remote-release#2366', 'unknown flag: --gpus all', 'gpus-one-argument'],
  ['NVIDIA/nvidia-docker#1257', 'docker: Error response from daemon: cannot set both Count and DeviceIDs on device request.', 'gpus-device-list'],
  ['TsinghuaAI/CPM-1-Generate#31', `invalid argument "'device=0,1'" for "--gpus" flag: unexpected key ''device' in ''device=0'`, 'gpus-value-quotes'],
  ['docker/cli#3558', "Unable to find image 'nvidia-smi:latest' locally", 'image-name-forgotten'],
  ['AbdBarho/stable-diffusion-webui-docker#743', 'Error response from daemon: could not select device driver "nvidia" with capabilities: [[compute utility]]', 'compose-no-gpu-driver'],
  ['AbdBarho/stable-diffusion-webui-docker#117', 'nvidia-container-cli: initialization error: WSL environment detected but no adapters were found: unknown', 'wsl-no-adapters'],
  ['vllm-project/vllm#10717', 'RuntimeError: Failed to infer device type', 'vllm-device-type'],
  ['NVlabs/BundleSDF#185', "ImportError: /usr/lib/x86_64-linux-gnu/libstdc++.so.6: version `GLIBCXX_3.4.29' not found (required by /opt/conda/envs/py38/lib/python3.8/site-packages/scipy/spatial/_ckdtree.so)", 'glibcxx-missing'],
  ['ROCm/AMDMIGraphX#3965', "/lib/x86_64-linux-gnu/libc.so.6: version `GLIBC_2.38' not found", 'glibc-missing'],
  ['jamiepine/voicebox#877', '"RuntimeError: Failed to find C compiler. Please specify via CC environment variable or set triton.knobs.build.impl."', 'triton-c-compiler'],
  ['pdulvp/jellyfin-qnap#84', '[hevc_nvenc @ 0x555556525380] Driver does not support the required nvenc API version. Required: 12.0 Found: 11.1', 'nvenc-api'],
  ['nmslib/hnswlib#462', 'ImportError: /usr/lib/aarch64-linux-gnu/libgomp.so.1: cannot allocate memory in static TLS block" indicates', 'static-tls'],
  ['nadermx/backgroundremover#172', 'RuntimeError: operator torchvision::nms does not exist', 'torchvision-ops'],
  ['facebookresearch/detectron2#3351', 'RuntimeError: No such operator torchvision::nms', 'torchvision-ops'],
  ['HaveAGitGat/Tdarr#509', 'docker: Error response from daemon: error gathering device information while adding custom device "/dev/dri": no such file or directory.', 'device-node-missing'],
  ['HuangJunJie2017/BEVDet#314', 'WARNING: Detected NVIDIA NVIDIA GeForce RTX 4090 GPU, which is not yet supported in this version of the container', 'ngc-gpu-unsupported'],
  ['jayleicn/ClipBERT#16', 'ERROR: No supported GPU(s) detected to run this container', 'ngc-no-supported-gpu'],
  ['k4yt3x/video2x#628', "ERROR: [Loader Message] Code 0 : loader_scanned_icd_add: Could not get 'vkCreateInstance' via 'vk_icdGetInstanceProcAddr' for ICD libGLX_nvidia.so.0", 'vulkan-no-driver'],
  ['NVIDIA/nvidia-container-toolkit#1124', 'ERROR at ./vulkaninfo/vulkaninfo.h:649:vkCreateInstance failed with ERROR_INCOMPATIBLE_DRIVER', 'vulkan-no-driver'],
  ['NVIDIA/nvbandwidth#3', '  Failed to detect a default CUDA architecture.', 'cmake-cuda-unusable'],
  ['bitsandbytes-foundation/bitsandbytes#584', '        CUDA Setup failed despite GPU being available. Please run the following command to get more information:', 'bitsandbytes-no-cuda'],
  ['Dao-AILab/flash-attention#1736', '      <string>:106: UserWarning: flash_attn was requested, but nvcc was not found.  Are you sure your environment has nvcc available?', 'nvcc-missing'],
  ['ArtLabss/tennis-tracking#16', 'ERROR: Could not find a version that satisfies the requirement torch==1.9.0+cu102 (from versions: 1.4.0, 1.10.2, 1.11.0)', 'pip-torch-local'],
  ['rohitrango/FireANTs#108', 'ERROR: Could not find a version that satisfies the requirement nvidia-cudnn-cu12==9.1.0.70 (from torch)', 'pip-nvidia-library'],
  ['lunarring/latentblending#2', 'ERROR: Could not find a version that satisfies the requirement nvidia-cudnn-cu11==8.5.0.96 (from versions: 0.0.1.dev5, 2021.10.26, 2022.5.19)', 'pip-nvidia-library'],
  ['zju3dv/clean-pvnet#259', '#0 43.52 E: Unable to locate package python3.7', 'apt-python-missing'],
  ['exo-explore/exo#173', '67.59 E: Unable to locate package python3.12-distutils', 'apt-python-distutils'],
  ['NVIDIA/TensorRT#1479', 'no matching manifest for linux/arm64/v8 in the manifest list entries', 'no-platform-manifest'],
  ['VERT-sh/vertd#39', 'could not apply required modification to OCI specification: error modifying OCI spec: failed to inject CDI devices: unresolvable CDI devices runtime.nvidia.com/gpu=all', 'cdi-automatic'],
  ['tensorflow/tensorflow#62412', 'W0000 00:00:1745040002.716147     960 gpu_device.cc:2341] Cannot dlopen some GPU libraries.', 'tf-dlopen-gpu'],
  ['atonderski/neuro-ncap#16', 'A module that was compiled using NumPy 1.x cannot be run in', 'numpy-2'],
  ['ollama/ollama#8674', 'level=INFO source=gpu.go:392 msg="no compatible GPUs were discovered"', 'ollama-no-gpu'],
  ['NVIDIA/nvidia-docker#1441', 'stderr: nvidia-container-cli: mount error: write error: /sys/fs/cgroup/devices/docker/fc84e2a6/devices.allow: operation not permitted: unknown.`', 'nested-devices-allow'],
  ['xorbitsai/inference#891', 'docker: cudaErrorSystemDriverMismatch = 803', 'cuda-803'],
])('%s: “%s”', (_, text, id) => {
  expect(decodeError(text)[0]?.id).toBe(id);
});

// Messages that programs break into two lines, bare and as BuildKit and Compose pass them on.
it.each([
  ['The detected CUDA version (11.8) mismatches the version that was used to compile\nPyTorch (12.1). Please make sure', 'cuda-mismatch-torch'],
  ['#9 15.2 ERROR: This container was built for NVIDIA Driver Release 418.87 or later, but\n#9 15.2        version 410.48 was detected and compatibility mode is UNAVAILABLE.', 'ngc-driver-release'],
  ['triton-1  | ERROR: This container was built for NVIDIA Driver Release 545.23 or later, but\r\ntriton-1  |        version 470.256.02 was detected', 'ngc-driver-release'],
])('knows %j', (text, id) => {
  const [found] = decodeError(text);
  expect(found?.id).toBe(id);
  expect(formatDecoded(found as NonNullable<typeof found>).cause).not.toMatch(/\{/);
});

it('takes no line that follows a like beginning for its end', () => {
  expect(decodeError('This container was built for NVIDIA Driver Release 418.87 or later, but\nnothing\nversion 410.48 was detected')).toEqual([]);
});

// Words of a known error that say something else.
it.each([
  'requests.exceptions.MissingSchema: No protocol specified in URL //x, did you mean https?',
  'E: The repository is busy: credential system not yet initialized',
  "ModuleNotFoundError: No module named 'tensorrt_llm'",
  "ModuleNotFoundError: No module named 'torchaudio'",
  '[TRT] No importer registered for op: Round. Attempting to import as plugin.',
  'undefined symbol: _ZN6google8protobuf7MessageE',
  'unknown flag: --gpus-per-node',
  'E: Unable to locate package python3.11-tk-dev-tools',
  'no matching manifest was found for the release',
  'ERROR: Could not find a version that satisfies the requirement torch==9.9.9 (from versions: 2.0.0)',
  'error: subprocess-exited-with-error',
  'failed to solve: process "/bin/sh -c make" did not complete successfully: exit code: 2',
])('says nothing of “%s”', (text) => {
  expect(decodeError(text)).toEqual([]);
});

it('tells of a program that does not start both what it may be', () => {
  const [found] = decodeError('exec /app/start.sh: exec format error');
  expect(found?.cause).toMatch(/another processor.*without #!/);
});

const MIB = 1024 * 1024;

describe('decodeError', () => {
  it('finds nothing in nothing, and in what it does not know', () => {
    expect(decodeError('')).toEqual([]);
    expect(decodeError('Successfully built 0123456789ab\nall is well\n')).toEqual([]);
  });

  it('gives the place of the words in the text as it was handed in', () => {
    const text = '\u001b[31mdocker: Error response from daemon: could not select device driver \\"\\" with capabilities: [[gpu]].\u001b[0m\r\nnext';
    const [first, ...others] = decodeError(text);
    expect(others).toEqual([]);
    expect(first?.id).toBe('docker-no-gpu-driver');
    expect(text.slice(first?.range.start, first?.range.end)).toBe('could not select device driver \\"\\" with capabilities: [[gpu');
    expect(first?.line).not.toContain('\u001b');
  });

  it('prefers the more specific of two descriptions of one spot', () => {
    expect(decodeError('Error response from daemon: could not select device driver "nvidia" with capabilities: [[gpu]]').map(({ id }) => id)).toEqual(['compose-no-gpu-driver']);
    expect(decodeError('Could not load library libcudnn_ops_infer.so.8. Error: libcublas.so.11: cannot open shared object file: No such file or directory').map(({ id }) => id)).toEqual([
      'libcudnn-libcublas11',
    ]);
  });

  it('puts causes before symptoms and errors before warnings, and counts', () => {
    const text = [
      "W tensorflow/…: TF-TRT Warning: Could not find TensorRT",
      "AttributeError: 'NoneType' object has no attribute 'create_execution_context'",
      'DataLoader worker (pid 13) is killed by signal: Bus error.',
      'DataLoader worker (pid 14) is killed by signal: Bus error.',
    ].join('\n');
    expect(decodeError(text).map(({ id, times }) => [id, times])).toEqual([
      ['shm-bus-error', 2],
      ['tf-trt-missing', 1],
      ['trt-none-engine', 1],
    ]);
  });

  it('finds several errors in a text whose line breaks were lost', () => {
    const filler = 'x '.repeat(300);
    const text = `Failed to initialize NVML: Unknown Error ${filler} DataLoader worker (pid 13) is killed by signal: Bus error.`;
    expect(decodeError(text).map(({ id }) => id)).toEqual(['nvml-unknown', 'shm-bus-error']);
  });

  it('puts values into the texts', () => {
    const [found] = decodeError('nvidia-container-cli: requirement error: unsatisfied condition: cuda>=12.8, please update your driver to a newer version');
    expect(found?.values).toEqual({ cuda: '12.8' });
    expect(found === undefined ? '' : formatDecoded(found).cause).toContain('CUDA 12.8');
  });

  it.each([
    ['many lines', 'E: Version \'8.6.1.6-1+cuda12.0\' for \'libnvinfer8\' was not found\n'],
    ['beginnings without an end', 'libnvinfer8 : Depends: libnvinfer'],
    ['escape characters', '\u001b['],
    ['unfinished titles', '\u001b]0;'],
    ['backslashes', '\\'],
    ['one line of solve errors', 'failed to solve: '],
    ['words of many patterns', 'docker: nvidia/cuda:libnvinfer.so cannot open shared object file E: Version '],
  ])('reads 10 MB of %s in bounded time', (_, piece) => {
    const text = piece.repeat(Math.ceil((10 * MIB) / piece.length));
    const start = performance.now();
    decodeError(`${text}\nFailed to initialize NVML: Unknown Error`);
    // Wide of what it takes (0.3 s), and far from what a pattern that runs away takes.
    expect(performance.now() - start).toBeLessThan(20_000);
    expect(decodeError(`${text}\nFailed to initialize NVML: Unknown Error`).some(({ id }) => id === 'nvml-unknown')).toBe(true);
  });
});
