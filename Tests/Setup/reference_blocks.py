"""Writes, for a GGUF file, all tensors as 32-bit floats, one after the other: the reference."""

import sys

import numpy
from gguf import GGUFReader
from gguf.quants import dequantize

for tensor in GGUFReader(sys.argv[1]).tensors:
    with numpy.errstate(all="ignore"):
        values = dequantize(tensor.data, tensor.tensor_type)
    sys.stdout.buffer.write(numpy.ascontiguousarray(values, dtype="<f4").tobytes())
