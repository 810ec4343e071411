"""ONNX Runtime's rows; see pytorch_rows.py."""

import onnxruntime

from exported import exported, picture
from measuring import burst

VERSION = f"ONNX Runtime {onnxruntime.__version__}"
threads = 1


def set_threads(count):
    global threads
    threads = count


def predict(batch_size, seconds):
    """The tutorial's network on a batch, by whichever of the two ways of calling it is the faster."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(exported(batch_size), options, providers=["CPUExecutionProvider"])
    x = picture(batch_size)
    bound = session.io_binding()
    bound.bind_cpu_input("x", x)
    bound.bind_output("y")
    return lambda: min(
        burst(lambda: session.run(None, {"x": x}), seconds / 2),
        burst(lambda: session.run_with_iobinding(bound), seconds / 2),
    )
