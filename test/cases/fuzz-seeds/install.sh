#!/usr/bin/env bash
set -euo pipefail
CUDA=${1:-11.8}
TRT="8.6.1.6"
cuda_short=${CUDA//./-}
pins=(libnvinfer8 libnvinfer-plugin8 libnvonnxparsers8)
install() {
  local version=$1; shift
  for package in "$@"; do
    apt-get install -y --no-install-recommends "$package=$version"
  done
}
if command -v apt-get >/dev/null 2>&1 && [[ $CUDA == 11.* ]]; then
  apt-get update -qq || true
  install "${TRT%.*}-1+cuda${CUDA}" "${pins[@]}"
elif [ -f /etc/redhat-release ]; then
  yum install -y "cuda-toolkit-${cuda_short}"
else
  echo "unsupported" >&2; exit 1
fi
case "$(uname -m)" in
  x86_64) arch=x86_64 ;;
  aarch64 | arm64) arch=sbsa ;;
esac
curl -fsSL "https://developer.download.nvidia.com/compute/cuda/repos/ubuntu2204/${arch}/cuda-keyring_1.1-1_all.deb" -o /tmp/k.deb &&
  dpkg -i /tmp/k.deb
bash -c "pip install 'tensorrt==${TRT%.*}' \$EXTRA" | tee log
cat <<EOT > /etc/ld.so.conf.d/trt.conf
/opt/TensorRT-$TRT/lib
EOT
( cd /opt && tar xf "TensorRT-${TRT}.tar.gz" )
while read -r line; do echo "${line^^}"; done < <(ls /opt)
