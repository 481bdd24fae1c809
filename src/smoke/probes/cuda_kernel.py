# Has the driver compile a small kernel, runs it on the first GPU, and compares what it wrote.
#   cuda_kernel.py scale.ptx
import ctypes
import sys

from trtc_probe import Cuda, compare, floats, run

COUNT = 1024


def probe():
    cuda = Cuda()
    about = cuda.describe()
    with open(sys.argv[1], "rb") as file:
        code = ctypes.create_string_buffer(file.read())
    module, kernel = ctypes.c_void_p(), ctypes.c_void_p()
    cuda.call("cuModuleLoadData", ctypes.byref(module), code)
    cuda.call("cuModuleGetFunction", ctypes.byref(kernel), module, b"trtc_scale")
    values = floats([float(i) for i in range(COUNT)])
    memory = cuda.allocate(ctypes.sizeof(values))
    cuda.upload(memory, values)
    count = ctypes.c_uint32(COUNT)
    arguments = (ctypes.c_void_p * 2)(ctypes.addressof(memory), ctypes.addressof(count))
    one = ctypes.c_uint(1)
    blocks, threads = ctypes.c_uint((COUNT + 127) // 128), ctypes.c_uint(128)
    cuda.call("cuLaunchKernel", kernel, blocks, one, one, threads, one, one, ctypes.c_uint(0), None, arguments, None)
    cuda.download(values, memory)
    compare(list(values), [2.0 * i + 1.0 for i in range(COUNT)])
    return about


run(probe)
