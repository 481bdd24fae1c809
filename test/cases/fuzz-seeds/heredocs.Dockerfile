FROM nvcr.io/nvidia/tensorrt:23.04-py3 AS build
SHELL ["/bin/bash", "-o", "pipefail", "-c"]
WORKDIR /workspace/$NAME
RUN <<EOT
set -e
apt-get update
apt-get install -y cuda-toolkit-12-1 libcudnn8-dev
EOT
RUN <<-'SCRIPT' bash && cat <<"CONF FILE" > /etc/app.conf
	for v in 8 9; do
		echo "$v" | tee -a /tmp/v
	done
	SCRIPT
[main]
path=$HOME
CONF FILE
COPY --chown=1000:1000 --from=nvidia/cuda:12.1.1-base-ubuntu22.04 <<run.sh requirements.txt /app/
#!/bin/sh
exec trtexec --onnx=model.onnx --saveEngine=model.plan
run.sh
RUN python3 - <<PY
import tensorrt
print(tensorrt.__version__)
PY
ONBUILD RUN pip install -r requirements.txt
HEALTHCHECK --interval=30s --timeout=5s CMD ["nvidia-smi", "-L"]
HEALTHCHECK NONE
