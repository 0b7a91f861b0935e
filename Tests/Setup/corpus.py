"""Writes the texts on which tokenizers are compared, as UTF-8 files in a folder.

Usage: corpus.py MANUAL_PAGES FOLDER, from the top of the repository.
"""

import gzip
import pathlib
import random
import sys
import sysconfig

MEGABYTE = 1 << 20
LANGUAGES = ["de", "el", "es", "fr", "ja", "ru", "uk", "vi", "zh_CN", "zh_TW"]
SPECIALS = ["<|endoftext|>", "<|im_start|>", "<|im_end|>", "<repo_name>", "<filename>"]


def text_of(path):
    data = gzip.open(path).read() if path.suffix == ".gz" else path.read_bytes()
    return data.decode("utf-8", errors="replace")


def joined(paths, limit):
    """The texts of the files, sorted by path, joined up to about `limit` bytes."""
    texts, size = [], 0
    for path in sorted(paths):
        if not path.is_file():
            continue
        text = text_of(path)
        texts.append(text)
        size += len(text.encode("utf-8"))
        if size >= limit:
            break
    return "".join(texts)


def noise(generator, size):
    """Random bytes, repaired to UTF-8."""
    return generator.randbytes(size).decode("utf-8", errors="replace")


def scalars(generator, count):
    """Random code points: half from the scripts in use, half from anywhere."""
    found = []
    while len(found) < count:
        point = generator.randrange(0x110000 if generator.random() < 0.5 else 0x3000)
        if not 0xD800 <= point < 0xE000:
            found.append(chr(point))
        if generator.random() < 0.1:
            found.append(generator.choice(" \n\t'’1a"))
    return "".join(found)


def every_scalar():
    """Each code point of the planes in use, and some of the others, beside a letter, a sign, a
    space and itself."""
    dense = list(range(0xD800)) + list(range(0xE000, 0x33500)) + list(range(0xE0000, 0xE0200))
    sparse = range(0x33500, 0x110000, 257)
    return "".join(f"a{chr(p)}!{chr(p)} {chr(p)}{chr(p)}" for p in [*dense, *sparse])


def words(generator, count):
    """Short strings over an alphabet on which the rules for words and special tokens turn."""
    alphabet = [
        " ", " ", "\n", "\t", "\r", "\x0b", "\x0c", "\u00a0", "\u2003", "\u3000", "\u0085", "\u200b",
        "'", "'", "’", "s", "t", "re", "ve", "m", "ll", "d", "S", "T", "a", "é", "ß", "ж", "今", "ー",
        "0", "1", "½", "²", "Ⅷ", "٣", "१", "!", "…", "_", "-", ".", "\x00", "\x04", "\x7f", "\u0301",
        "\u0308", "\u200d", "🙂", "👩", "🇩", "\u202e", "\u2066", "\ufeff", "\ufffd", "\U000E0041",
        "\U00040000", "<", "|", ">", "<|im", *SPECIALS,
    ]
    return "".join(generator.choice(alphabet) for _ in range(count))


def extremes():
    """Runs and single words that are long, of one or of several letters."""
    runs = []
    for unit in ["a", "ab", "aab", "é", "今", " ", "\n", " \n", "!", "=", "-", "'", "'s", "9", "🙂",
                 "\u0301", "e\u0301", "👩‍👩‍👧", "\x00", "\x04", "<|im_end|>", "<|im_end|", "ing", "the"]:
        for count in [2, 3, 7, 33, 257, 2049]:
            runs.append(unit * count)
            runs.append("x " + unit * count + " y\n")
    runs.append("a" * 100_000 + "\n")
    runs.append("abcdefghijklmnopqrstuvwxyz" * 8_000 + "\n")
    runs.append(" " * 50_000 + "x" + "\n" * 50_000)
    return "".join(runs)


def main():
    pages, folder = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    generator = random.Random(2026)
    library = pathlib.Path(sysconfig.get_paths()["stdlib"])
    texts = {
        "code-python": joined(
            [p for p in library.rglob("*.py") if not {"site-packages", "test", "tests"} & set(p.parts)],
            5 * MEGABYTE),
        "code-swift": joined(pathlib.Path(".build/checkouts").rglob("*.swift"), MEGABYTE),
        "noise-bytes": noise(generator, MEGABYTE),
        "noise-scalars": scalars(generator, 300_000),
        "every-scalar": every_scalar(),
        "words": words(generator, 600_000),
        "extremes": extremes(),
    }
    for language in LANGUAGES:
        texts["manual-" + language] = joined((pages / language).rglob("*.gz"), 3 * MEGABYTE // 2)
    for name, text in texts.items():
        (folder / (name + ".txt")).write_bytes(text.encode("utf-8"))


main()
