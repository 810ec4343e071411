#!/usr/bin/env python3
"""Compares signatures, model cards and provenance with the reference implementations, both ways.

    python -m venv venv
    venv/bin/pip install model-signing==1.1.1 pyopenssl 'cyclonedx-python-lib[json-validation]'
    venv/bin/python Tests/Reference/compare_signing.py .build/command/nightjar [--descriptions]

Prints a line for each comparison; the status is 1 where one differs.
"""
import base64
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from google.protobuf import json_format
from in_toto_attestation.predicates.provenance.v1 import provenance_pb2
from in_toto_attestation.v1 import resource_descriptor, statement, statement_pb2

ROOT = pathlib.Path(__file__).resolve().parents[2]
COMMAND = pathlib.Path(sys.argv[1]).resolve()
VALUES = json.loads((pathlib.Path(__file__).parent / "signing.json").read_text())
failures = 0


def report(name, agrees, details=""):
    global failures
    failures += not agrees
    print(f"{'same     ' if agrees else 'DIFFERENT'} {name}{'' if agrees else ': ' + details}")


def lua(code, *arguments, **variables):
    """Runs a chunk whose arguments are `...`; answers whether it succeeded and what it printed."""
    with tempfile.NamedTemporaryFile("w", suffix=".lua", dir=ROOT / "scripts", prefix=".compare-") as script:
        script.write("local nj = require 'nightjar'\n" + code)
        script.flush()
        environment = {name: value for name, value in os.environ.items() if not name.startswith("CI_")} | variables
        run = subprocess.run(
            [COMMAND, script.name, *map(str, arguments)], capture_output=True, text=True, env=environment)
    return run.returncode == 0, run.stdout + run.stderr


def model_signing(*arguments):
    run = subprocess.run(
        [sys.executable, "-m", "model_signing", *map(str, arguments)], capture_output=True, text=True)
    return run.returncode == 0, run.stdout + run.stderr


def ours_verifies(folder, key, signature):
    return lua("nj.signing.verify(arg[1], arg[2], { signature = arg[3] })", folder, key, signature)


def reference_verifies(folder, key, signature):
    return model_signing("verify", "key", "--public_key", key, "--signature", signature, folder)


def make_folder(path):
    for name, content in VALUES["files"].items():
        file = path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content)
    for name in ("manifest.json", "provenance.json"):
        (path / name).write_text("{}")
    (path / ".git").mkdir()
    (path / ".git" / "config").write_text("x")


def edit_payload(edit):
    def change(folder):
        path = folder / "model.sig"
        bundle = json.loads(path.read_text())
        envelope = bundle["dsseEnvelope"]
        payload = json.loads(base64.b64decode(envelope["payload"]))
        edit(payload)
        envelope["payload"] = base64.b64encode(json.dumps(payload).encode()).decode()
        path.write_text(json.dumps(bundle))
    return change


def edit_bundle(edit):
    def change(folder):
        path = folder / "model.sig"
        bundle = json.loads(path.read_text())
        edit(bundle)
        path.write_text(json.dumps(bundle))
    return change


def several(order):
    def edit(bundle):
        signatures = bundle["dsseEnvelope"]["signatures"]
        other = {"sig": base64.b64encode(b"0\x06\x02\x01\x01\x02\x01\x01").decode(), "keyid": ""}
        bundle["dsseEnvelope"]["signatures"] = signatures + [other] if order == "first" else [other] + signatures
    return edit


CHANGES = {
    "nothing": (True, lambda folder: None),
    "manifest changed": (True, lambda folder: (folder / "manifest.json").write_text("[]")),
    "manifest and provenance gone": (
        True, lambda folder: [(folder / name).unlink() for name in ("manifest.json", "provenance.json")]),
    "something of git added": (True, lambda folder: (folder / ".gitignore").write_text("x")),
    "an empty folder added": (True, lambda folder: (folder / "empty").mkdir()),
    "renamed folder": (True, lambda folder: None),
    "file changed": (False, lambda folder: (folder / "a.txt").write_text("ho\n")),
    "file changed below": (False, lambda folder: (folder / "sub/Z.txt").write_text("")),
    "file missing": (False, lambda folder: (folder / "B.txt").unlink()),
    "file added": (False, lambda folder: (folder / "new.txt").write_text("x")),
    "hidden file added": (False, lambda folder: (folder / ".new").write_text("x")),
    "manifest added below": (False, lambda folder: (folder / "sub/manifest.json").write_text("{}")),
    "file renamed": (False, lambda folder: (folder / "a.txt").rename(folder / "c.txt")),
    "link added": (False, lambda folder: (folder / "link").symlink_to("a.txt")),
    "link in place of the manifest": (
        False, lambda folder: [(folder / "manifest.json").unlink(), (folder / "manifest.json").symlink_to("a.txt")]),
    "payload written anew": (False, edit_payload(lambda payload: None)),
    "payload ignores more": (
        False, edit_payload(lambda payload: payload["predicate"]["serialization"]["ignore_paths"].append("a.txt"))),
    "payload type changed": (
        False, edit_bundle(lambda bundle: bundle["dsseEnvelope"].update(payloadType="text/plain"))),
    "media type changed": (
        False, edit_bundle(lambda bundle: bundle.update(mediaType="application/vnd.dev.sigstore.bundle+json;version=0.3"))),
    "hint changed": (
        False, edit_bundle(lambda bundle: bundle["verificationMaterial"]["publicKey"].update(hint="00"))),
    "no signature": (False, edit_bundle(lambda bundle: bundle["dsseEnvelope"].update(signatures=[]))),
    "another signature after it": (True, edit_bundle(several("first"))),
    "another signature before it": (False, edit_bundle(several("last"))),
    "signature empty": (False, lambda folder: (folder / "model.sig").write_text("")),
}


def compare_signatures(scratch):
    for curve in ("P-256", "P-384", "P-521"):
        private, public = scratch / "key.pem", scratch / "pub.pem"
        private.write_text(VALUES["keys"][curve]["private"])
        public.write_text(VALUES["keys"][curve]["public"])
        for signer in ("ours", "reference"):
            original = scratch / "original"
            shutil.rmtree(original, ignore_errors=True)
            make_folder(original)
            if signer == "ours":
                signed = lua("nj.signing.sign(arg[1], nj.signing.private_key(arg[2]))", original, private)
            else:
                ignored = [word for name in ("manifest.json", "provenance.json")
                           for word in ("--ignore-paths", original / name)]
                signed = model_signing(
                    "sign", "key", "--private_key", private, "--signature", original / "model.sig", *ignored, original)
            report(f"{curve}: {signer} signs", *signed)
            # One curve is enough for what has nothing to do with curves.
            for name, (expected, change) in CHANGES.items():
                if curve != "P-256" and name not in ("nothing", "file changed", "payload written anew"):
                    continue
                folder = scratch / ("other-name" if name == "renamed folder" else "model")
                shutil.rmtree(folder, ignore_errors=True)
                shutil.copytree(original, folder, symlinks=True)
                change(folder)
                for verifier, verify in (("ours", ours_verifies), ("reference", reference_verifies)):
                    passed, output = verify(folder, public, folder / "model.sig")
                    report(f"{curve}: {signer} signed, {name}: {verifier} {'takes' if expected else 'refuses'}",
                           passed == expected, output)
            another = scratch / "another.pem"
            another.write_text(VALUES["keys"]["another"]["public"])
            for verifier, verify in (("ours", ours_verifies), ("reference", reference_verifies)):
                passed, output = verify(original, another, original / "model.sig")
                report(f"{curve}: {signer} signed, another key: {verifier} refuses", not passed, output)
    for name in ("RSA", "ED25519", "secp256k1"):
        private.write_text(VALUES["keys"][name]["private"])
        for signer, (passed, output) in (
            ("ours", lua("nj.signing.sign(arg[1], nj.signing.private_key(arg[2]))", original, private)),
            ("reference", model_signing(
                "sign", "key", "--private_key", private, "--signature", original / "model.sig", original)),
        ):
            report(f"{name}: {signer} refuses to sign", not passed, output)


FACTS = """
local kept = {
  data = "MNIST", ["data.images"] = "60000", ["data.images.sha256"] = ("0"):rep(64), ["data.labels.sha256"] = ("1"):rep(64),
  epoch = "3", step = "2814", ["config.lr"] = "0.01", ["config.epochs"] = "3",
}
local metrics = {
  accuracy = 96.68, loss = 0.1062, images = 10000, data = "MNIST",
  data_sha256 = { images = ("2"):rep(64), labels = ("3"):rep(64) },
  classes = { { class = 0, recall = 0.99, precision = 0.98 }, { class = 7, recall = 0.95, precision = 0.96 } },
}
"""


def compare_descriptions(scratch):
    validator = JsonStrictValidator(SchemaVersion.V1_6)
    folder = scratch / "described"
    make_folder(folder)
    full = FACTS + """
        local card = require "plugins.model_card".card(
          { name = "mnist-cnn", version = "1.2.3" }, require "models.mnist".Net(), arg[1], kept, metrics)
        print(card)"""
    fullest = """print(nj.signing.model_card("m", "1", {
        description = "d", licence = arg[2], model = arg[1], source = "https://gitlab.example/g/p", commit = "abc",
        task = "t", architecture_family = "f", architecture = "a", approach = "supervised",
        datasets = { { name = "d", description = "d", licence = "my own", url = "https://e.org/", digests = {} } },
        inputs = { "i" }, outputs = { "o" }, metrics = { { type = "a", value = 1, slice = "s", lower = 0, upper = 2 } },
        users = { "u" }, use_cases = { "c" }, limitations = { "l" }, tradeoffs = { "t" },
        risks = { { name = "n", mitigation = "m" } }, properties = { a = 1, b = true, c = "x" } }))"""
    for name, code, *arguments in [
        ("full", full), ("smallest", "print(nj.signing.model_card('m', '1'))"),
        ("fullest, licence by id", fullest, "Apache-2.0"), ("fullest, expression", fullest, "MIT OR Apache-2.0"),
        ("fullest, other licence", fullest, "all rights reserved"),
    ]:
        passed, text = lua(code, folder / "a.txt", *arguments)
        problem = validator.validate_str(text) if passed else text
        report(f"model card, {name}: cyclonedx takes it", problem is None, str(problem))
    job = {
        "CI_SERVER_URL": "https://gitlab.example", "CI_RUNNER_ID": "7", "CI_SERVER_VERSION": "18.5.0",
        "CI_RUNNER_VERSION": "18.5.1", "CI_JOB_URL": "https://gitlab.example/g/p/-/jobs/1",
        "CI_JOB_STARTED_AT": "2026-01-31T11:59:00Z", "CI_COMMIT_SHA": "0123456789" * 4, "CI_COMMIT_BRANCH": "main",
        "CI_PROJECT_URL": "https://gitlab.example/g/p",
    }
    for name, variables in (("in a job", job), ("elsewhere", {})):
        passed, text = lua(FACTS + """
            print(require "plugins.model_card".provenance(kept, metrics):statement(arg[1]))""", folder, **variables)
        try:
            message = json_format.Parse(text, statement_pb2.Statement())
            statement.Statement.copy_from_pb(message).validate()
            # Takes no field that it does not know.
            predicate = json_format.Parse(json.dumps(json.loads(text)["predicate"]), provenance_pb2.Provenance())
            for material in predicate.build_definition.resolved_dependencies:
                resource_descriptor.ResourceDescriptor.copy_from_pb(material).validate()
            problem = "" if passed and predicate.run_details.builder.id else "no builder"
        except Exception as error:  # whatever it does not like
            problem = f"{error}: {text}"
        report(f"provenance {name}: in-toto takes it", not problem, problem)


def compare_published(scratch):
    """What the scripts themselves train and publish, with a key that openssl made as the README says."""
    shell = """
        set -e
        openssl ecparam -genkey -noout -name prime256v1 | openssl pkcs8 -topk8 -passout pass:secret -out key.pem
        openssl pkey -in key.pem -passin pass:secret -pubout -out pub.pem
        "$COMMAND" "$ROOT/scripts/train.lua" --epochs 1 --limit 64 --log-interval 1
        "$COMMAND" "$ROOT/scripts/evaluate.lua" --limit 100 --json metrics.json
        "$COMMAND" "$ROOT/scripts/publish.lua" --metrics metrics.json --version 1.2.3 --to package
    """
    place = scratch / "published"
    place.mkdir()
    run = subprocess.run(
        ["bash", "-c", shell], cwd=place, capture_output=True, text=True,
        env=os.environ | {
            "COMMAND": COMMAND, "ROOT": ROOT, "NIGHTJAR_SIGNING_KEY": "key.pem", "NIGHTJAR_SIGNING_PASSWORD": "secret"})
    report("a package is trained, evaluated and published", run.returncode == 0, run.stdout + run.stderr)
    package, public = place / "package", place / "pub.pem"
    report("published package: reference takes it", *reference_verifies(package, public, package / "model.sig"))
    report("published package: ours takes it", *ours_verifies(package, public, package / "model.sig"))
    problem = JsonStrictValidator(SchemaVersion.V1_6).validate_str((package / "model-card.cdx.json").read_text())
    report("published model card: cyclonedx takes it", problem is None, str(problem))
    with open(package / "model.safetensors", "r+b") as model:
        model.seek(-1, os.SEEK_END)
        last = model.read(1)[0]
        model.seek(-1, os.SEEK_END)
        model.write(bytes([last ^ 1]))
    for verifier, verify in (("ours", ours_verifies), ("reference", reference_verifies)):
        passed, output = verify(package, public, package / "model.sig")
        report(f"published package, one bit of the model changed: {verifier} refuses", not passed, output)


with tempfile.TemporaryDirectory() as scratch:
    if sys.argv[2:] != ["--descriptions"]:
        compare_signatures(pathlib.Path(scratch))
    compare_descriptions(pathlib.Path(scratch))
    compare_published(pathlib.Path(scratch))
print(f"{failures} different")
sys.exit(failures > 0)
