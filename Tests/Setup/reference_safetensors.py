"""The reference reader and writer of safetensors.

write PATH: writes a file, and tells as JSON what is in it.
judge FOLDER COUNT: tells as JSON which of 0.safetensors, 1.safetensors, … can be read.
"""

import json
import sys

import numpy
from safetensors import SafetensorError, deserialize
from safetensors.numpy import save_file


def write(path):
    numbers = numpy.random.default_rng(1)
    tensors = {
        "matrix": numbers.standard_normal((3, 5)).astype("<f4"),
        "half": numbers.standard_normal((2, 2, 2)).astype("<f2"),
        "ids": numpy.arange(7, dtype="<i8"),
        "flag": numpy.array(True),
        "a \"name\" with ö": numpy.zeros((0, 3), dtype="<f4"),
    }
    save_file(tensors, path, metadata={"format": "np", "ö": "😀\n"})
    types = {"float32": "F32", "float16": "F16", "int64": "I64", "bool": "BOOL"}
    entries = [
        {"name": name, "type": types[str(value.dtype)], "shape": list(value.shape),
         "bytes": list(value.tobytes())}
        for name, value in tensors.items()
    ]
    json.dump(entries, sys.stdout)


def judge(folder, count):
    verdicts = []
    for number in range(count):
        with open(f"{folder}/{number}.safetensors", "rb") as file:
            data = file.read()
        try:
            deserialize(data)
            verdicts.append(True)
        except SafetensorError:
            verdicts.append(False)
    json.dump(verdicts, sys.stdout)


if sys.argv[1] == "write":
    write(sys.argv[2])
else:
    judge(sys.argv[2], int(sys.argv[3]))
