# Builds an engine of the tiny network, saves it, loads it again, runs it and compares the result.
#   tensorrt_engine.py network.onnx '{"input": […], "output": […]}'
import ctypes
import importlib.util
import json
import os
import sys

from trtc_probe import Cuda, Skip, compare, floats, run


def build(trt, logger, path):
    builder = trt.Builder(logger)
    # Explicit batch is the only kind since TensorRT 10, where the flag does nothing.
    flag = getattr(trt.NetworkDefinitionCreationFlag, "EXPLICIT_BATCH", None)
    network = builder.create_network(0 if flag is None else 1 << int(flag))
    parser = trt.OnnxParser(network, logger)
    with open(path, "rb") as file:
        if not parser.parse(file.read()):
            raise RuntimeError("; ".join(str(parser.get_error(i)) for i in range(parser.num_errors)))
    config = builder.create_builder_config()
    if hasattr(builder, "build_serialized_network"):
        plan = builder.build_serialized_network(network, config)
        if plan is None:
            raise RuntimeError("the builder gave no engine")
        return bytes(plan)
    engine = builder.build_engine(network, config)
    if engine is None:
        raise RuntimeError("the builder gave no engine")
    return bytes(engine.serialize())


def execute(cuda, engine, values, size):
    context = engine.create_execution_context()
    given, wanted = floats(values), floats([0.0] * size)
    source, target = cuda.allocate(ctypes.sizeof(given)), cuda.allocate(ctypes.sizeof(wanted))
    cuda.upload(source, given)
    if hasattr(context, "execute_async_v3"):
        stream = ctypes.c_void_p()
        cuda.call("cuStreamCreate", ctypes.byref(stream), ctypes.c_uint(0))
        context.set_tensor_address("input", source.value)
        context.set_tensor_address("output", target.value)
        done = context.execute_async_v3(stream.value)
        cuda.call("cuStreamSynchronize", stream)
    else:
        done = context.execute_v2([source.value, target.value])
    if not done:
        raise RuntimeError("the engine did not run")
    cuda.download(wanted, target)
    return list(wanted)


def probe():
    if importlib.util.find_spec("tensorrt") is None:
        raise Skip("absent")
    import tensorrt as trt

    expected = json.loads(sys.argv[2])
    cuda = Cuda()
    logger = trt.Logger(trt.Logger.WARNING)
    plan = build(trt, logger, sys.argv[1])
    path = os.path.join(os.environ.get("TRTC_WORK", "/tmp"), "network.engine")
    with open(path, "wb") as file:
        file.write(plan)
    with open(path, "rb") as file:
        engine = trt.Runtime(logger).deserialize_cuda_engine(file.read())
    if engine is None:
        raise RuntimeError("the saved engine could not be loaded")
    compare(execute(cuda, engine, expected["input"], len(expected["output"])), expected["output"])
    data = cuda.describe()
    data.update({"version": trt.__version__, "engineBytes": len(plan)})
    return data


run(probe)
