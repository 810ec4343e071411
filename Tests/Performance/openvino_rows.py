"""OpenVINO's rows; see pytorch_rows.py."""

import openvino

from exported import exported, picture
from measuring import burst

VERSION = f"OpenVINO {openvino.__version__.split('-')[0]}"
threads = 1


def set_threads(count):
    global threads
    threads = count


def predict(batch_size, seconds):
    """The tutorial's network on a batch, by whichever of the two ways of calling it is the faster."""
    core = openvino.Core()
    hints = {"INFERENCE_NUM_THREADS": threads, "PERFORMANCE_HINT": "LATENCY", "INFERENCE_PRECISION_HINT": "f32"}
    request = core.compile_model(core.read_model(exported(batch_size)), "CPU", hints).create_infer_request()
    x = picture(batch_size)
    request.set_input_tensor(openvino.Tensor(x, shared_memory=True))

    def started():
        request.start_async()
        request.wait()

    return lambda: min(burst(lambda: request.infer(), seconds / 2), burst(started, seconds / 2))
