# a comment, so the next line is none of Docker's
# escape=`
ARG BASE=ubuntu:22.04
FROM --platform=$BUILDPLATFORM ${BASE} as Fetch
ADD --checksum=sha256:0123 https://example.org/TensorRT-8.6.1.6.Linux.x86_64-gnu.cuda-11.8.tar.gz /tmp/trt.tgz
RUN tar -xzf /tmp/trt.tgz -C /opt && ln -s /opt/TensorRT-8.6.1.6 /opt/tensorrt

FROM tensorflow/tensorflow:2.11.0-gpu
COPY --from=fetch ["/opt/tensorrt/lib", "/opt/tensorrt/lib/"]
COPY --from=0 /etc/os-release /
LABEL maintainer="A <a@example.org>" "org.example.cuda"='11.8' note=a\ b
ENV A=${NOPE:-${B:+x}} B='$A' C="\"$A\"" D=${A//./-} E=${A##*/}
EXPOSE 8000 8001/tcp
VOLUME ["/models", "/cache"]
USER ${UID:-1000}:${GID}
STOPSIGNAL SIGTERM
CMD python3 -c "import tensorflow as tf; print(tf.__version__)" || exit 1
ENTRYPOINT [ "tritonserver" , "--model-repository=/models" ]
FROM fetch
FROM scratch
