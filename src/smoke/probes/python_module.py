# Imports a module and tells its version, what it was built with, and which libraries came with it.
#   python_module.py tensorrt|torch|tensorflow|onnxruntime
import importlib
import importlib.util
import sys

from trtc_probe import Skip, loaded_libraries, run

LIBRARIES = ("libnvinfer", "libnvonnxparser", "libcudnn", "libcublas", "libcudart", "libcufft", "libnccl", "libcuda.", "libtorch", "libtensorflow", "libonnxruntime")


def about_torch(torch):
    cuda = torch.version.cuda
    cudnn = torch.backends.cudnn.version() if cuda else None
    return {
        "cuda": cuda,
        "cudnn": describe_cudnn(cudnn),
        # get_arch_list() is empty where no GPU is; the flags themselves are readable everywhere.
        "architectures": (torch._C._cuda_getArchFlags() or "").split() if cuda and hasattr(torch._C, "_cuda_getArchFlags") else [],
    }


def describe_cudnn(number):
    if not number:
        return None
    major, rest = divmod(number, 10000 if number >= 90000 else 1000)
    return "%d.%d.%d" % (major, rest // 100, rest % 100)


def about_tensorflow(tensorflow):
    build = dict(tensorflow.sysconfig.get_build_info())
    return {
        "cuda": build.get("cuda_version"),
        "cudnn": build.get("cudnn_version"),
        "architectures": list(build.get("cuda_compute_capabilities") or []),
    }


def about_onnxruntime(onnxruntime):
    return {"providers": onnxruntime.get_available_providers()}


ABOUT = {"torch": about_torch, "tensorflow": about_tensorflow, "onnxruntime": about_onnxruntime}


def probe():
    name = sys.argv[1]
    if importlib.util.find_spec(name) is None:
        raise Skip("absent")
    module = importlib.import_module(name)
    data = {"version": str(getattr(module, "__version__", "")), "file": str(getattr(module, "__file__", ""))}
    data.update(ABOUT.get(name, lambda _: {})(module))
    data["libraries"] = loaded_libraries(LIBRARIES)
    return data


run(probe)
