"""Writes signing.json: keys, and signatures that the reference implementation of OpenSSF Model Signing made.

    pip install model-signing==1.1.1 pyopenssl
    python Tests/Reference/make_signing.py

The keys are for tests only and protect nothing.
"""

import json
import pathlib
import tempfile

import model_signing
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

HERE = pathlib.Path(__file__).parent
PASSWORD = "correct horse battery staple"
# In the order of paths name by name, "sub/Z.txt" comes before "sub.txt"; in that of bytes after it.
FILES = {"B.txt": "b\n", "a.txt": "hi\n", "sub.txt": "beside\n", "sub/Z.txt": "x\n", ".hidden": "dot\n"}
PEM = serialization.Encoding.PEM
PKCS8, SEC1 = serialization.PrivateFormat.PKCS8, serialization.PrivateFormat.TraditionalOpenSSL


def private(key, layout=PKCS8, password=None):
    encryption = serialization.BestAvailableEncryption(password.encode()) if password else serialization.NoEncryption()
    return key.private_bytes(PEM, layout, encryption).decode()


def public(key):
    return key.public_key().public_bytes(PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode()


def pair(key):
    return {"private": private(key), "public": public(key)}


def sign(key, **hashing):
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch) / "model"
        for name, content in FILES.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content)
        (folder / "manifest.json").write_text("{}")
        pem = pathlib.Path(scratch) / "key.pem"
        pem.write_text(private(key))
        config = model_signing.hashing.Config().set_ignored_paths(paths=["manifest.json"], ignore_git_paths=True)
        if hashing:
            config = getattr(config, hashing.pop("method"))(**hashing)
        signature = pathlib.Path(scratch) / "model.sig"
        model_signing.signing.Config().use_elliptic_key_signer(private_key=pem).set_hashing_config(config).sign(
            folder, signature)
        return signature.read_text()


curves = {"P-256": ec.SECP256R1(), "P-384": ec.SECP384R1(), "P-521": ec.SECP521R1()}
keys = {name: ec.generate_private_key(curve) for name, curve in curves.items()}
first = keys["P-256"]
values = {
    "model_signing": model_signing.__version__,
    "password": PASSWORD,
    "files": FILES,
    "keys": {
        **{name: pair(key) for name, key in keys.items()},
        "encrypted": {
            "private": private(first, password=PASSWORD), "sec1": private(first, SEC1, PASSWORD), "public": public(first)},
        "sec1": {"private": private(first, SEC1), "public": public(first)},
        "another": pair(ec.generate_private_key(curves["P-256"])),
        "RSA": pair(rsa.generate_private_key(65537, 2048)),
        "ED25519": pair(ed25519.Ed25519PrivateKey.generate()),
        "secp256k1": pair(ec.generate_private_key(ec.SECP256K1())),
    },
    "signatures": {
        **{name: sign(key) for name, key in keys.items()},
        "shards": sign(first, method="use_shard_serialization"),
        "blake2": sign(first, method="use_file_serialization", hashing_algorithm="blake2"),
    },
}
(HERE / "signing.json").write_text(json.dumps(values, indent=1, sort_keys=True) + "\n")
