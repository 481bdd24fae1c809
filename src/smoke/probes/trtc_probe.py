# What every probe shares. Python 3.6 and later, standard library only; lies beside the probes in the container.
import ctypes
import json
import os
import sys
import traceback

MARK = "@@trtc:result "


class NoDriver(Exception):
    """The driver's library is not in the container: nobody mounted it."""


class Skip(Exception):
    """There is nothing to check here."""


def report(data):
    """Writes the result on a line of its own, whatever else the probed modules print."""
    sys.stdout.flush()
    sys.stderr.flush()
    os.write(1, ("\n" + MARK + json.dumps(data) + "\n").encode())


def run(probe):
    """Runs a probe: its dictionary is the result; what it raises is the reason of its failure."""
    try:
        data = probe()
        data["ok"] = True
        report(data)
    except Skip as reason:
        report({"ok": False, "skip": str(reason)})
    except NoDriver as reason:
        report({"ok": False, "noDriver": True, "message": str(reason)})
        sys.exit(1)
    except BaseException as error:
        trace = traceback.format_exc()
        report({"ok": False, "error": type(error).__name__, "message": str(error)[:4000], "trace": trace[-4000:]})
        sys.exit(1)


def loaded_libraries(words):
    """Paths of the shared libraries in this process whose name holds one of the words."""
    found = []
    with open("/proc/self/maps") as maps:
        for line in maps:
            path = line.rstrip("\n").partition("/")[2]
            name = path.rpartition("/")[2]
            if ".so" in name and any(word in name for word in words) and "/" + path not in found:
                found.append("/" + path)
    return sorted(found)


class Cuda:
    """The CUDA driver API through ctypes: a context on the first device, memory, kernels."""

    def __init__(self):
        try:
            self.library = ctypes.CDLL("libcuda.so.1")
        except OSError as error:
            raise NoDriver(str(error))
        self.call("cuInit", ctypes.c_uint(0))
        count = ctypes.c_int()
        self.call("cuDeviceGetCount", ctypes.byref(count))
        if count.value == 0:
            raise RuntimeError("CUDA error 100 (CUDA_ERROR_NO_DEVICE)")
        self.device = ctypes.c_int()
        self.call("cuDeviceGet", ctypes.byref(self.device), ctypes.c_int(0))
        self.context = ctypes.c_void_p()
        self.call("cuDevicePrimaryCtxRetain", ctypes.byref(self.context), self.device)
        self.call("cuCtxSetCurrent", self.context)

    def call(self, name, *arguments):
        status = getattr(self.library, name)(*arguments)
        if status != 0:
            text = ctypes.c_char_p()
            known = self.library.cuGetErrorName(ctypes.c_int(status), ctypes.byref(text)) == 0 and text.value
            raise RuntimeError("CUDA error %d (%s) in %s" % (status, text.value.decode() if known else "unknown", name))

    def describe(self):
        name = ctypes.create_string_buffer(256)
        self.call("cuDeviceGetName", name, ctypes.c_int(256), self.device)
        version = ctypes.c_int()
        self.call("cuDriverGetVersion", ctypes.byref(version))
        return {
            "gpu": name.value.decode("utf-8", "replace"),
            "computeCapability": "%d.%d" % (self.attribute(75), self.attribute(76)),
            "driverCuda": "%d.%d" % (version.value // 1000, version.value % 1000 // 10),
        }

    def attribute(self, number):
        value = ctypes.c_int()
        self.call("cuDeviceGetAttribute", ctypes.byref(value), ctypes.c_int(number), self.device)
        return value.value

    def allocate(self, size_bytes):
        pointer = ctypes.c_uint64()
        self.call("cuMemAlloc_v2", ctypes.byref(pointer), ctypes.c_size_t(size_bytes))
        return pointer

    def upload(self, pointer, values):
        self.call("cuMemcpyHtoD_v2", pointer, values, ctypes.c_size_t(ctypes.sizeof(values)))

    def download(self, values, pointer):
        self.call("cuCtxSynchronize")
        self.call("cuMemcpyDtoH_v2", values, pointer, ctypes.c_size_t(ctypes.sizeof(values)))


def floats(values):
    return (ctypes.c_float * len(values))(*values)


def compare(found, wanted, tolerance=1e-2):
    """Raises where two lists of numbers differ by more than a part of their size."""
    for index, (one, other) in enumerate(zip(found, wanted)):
        if not abs(one - other) <= tolerance * max(1.0, abs(other)):
            raise RuntimeError("value %d is %r where %r is right" % (index, one, other))
    if len(found) != len(wanted):
        raise RuntimeError("%d values where %d are right" % (len(found), len(wanted)))
