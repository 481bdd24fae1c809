#!/bin/bash
set -e
wget http://us.download.nvidia.com/XFree86/Linux-x86_64/$NVIDIA_VERSION/NVIDIA-Linux-x86_64-$NVIDIA_VERSION.run \
  || \
wget http://ai2-vision-nvidia.s3-us-west-2.amazonaws.com/NVIDIA-Linux-x86_64-$NVIDIA_VERSION.run
