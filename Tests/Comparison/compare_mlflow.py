#!/usr/bin/env python3
"""Registers a model on a real MLflow server with scripts/register.lua, and reads it back with MLflow's own client.

    compare_mlflow.py NIGHTJAR    # the command; takes Python with mlflow (pip install mlflow)
"""
import json
import os
import pathlib
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

import mlflow
from mlflow.tracking import MlflowClient

ROOT = pathlib.Path(__file__).resolve().parents[2]
MAKE = """
package.path = arg[1] .. "/scripts/?.lua;" .. package.path
local nj = require "nightjar"
local kept = { data = "MNIST", ["config.lr"] = "0.01" }
nj.checkpoint.save("model.safetensors", { model = require("models.mnist").Net(), metadata = kept })
"""


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def start_server(folder, port):
    server = subprocess.Popen(
        [sys.executable, "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", str(port), "--workers", "1",
         "--backend-store-uri", f"sqlite:///{folder}/mlflow.db", "--artifacts-destination", f"{folder}/artifacts"],
        stdout=open(folder / "server.log", "w"), stderr=subprocess.STDOUT)
    for _ in range(240):
        if server.poll() is not None:
            break
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=2)
            return server
        except OSError:
            time.sleep(0.5)
    server.kill()
    sys.exit("the MLflow server did not start:\n" + (folder / "server.log").read_text()[-2000:])


def main(nightjar):
    failures = []

    def expect(what, found, wanted):
        print(f"{'same' if found == wanted else 'DIFFERS'}  {what}: {found!r}")
        if found != wanted:
            failures.append(what)

    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "make.lua").write_text(MAKE)
        subprocess.run([nightjar, "make.lua", str(ROOT)], cwd=folder, check=True)
        (folder / "metrics.json").write_text('{ "accuracy": 97.12, "images": 10000, "data": "MNIST", "loss": 0.5 }')
        port = free_port()
        server = start_server(folder, port)
        uri = f"http://127.0.0.1:{port}"
        try:
            def register(version):
                run = subprocess.run(
                    [nightjar, str(ROOT / "scripts/register.lua"), "--version", version, "--metrics", "metrics.json"],
                    cwd=folder, capture_output=True, text=True, env={**os.environ, "MLFLOW_TRACKING_URI": uri})
                return run.stdout + run.stderr

            expect("first", register("1.2.0"), "mnist-cnn 1.2.0: registered\n")
            expect("again", register("1.2.0"), "mnist-cnn 1.2.0: registered already\n")
            expect("another version", register("1.3.0"), "mnist-cnn 1.3.0: registered\n")
            mlflow.set_tracking_uri(uri)
            client = MlflowClient(uri)
            versions = sorted(client.search_model_versions("name='mnist-cnn'"), key=lambda one: int(one.version))
            expect("versions", [one.tags["gitlab.version"] for one in versions], ["1.2.0", "1.3.0"])
            run = client.get_run(versions[0].run_id)
            expect("status", run.info.status, "FINISHED")
            expect("metrics", run.data.metrics, {"accuracy": 97.12, "images": 10000.0, "loss": 0.5})
            expect("params", run.data.params, {"lr": "0.01"})
            files = mlflow.artifacts.download_artifacts(
                f"models:/mnist-cnn/{versions[0].version}", dst_path=str(folder / "down"))
            same = (pathlib.Path(files) / "model.safetensors").read_bytes() == (folder / "model.safetensors").read_bytes()
            expect("the model's file, fetched by MLflow", same, True)
            broken = json.loads((folder / "metrics.json").read_text())
            broken["accuracy"] = 1
            (folder / "metrics.json").write_text(json.dumps(broken))
            register("1.2.0")
            expect("a finished version stays as it is", client.get_run(versions[0].run_id).data.metrics["accuracy"], 97.12)
        finally:
            server.terminate()
            server.wait(30)
    print(f"MLflow {mlflow.__version__}: {'nothing differs' if not failures else ', '.join(failures)}")
    return 1 if failures else 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(str(pathlib.Path(sys.argv[1]).resolve())))
