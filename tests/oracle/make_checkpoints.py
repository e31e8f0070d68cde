#!/usr/bin/env python3
"""Writes fixtures/loads/ckpt: make_checkpoints.cpp's archives, Python's files, and damaged ones. One function per file.

  make_checkpoints.py --build DIR [--out fixtures/loads/ckpt]

The files are committed; this is run by hand, with a Python that has torch (Debian: /usr/bin/python3 and python3-torch). Every
tensor is full of ones. A damaged file is a good one plus one named damage.
"""
import json
import os
import struct
import subprocess
import types

import torch

import conversions
import oracle


class Net(torch.nn.Module):
    def __init__(self, width=8, bn=True, relu=False):
        super().__init__()
        self.fc1 = torch.nn.Linear(4, width)
        if bn:
            self.bn = torch.nn.BatchNorm1d(width)
        if relu:
            self.relu = torch.nn.ReLU()
        self.fc2 = torch.nn.Linear(width, 2)

    def forward(self, x):
        x = self.fc1(x)
        if hasattr(self, 'bn'):
            x = self.bn(x)
        return self.fc2(x)


def ones(module):
    with torch.no_grad():
        for tensor in list(module.parameters()) + list(module.buffers()):
            tensor.fill_(1)
    return module.eval()


def python_state_dict():
    torch.save(ones(Net()).state_dict(), 'python_state_dict.pt')


def python_nested():
    torch.save({'epoch': 3, 'state_dict': ones(Net()).state_dict()}, 'python_nested.pt')


def python_legacy():
    torch.save(ones(Net()).state_dict(), 'python_legacy.pt', _use_new_zipfile_serialization=False)


def python_dict():
    """A plain dict of two or more tensors, the one form of Python's that torch::pickle_load reads."""
    torch.save({'fc1.weight': torch.ones(8, 4), 'fc1.bias': torch.ones(8)}, 'python_dict.pt')


def tensors(module):
    return {k: v.detach().clone() for k, v in ones(module).state_dict().items()}


def dict_net():
    torch.save(tensors(Net()), 'dict_net.pt')


def dict_wide():
    torch.save(tensors(Net(16)), 'dict_wide.pt')


def dict_without_bias():
    torch.save({k: v for k, v in tensors(Net()).items() if k != 'fc2.bias'}, 'dict_without_bias.pt')


def dict_nested():
    torch.save({'epoch': 3, 'state_dict': tensors(Net())}, 'dict_nested.pt')


def dict_nested_without_bias():
    torch.save({'epoch': 3, 'state_dict': {k: v for k, v in tensors(Net()).items() if k != 'fc2.bias'}}, 'dict_nested_without_bias.pt')


def dict_with_epoch():
    torch.save({**tensors(Net()), 'epoch': 3}, 'dict_with_epoch.pt')


def dict_extra():
    torch.save({**tensors(Net()), 'head.weight': torch.ones(3, 2)}, 'dict_extra.pt')


def dict_double():
    torch.save({k: v.double() if v.is_floating_point() else v for k, v in tensors(Net()).items()}, 'dict_double.pt')


def dict_half():
    torch.save({k: v.half() if v.is_floating_point() else v for k, v in tensors(Net()).items()}, 'dict_half.pt')


def dict_row():
    """fc2.bias and fc1.bias of one element, fc2.weight of one row: shapes that broadcast."""
    torch.save({**tensors(Net()), 'fc2.weight': torch.ones(1, 8), 'fc1.bias': torch.ones(1)}, 'dict_row.pt')


def dict_prefixed():
    torch.save({'module.' + k: v for k, v in tensors(Net()).items()}, 'dict_prefixed.pt')


def script_reordered():
    """The same names as script.pt, fc2 before bn."""
    class Reordered(Net):
        def __init__(self):
            torch.nn.Module.__init__(self)
            self.fc1 = torch.nn.Linear(4, 8)
            self.fc2 = torch.nn.Linear(8, 2)
            self.bn = torch.nn.BatchNorm1d(8)
    torch.jit.script(ones(Reordered())).save('script_reordered.pt')


def script_square():
    """Two layers of one size, in another order than Pair of fixtures/loads/loops.cpp has them."""
    class Pair(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.second = torch.nn.Linear(4, 4)
            self.first = torch.nn.Linear(4, 4)

        def forward(self, x):
            return self.second(self.first(x))
    torch.jit.script(ones(Pair())).save('script_square.pt')


def python_evil():
    """Names a callable outside of the allow list; it is never called."""
    class Evil:
        def __reduce__(self):
            return print, ('never printed',)
    torch.save({'weight': torch.ones(2), 'extra': Evil()}, 'python_evil.pt')


def script():
    torch.jit.script(ones(Net())).save('script.pt')


def script_relu():
    torch.jit.script(ones(Net(relu=True))).save('script_relu.pt')


def trace_wide():
    torch.jit.trace(ones(Net(16)), torch.ones(2, 4)).save('trace_wide.pt')


def safetensors():
    header, at = {}, 0
    for key, shape in (('fc1.weight', [8, 4]), ('fc1.bias', [8])):
        size = 4 * torch.ones(shape).numel()
        header[key] = {'dtype': 'F32', 'shape': shape, 'data_offsets': [at, at + size]}
        at += size
    text = json.dumps(header).encode()
    text += b' ' * (-len(text) % 8)
    with open('net.safetensors', 'wb') as f:
        f.write(struct.pack('<Q', len(text)) + text + struct.pack('<f', 1.0) * (at // 4))


def html():
    with open('page.pt', 'w') as f:
        f.write('<!DOCTYPE html>\n<html><head><title>404</title></head><body>Not found</body></html>\n')


def lfs():
    with open('lfs.pt', 'w') as f:
        f.write('version https://git-lfs.github.com/spec/v1\noid sha256:%s\nsize 1234567\n' % ('0123456789abcdef' * 4))


def empty():
    open('empty.pt', 'wb').close()


def truncated():
    """net.pt, its second half cut off."""
    with open('net.pt', 'rb') as f:
        data = f.read()
    with open('truncated.pt', 'wb') as f:
        f.write(data[:len(data) // 2])


def folder():
    os.makedirs('folder.pt', exist_ok=True)
    with open('folder.pt/README', 'w') as f:
        f.write('A directory named like a checkpoint.\n')


def whole_safetensors():
    header, data = {}, b''
    for k, v in tensors(Net()).items():
        bytes_of_v = v.numpy().tobytes()
        header[k] = {'dtype': {torch.float32: 'F32', torch.int64: 'I64'}[v.dtype], 'shape': list(v.shape), 'data_offsets': [len(data), len(data) + len(bytes_of_v)]}
        data += bytes_of_v
    text = json.dumps(header).encode()
    with open('whole.safetensors', 'wb') as f:
        f.write(struct.pack('<Q', len(text)) + text + data)


def python_module():
    torch.save(ones(Net()), 'python_module.pt')


def read_safetensors(path):
    """What safetensors.torch.load_file does, by the format's specification; the package need not be installed."""
    data = open(path, 'rb').read()
    start = 8 + struct.unpack('<Q', data[:8])[0]
    dtypes = {'F32': torch.float32, 'F16': torch.float16, 'I64': torch.int64}
    return {k: torch.frombuffer(bytearray(data[start + v['data_offsets'][0]:start + v['data_offsets'][1]]), dtype=dtypes[v['dtype']]).reshape(v['shape'])
            for k, v in json.loads(data[8:start]).items() if k != '__metadata__'}


def converted():
    """The ways out that ckptlint prints, run as they are, but for the arguments of the model."""
    safetensors = types.SimpleNamespace(torch=types.SimpleNamespace(load_file=read_safetensors))
    for name, _, _, lines in conversions.CONVERSIONS:
        known = {'torch': torch, 'Net': Net, 'safetensors': safetensors}
        exec(lines.replace('Net(...)', 'Net()'), known)
        os.rename('converted.pt', 'converted_%s.pt' % name)
    exec(conversions.TRACE, {'torch': torch, 'model': ones(Net()), 'example_input': torch.ones(2, 4)})
    os.rename('converted.pt', 'converted_trace.pt')


def main():
    parser = oracle.arguments(__doc__)
    parser.add_argument('--out', default=os.path.join(oracle.ROOT, 'fixtures', 'loads', 'ckpt'))
    a = parser.parse_args()
    compiler = oracle.Compiler(a.build, a.cxx)
    program, error = compiler.program([os.path.join(oracle.HERE, 'make_checkpoints.cpp')])
    if error:
        raise SystemExit(error)
    os.makedirs(a.out, exist_ok=True)
    os.chdir(a.out)
    subprocess.run([program], check=True)
    for make in (python_state_dict, python_nested, python_legacy, python_dict, python_evil, script, script_relu, trace_wide,
                 dict_net, dict_wide, dict_without_bias, dict_nested, dict_nested_without_bias, dict_with_epoch, dict_extra, dict_double, dict_half, dict_row, dict_prefixed, script_reordered, script_square,
                 safetensors, whole_safetensors, python_module, html, lfs, empty, truncated, folder, converted):
        make()


if __name__ == '__main__':
    main()
