# Asks a graphics library for its devices:  display.py egl|vulkan|x11|nvdec
import ctypes
import os
import sys

from trtc_probe import NoDriver, Skip, run


def load(name, missing):
    try:
        return ctypes.CDLL(name)
    except OSError as error:
        raise missing(str(error))


def egl():
    library = load("libEGL.so.1", Skip)
    library.eglGetProcAddress.restype = ctypes.c_void_p
    address = library.eglGetProcAddress(b"eglQueryDevicesEXT")
    if not address:
        raise RuntimeError("libEGL.so.1 has no eglQueryDevicesEXT")
    query = ctypes.CFUNCTYPE(ctypes.c_uint, ctypes.c_int, ctypes.c_void_p, ctypes.POINTER(ctypes.c_int))(address)
    count = ctypes.c_int()
    if not query(0, None, ctypes.byref(count)):
        raise RuntimeError("eglQueryDevicesEXT failed")
    devices = (ctypes.c_void_p * max(1, count.value))()
    query(count.value, devices, ctypes.byref(count))
    address = library.eglGetProcAddress(b"eglQueryDeviceStringEXT")
    describe = ctypes.CFUNCTYPE(ctypes.c_char_p, ctypes.c_void_p, ctypes.c_int)(address)
    extensions = [(describe(device, 0x3055) or b"").decode() for device in devices[: count.value]]
    if not any("EGL_NV_device_cuda" in text for text in extensions):
        raise RuntimeError("EGL knows %d devices, none of NVIDIA" % count.value)
    return {"devices": count.value}


class ApplicationInfo(ctypes.Structure):
    _fields_ = [
        ("sType", ctypes.c_int),
        ("pNext", ctypes.c_void_p),
        ("pApplicationName", ctypes.c_char_p),
        ("applicationVersion", ctypes.c_uint32),
        ("pEngineName", ctypes.c_char_p),
        ("engineVersion", ctypes.c_uint32),
        ("apiVersion", ctypes.c_uint32),
    ]


class InstanceCreateInfo(ctypes.Structure):
    _fields_ = [
        ("sType", ctypes.c_int),
        ("pNext", ctypes.c_void_p),
        ("flags", ctypes.c_uint32),
        ("pApplicationInfo", ctypes.POINTER(ApplicationInfo)),
        ("enabledLayerCount", ctypes.c_uint32),
        ("ppEnabledLayerNames", ctypes.c_void_p),
        ("enabledExtensionCount", ctypes.c_uint32),
        ("ppEnabledExtensionNames", ctypes.c_void_p),
    ]


def vulkan():
    library = load("libvulkan.so.1", Skip)
    application = ApplicationInfo(sType=0, apiVersion=1 << 22)
    create = InstanceCreateInfo(sType=1, pApplicationInfo=ctypes.pointer(application))
    instance = ctypes.c_void_p()
    status = library.vkCreateInstance(ctypes.byref(create), None, ctypes.byref(instance))
    if status != 0:
        raise RuntimeError("vkCreateInstance failed with %d%s" % (status, " (VK_ERROR_INCOMPATIBLE_DRIVER)" if status == -9 else ""))
    count = ctypes.c_uint32()
    library.vkEnumeratePhysicalDevices(instance, ctypes.byref(count), None)
    devices = (ctypes.c_void_p * max(1, count.value))()
    library.vkEnumeratePhysicalDevices(instance, ctypes.byref(count), devices)
    names = []
    for device in devices[: count.value]:
        # VkPhysicalDeviceProperties: apiVersion, driverVersion, vendorID, deviceID, deviceType, deviceName[256], …
        properties = ctypes.create_string_buffer(4096)
        library.vkGetPhysicalDeviceProperties(ctypes.c_void_p(device), properties)
        vendor = int.from_bytes(properties.raw[8:12], sys.byteorder)
        if vendor == 0x10DE:
            names.append(properties.raw[20:276].split(b"\0")[0].decode("utf-8", "replace"))
    if not names:
        raise RuntimeError("Vulkan knows %d devices, none of NVIDIA" % count.value)
    return {"gpu": names[0], "devices": len(names)}


def x11():
    if not os.environ.get("DISPLAY"):
        raise Skip("DISPLAY is not set")
    library = load("libX11.so.6", Skip)
    library.XOpenDisplay.restype = ctypes.c_void_p
    display = library.XOpenDisplay(None)
    if not display:
        raise RuntimeError("the X server at %s could not be reached or refused this container" % os.environ["DISPLAY"])
    return {"display": os.environ["DISPLAY"]}


def nvdec():
    load("libcuda.so.1", NoDriver)
    try:
        ctypes.CDLL("libnvcuvid.so.1")
    except OSError as error:
        raise RuntimeError(str(error))
    return {}


run({"egl": egl, "vulkan": vulkan, "x11": x11, "nvdec": nvdec}[sys.argv[1]])
