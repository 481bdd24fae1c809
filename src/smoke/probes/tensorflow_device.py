# Multiplies two matrices on the first GPU with TensorFlow; placement on the CPU instead is an error.
import importlib.util

from trtc_probe import Skip, run


def probe():
    if importlib.util.find_spec("tensorflow") is None:
        raise Skip("absent")
    import tensorflow as tf

    if not tf.test.is_built_with_cuda():
        raise RuntimeError("this TensorFlow is built without CUDA")
    devices = tf.config.list_physical_devices("GPU")
    if not devices:
        raise RuntimeError("TensorFlow sees no GPU (list_physical_devices('GPU') is empty)")
    tf.config.set_soft_device_placement(False)
    tf.config.experimental.set_memory_growth(devices[0], True)
    with tf.device("/GPU:0"):
        found = tf.matmul(tf.ones((64, 64)), tf.ones((64, 64)))
    if "GPU" not in found.device:
        raise RuntimeError("the product was computed on " + found.device)
    if abs(float(tf.reduce_mean(found)) - 64.0) > 0.5:
        raise RuntimeError("a matrix product on the GPU is wrong")
    details = tf.config.experimental.get_device_details(devices[0])
    capability = details.get("compute_capability")
    return {"version": tf.__version__, "gpu": details.get("device_name"), "computeCapability": "%d.%d" % capability if capability else None}


run(probe)
