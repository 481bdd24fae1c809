FROM pytorch/pytorch:2.0.1-cuda11.7-cudnn8-runtime
RUN apt-key adv --fetch-keys https://developer.download.nvidia.com/compute/cuda/repos/ubuntu2004/x86_64/7fa2af80.pub; \
	wget -qO - https://developer.download.nvidia.com/compute/cuda/repos/ubuntu2004/x86_64/cuda-keyring_1.1-1_all.deb > k.deb && dpkg -i k.deb
RUN conda install -y -c pytorch -c nvidia pytorch=2.0.1 "pytorch-cuda=11.8" cudatoolkit && conda clean -afy
RUN ["pip", "install", "tensorrt==8.6.1", "onnxruntime-gpu"]
RUN cmake -B build -DCMAKE_CUDA_ARCHITECTURES="70;75;86" . && make -C build -j$(nproc)
ENV TORCH_CUDA_ARCH_LIST="7.0 7.5+PTX"
