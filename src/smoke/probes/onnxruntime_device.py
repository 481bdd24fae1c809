# Runs the tiny network through ONNX Runtime with one provider and reads from its profile which provider really ran it.
#   onnxruntime_device.py CUDAExecutionProvider network.onnx '{"input": […], "output": […]}'
import importlib.util
import json
import os
import sys

from trtc_probe import Skip, compare, run


def probe():
    if importlib.util.find_spec("onnxruntime") is None:
        raise Skip("absent")
    import numpy
    import onnxruntime

    provider, path, expected = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
    if provider not in onnxruntime.get_available_providers():
        raise Skip("This ONNX Runtime has no %s, only %s." % (provider, ", ".join(onnxruntime.get_available_providers())))
    options = onnxruntime.SessionOptions()
    options.enable_profiling = True
    options.profile_file_prefix = os.path.join(os.environ.get("TRTC_WORK", "/tmp"), "profile")
    session = onnxruntime.InferenceSession(path, options, providers=[provider])
    if provider not in session.get_providers():
        raise RuntimeError("%s could not be created; the session fell back to %s" % (provider, ", ".join(session.get_providers())))
    values = numpy.array(expected["input"], dtype=numpy.float32).reshape(1, 3, 8, 8)
    found = session.run(["output"], {"input": values})[0]
    compare([float(value) for value in found.reshape(-1)], expected["output"])
    with open(session.end_profiling()) as file:
        events = json.load(file)
    used = {event["args"]["provider"] for event in events if event.get("cat") == "Node" and "provider" in event.get("args", {})}
    if used and provider not in used:
        raise RuntimeError("the network ran on %s" % ", ".join(sorted(used)))
    return {"version": onnxruntime.__version__, "provider": provider, "used": sorted(used)}


run(probe)
