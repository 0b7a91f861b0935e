"""What an encoder gives, by its formulas in float64: the reference of the tests.

FOLDER REQUEST: the request is JSON, a list of {"ids": […], "second": N or null}; the answer a list of
{"hidden": [token × width], "pooled": [width]}.
"""

import json
import math
import os
import sys

import numpy
from safetensors.numpy import load_file

folder = sys.argv[1]
with open(f"{folder}/config.json") as file:
    config = json.load(file)
weights = {
    name.removeprefix("bert."): value.astype(numpy.float64)
    for name, value in load_file(f"{folder}/model.safetensors").items()
}
erf = numpy.vectorize(math.erf)


def linear(x, name):
    return x @ weights[name + ".weight"].T + weights[name + ".bias"]


def norm(x, name):
    centred = x - x.mean(axis=-1, keepdims=True)
    variance = (centred**2).mean(axis=-1, keepdims=True)
    scaled = centred / numpy.sqrt(variance + config["layer_norm_eps"])
    return scaled * weights[name + ".weight"] + weights[name + ".bias"]


def heads(x):
    return x.reshape(len(x), config["num_attention_heads"], -1).transpose(1, 0, 2)


def encode(ids, second):
    segments = [int(second is not None and place >= second) for place in range(len(ids))]
    x = norm(
        weights["embeddings.word_embeddings.weight"][ids]
        + weights["embeddings.position_embeddings.weight"][: len(ids)]
        + weights["embeddings.token_type_embeddings.weight"][segments],
        "embeddings.LayerNorm",
    )
    for layer in range(config["num_hidden_layers"]):
        block = f"encoder.layer.{layer}."
        query, key, value = (
            heads(linear(x, f"{block}attention.self.{part}")) for part in ("query", "key", "value")
        )
        scores = query @ key.transpose(0, 2, 1) / math.sqrt(query.shape[-1])
        shares = numpy.exp(scores - scores.max(axis=-1, keepdims=True))
        shares /= shares.sum(axis=-1, keepdims=True)
        mixed = (shares @ value).transpose(1, 0, 2).reshape(len(x), -1)
        x = norm(x + linear(mixed, block + "attention.output.dense"), block + "attention.output.LayerNorm")
        up = linear(x, block + "intermediate.dense")
        hidden = up * 0.5 * (1 + erf(up / math.sqrt(2)))
        x = norm(x + linear(hidden, block + "output.dense"), block + "output.LayerNorm")
    return x


def pool(x):
    if not os.path.exists(f"{folder}/modules.json"):
        return x.mean(axis=0)
    with open(f"{folder}/modules.json") as file:
        modules = json.load(file)
    for module in modules:
        if module["type"].endswith("Pooling"):
            with open(f"{folder}/{module['path']}/config.json") as file:
                pooling = json.load(file)
            if pooling.get("pooling_mode_cls_token"):
                x = x[0]
            elif pooling.get("pooling_mode_max_tokens"):
                x = x.max(axis=0)
            else:
                x = x.mean(axis=0)
        elif module["type"].endswith("Normalize"):
            x = x / numpy.linalg.norm(x)
    return x


answers = []
for request in json.loads(sys.argv[2]):
    hidden = encode(request["ids"], request.get("second"))
    answers.append({"hidden": hidden.flatten().tolist(), "pooled": pool(hidden).tolist()})
json.dump(answers, sys.stdout)
