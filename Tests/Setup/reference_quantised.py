"""Writes the floats of a file as blocks of a type, as the reference rounds them."""

import sys

import numpy
from gguf import GGMLQuantizationType
from gguf.quants import quantize

values = numpy.fromfile(sys.argv[1], dtype="<f4").reshape(-1, 256)
with numpy.errstate(all="ignore"):
    blocks = quantize(values, GGMLQuantizationType[sys.argv[2]])
sys.stdout.buffer.write(numpy.ascontiguousarray(blocks).tobytes())
