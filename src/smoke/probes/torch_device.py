# Multiplies two matrices on the GPU with PyTorch and compares with the CPU; runs one convolution through cuDNN.
import importlib.util

from trtc_probe import Skip, run


def probe():
    if importlib.util.find_spec("torch") is None:
        raise Skip("absent")
    import torch

    if torch.version.cuda is None:
        raise RuntimeError("this PyTorch is built without CUDA (torch.version.cuda is None)")
    if not torch.cuda.is_available():
        # Says why: "Found no NVIDIA driver", "driver … is too old", "CUDA error 804".
        torch.cuda.init()
        raise RuntimeError("torch.cuda.is_available() is False")
    left = torch.arange(64 * 64, dtype=torch.float32).reshape(64, 64) / 4096
    right = left.t().contiguous()
    found = (left.cuda() @ right.cuda()).cpu()
    if not torch.allclose(found, left @ right, rtol=1e-2, atol=1e-2):
        raise RuntimeError("a matrix product on the GPU differs from that on the CPU")
    picture = torch.ones(1, 3, 8, 8)
    kernel = torch.ones(4, 3, 3, 3)
    convolved = torch.nn.functional.conv2d(picture.cuda(), kernel.cuda()).cpu()
    if not torch.allclose(convolved, torch.full_like(convolved, 27.0), rtol=1e-2):
        raise RuntimeError("a convolution on the GPU is wrong")
    major, minor = torch.cuda.get_device_capability(0)
    return {
        "version": torch.__version__,
        "cuda": torch.version.cuda,
        "cudnn": torch.backends.cudnn.version(),
        "gpu": torch.cuda.get_device_name(0),
        "computeCapability": "%d.%d" % (major, minor),
        "architectures": torch.cuda.get_arch_list(),
    }


run(probe)
