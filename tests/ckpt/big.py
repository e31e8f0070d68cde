#!/usr/bin/env python3
"""Writes large checkpoints whose weights are holes: gigabytes by size, kilobytes on disk.

    ./big.py FOLDER       # ten-gigabytes.pt, ten-gigabytes.safetensors, keys-100000.{pt,safetensors,legacy}

For measuring that only headers are read; and for zip64, which no small file needs. The zip is written by hand, since
zipfile would write the zeros.
"""
import json
import os
import struct
import sys
import zlib

GIGABYTE = 1 << 30


def text(s):
    return b"X" + struct.pack("<I", len(s)) + s.encode()


def number(v):
    return b"J" + struct.pack("<i", v) if v < 1 << 31 else b"\x8a\x08" + struct.pack("<q", v)


def storage(name, numel):
    return b"(" + text("storage") + b"ctorch\nFloatStorage\n" + text(name) + text("cpu") + number(numel) + b"tQ"


def tensor(name, shape, numel):
    stride = [1] * len(shape)
    for i in range(len(shape) - 2, -1, -1):
        stride[i] = stride[i + 1] * shape[i + 1]
    ints = lambda v: b"(" + b"".join(map(number, v)) + b"t"
    return (b"ctorch._utils\n_rebuild_tensor_v2\n(" + storage(name, numel) + b"K\0" + ints(shape) + ints(stride) +
            b"\x89ccollections\nOrderedDict\n)RtR")


def state_dict(keys):
    """keys: [(key, shape)]; storage i belongs to key i."""
    parts = [b"\x80\2ccollections\nOrderedDict\n)R("]
    for i, (key, shape) in enumerate(keys):
        numel = 1
        for n in shape:
            numel *= n
        parts.append(text(key) + tensor(str(i), shape, numel))
    return b"".join(parts) + b"u."


def sparse_zip(path, members):
    """members: [(name, bytes or size of a hole)]; zip64 where a field overflows, as PyTorch's writer does."""
    central = []
    with open(path, "wb") as f:
        for name, content in members:
            at, size = f.tell(), content if isinstance(content, int) else len(content)
            name = name.encode()
            f.write(struct.pack("<4s5H3I2H", b"PK\3\4", 0, 0x0808, 0, 0, 0, 0, 0, 0, len(name), 0) + name)
            if isinstance(content, int):
                f.seek(size, 1)
            else:
                f.write(content)
            crc = 0 if isinstance(content, int) else zlib.crc32(content)  # nobody reads the holes
            limit = 0xFFFFFFFF
            extra = (struct.pack("<QQ", size, size) if size >= limit else b"") + (struct.pack("<Q", at) if at >= limit else b"")
            extra = struct.pack("<HH", 1, len(extra)) + extra if extra else b""
            central.append(struct.pack("<4s6H3I5H2I", b"PK\1\2", 0, 0, 0x0808, 0, 0, 0, crc, min(size, limit), min(size, limit),
                                       len(name), len(extra), 0, 0, 0, 0, min(at, limit)) + name + extra)
        start, directory = f.tell(), b"".join(central)
        f.write(directory)
        end = f.tell()
        f.write(struct.pack("<4sQ2H2I4Q", b"PK\6\6", 44, 0, 0, 0, 0, len(central), len(central), len(directory), start))
        f.write(struct.pack("<4sIQI", b"PK\6\7", 0, end, 1))
        count = min(len(central), 0xFFFF)
        f.write(struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, count, count, min(len(directory), 0xFFFFFFFF), min(start, 0xFFFFFFFF), 0))


def torch_zip(path, keys):
    sizes = []
    for _, shape in keys:
        n = 4
        for extent in shape:
            n *= extent
        sizes.append(n)
    sparse_zip(path, [("archive/data.pkl", state_dict(keys))] + [(f"archive/data/{i}", n) for i, n in enumerate(sizes)] +
               [("archive/version", b"3\n")])


def safetensors(path, keys):
    header, at = {}, 0
    for key, shape in keys:
        n = 4
        for extent in shape:
            n *= extent
        header[key] = {"dtype": "F32", "shape": shape, "data_offsets": [at, at + n]}
        at += n
    data = json.dumps(header, separators=(",", ":")).encode()
    with open(path, "wb") as f:
        f.write(struct.pack("<Q", len(data)) + data)
        f.truncate(8 + len(data) + at)


def main():
    folder = sys.argv[1]
    os.makedirs(folder, exist_ok=True)
    big = [(f"layers.{i}.weight", [GIGABYTE // 4]) for i in range(4)] + [("head.weight", [6 * GIGABYTE // 4])]
    many = [(f"model.layers.{i // 10}.block.{i % 10}.weight", [4, 2]) for i in range(100_000)]
    for name, keys in (("ten-gigabytes", big), ("keys-100000", many)):
        torch_zip(os.path.join(folder, name + ".pt"), keys)
        safetensors(os.path.join(folder, name + ".safetensors"), keys)


if __name__ == "__main__":
    main()
