#!/usr/bin/env python3
"""`ckptlint show` and `ckptlint diff`, headers snapshots and Git LFS pointers, on real files, as a user in a terminal.

  run.py BUILD [--only TEXT] [-v]

Expected shapes, names and hashes come from the script that wrote the checkpoints (fixtures/checkpoints/make.py, make.cpp), from
listing.json (what PyTorch and libtorch list) and from Python's hashlib, never from the program under test."""
import argparse
import hashlib
import json
import os
import shutil
import struct
import subprocess
import sys
import warnings
import zipfile

sys.path[:0] = [os.path.dirname(os.path.dirname(os.path.abspath(__file__))),
                os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), 'oracle')]
import conversions  # noqa: E402 (tests/oracle)
from common import CHECKPOINTS as LOADS, FLAGS, NET, ROOT, Folder, cache_of  # noqa: E402 (found beside this folder)

FIXTURES = os.path.join(ROOT, 'fixtures/checkpoints')
LISTING = {e['file']: e for e in json.load(open(os.path.join(FIXTURES, 'listing.json')))}

tests = []


def test(f):
    tests.append(f)
    return f


class Place(Folder):
    """A folder of its own, with the program in reach."""

    def __init__(self, build, cache):
        super().__init__('ckptlint-ckpt-')
        self.build, self.cache = build, cache

    def copy(self, name, as_name=None, source=FIXTURES):
        shutil.copy(os.path.join(source, name), self.path(as_name or name))
        return as_name or name

    def run(self, *args, status=0, absent=(), lines=(), texts=()):
        environment = dict(os.environ, XDG_CACHE_HOME=self.cache, LC_ALL='C.UTF-8')
        r = subprocess.run([os.path.join(self.build, 'ckptlint'), *args], cwd=self.folder, env=environment, capture_output=True,
                           text=True, errors='replace', timeout=300)
        both = r.stdout + r.stderr
        have = [' '.join(line.split()) for line in both.split('\n')]
        wrong = [] if r.returncode == status else ['exit status %d, not %d' % (r.returncode, status)]
        wrong += ['lacks the line %r' % line for line in lines if line not in have]
        wrong += ['lacks %r' % text for text in texts if text not in both]
        wrong += ['has %r' % text for text in absent if text in both]
        if wrong:
            raise AssertionError('; '.join(wrong) + '\n--- %s\n%s' % (' '.join(args), both))
        return r.stdout

    def safetensors(self, name, tensors):
        """tensors: [(key, dtype, shape)] of float32 (F32) or float16 (F16)."""
        header, at = {}, 0
        for key, dtype, shape in tensors:
            n = {'F32': 4, 'F16': 2, 'I64': 8}[dtype]
            for extent in shape:
                n *= extent
            header[key] = {'dtype': dtype, 'shape': shape, 'data_offsets': [at, at + n]}
            at += n
        text = json.dumps(header).encode()
        return self.write(name, struct.pack('<Q', len(text)) + text + bytes(at))


def pointer_to(content):
    return 'version https://git-lfs.github.com/spec/v1\noid sha256:%s\nsize %d\n' % (hashlib.sha256(content).hexdigest(), len(content))


# --- show ----------------------------------------------------------------------------------------------------------------

ODD = {'duplicate-key', 'key-not-in-index'}  # problems that are no damage: all readers take the file, and alike


@test
def show_lists_what_pytorch_lists(p):
    """Every key, shape and dtype of listing.json stands in the table, and in the JSON."""
    for name, e in sorted(LISTING.items()):
        if not e.get('keys') or e.get('status', 'ok') != 'ok' or e.get('unsafe') or os.path.isdir(os.path.join(FIXTURES, name)) or '/' in name:
            continue
        p.copy(name)
        damaged = bool(set(e.get('problems', [])) - ODD)
        out = p.run('show', '--all-keys', name, status=damaged)
        have = {tuple(line.split()[0:1]) for line in out.split('\n') if line.startswith('  ')}
        entries = json.loads(p.run('show', '--format', 'json', name, status=damaged))['checkpoints'][0]['entries']
        for key in e['keys']:
            if ' ' not in key['key'] and key['key'] and '\0' not in key['key']:
                assert (key['key'],) in have, (name, key)
            same = [x for x in entries if x['key'] == key['key']]
            assert same and ('shape' not in key or same[0]['shape'] == key['shape']), (name, key, same)


@test
def show_counts(p):
    """Net of make.cpp: its block has 2 + 18 + 2 + 2 parameters and is registered twice; layers 3*2 + 3 + 2*3 + 2."""
    p.copy('cpp-net.pt')
    p.run('show', 'cpp-net.pt', lines=['cpp-net.pt: a libtorch archive (libtorch), 20 keys',
                                      '12 parameters, 8 buffers; 77 elements in 324 bytes; int64, float32',
                                      'again.conv.weight parameter [2, 1, 3, 3] float32 shares memory with block.conv.weight'])


@test
def show_sums_up_many_keys(p):
    keys = [('layers.%d.%s' % (i, name), 'F32', shape) for i in range(40) for name, shape in (('w', [4, 2]), ('b', [4]))]
    p.safetensors('many.safetensors', keys + [('head.w', 'F16', [10, 4])])
    p.run('show', 'many.safetensors', lines=['many.safetensors: a safetensors file (safetensors), 81 keys',
                                            '520 elements in 2.0 kB; float16, float32', 'subtree keys elements bytes dtypes',
                                            'layers 80 480 1.9 kB float32', 'head 1 40 80 bytes float16'], absent=['layers.3.w'])
    out = p.run('show', '--all-keys', 'many.safetensors', lines=['layers.39.b - [4] float32', 'head.w - [10, 4] float16'])
    assert out.count('[4, 2] float32') == 40
    p.run('show', '--tree', 'many.safetensors', lines=['layers', '0-39 (40 alike)', 'w - [4, 2] float32', 'head'])
    p.run('show', '--tree', '--all-keys', 'many.safetensors', lines=['39'], absent=['alike'])


@test
def show_tree_has_key_less_modules(p):
    p.copy('cpp-net.pt'), p.copy('py-state-dict.pt')
    p.run('show', '--tree', 'cpp-net.pt', lines=['block', 'relu (no keys)', 'scale parameter [2] float32'])
    p.run('show', '--tree', 'py-state-dict.pt', lines=['act (no keys)', 'drop (no keys)'])


@test
def show_metadata(p):
    p.copy('py-nested.pt')
    p.run('show', 'py-nested.pt', lines=['value.epoch: 3', 'value.loss: 0.25', 'value.name: best', 'format_version: 3',
                                        'under ["state_dict"]: 9 keys', 'under ["ema"][1]: 1 key'])
    found = json.loads(p.run('show', '--format=json', 'py-nested.pt'))['checkpoints'][0]
    assert found['metadata']['value.epoch'] == '3' and found['parts'][0] == {'path': '["state_dict"]', 'keys': 9}, found
    p.copy('llama.gguf')
    p.run('show', 'llama.gguf', lines=['metadata.general.architecture: llama', 'blk.0.attn_q.weight - [2, 256] Q4_K'])


@test
def show_names_what_is_unsafe(p):
    p.copy('evil-legacy-2.pt')
    p.run('show', 'evil-legacy-2.pt', lines=['unsafe: os.system, named in pickle 2 (not called)'])


@test
def show_deep_keys(p):
    """A key of 5000 dots is one of a hostile file: it must neither crash nor draw a tree of 5000 levels."""
    p.safetensors('deep.safetensors', [('a.' * 5000 + 'b', 'F32', [1])])
    out = p.run('show', '--tree', 'deep.safetensors')
    assert out.count('\n') < 100, out.count('\n')
    p.run('show', 'deep.safetensors')


# --- Snapshots -----------------------------------------------------------------------------------------------------------

@test
def snapshot_stands_for_the_file(p):
    for name in ('cpp-net.pt', 'py-nested.pt', 'ts-script.pt', 'good.safetensors', 'llama.gguf', 'legacy-state-dict.pt', 'np-stored.npz'):
        p.copy(name)
        text = p.run('show', '--snapshot', name)
        sha256 = hashlib.sha256(open(p.path(name), 'rb').read()).hexdigest()
        assert text.startswith('ckptlint-headers 1\n') and sha256 in text, text[:200]
        p.write('s', text)
        a, b = (json.loads(p.run('show', '--format', 'json', f))['checkpoints'][0] for f in (name, 's'))
        assert b['metadata'].pop('snapshot.sha256') == sha256
        a['path'] = b['path'] = ''
        assert a == b, (a, b)
        p.run('diff', name, 's')
        assert p.run('show', '--snapshot', 's') == text  # again: the original's hash, the same text


@test
def snapshot_of_what_has_none(p):
    p.copy('page.pt'), p.copy('cpp-net.pt')
    p.run('show', '--snapshot', 'page.pt', status=2, texts=['page.pt is an HTML page', 'nothing to write a snapshot of'])
    p.run('show', '--snapshot', 'cpp-net.pt', 'cpp-net.pt', status=2, texts=['takes one checkpoint'])
    p.write('pointer.pt', pointer_to(b'x'))
    p.run('show', '--snapshot', 'pointer.pt', status=2, texts=['is a Git LFS pointer'])


def net_with_pointer(p, checkpoint, loads='net.pt'):
    """net.cpp loads net.pt, a pointer to the real file `checkpoint`; returns its snapshot's name and text."""
    content = open(os.path.join(LOADS, checkpoint), 'rb').read()
    p.write('real', content)
    text = p.run('show', '--snapshot', 'real')
    os.remove(p.path('real'))
    p.write('net.cpp', NET + 'int main() {\n  Net net;\n  torch::load(net, "%s");\n}\n' % loads)
    p.write(loads, pointer_to(content))
    return hashlib.sha256(content).hexdigest() + '.ckpt-headers', text


@test
def pointer_without_snapshot(p):
    net_with_pointer(p, 'net.pt')
    p.run('check', 'net.cpp', '--', *FLAGS, status=1,
          texts=['"net.pt" is a Git LFS pointer, not the file that it stands for', '[-Wckpt-corrupt]', 'git lfs pull -I "net.pt"'])
    p.run('show', 'net.pt', lines=['net.pt: a Git LFS pointer, not the file that it stands for (lfs-pointer), 0 keys',
                                   'size: %d' % os.path.getsize(os.path.join(LOADS, 'net.pt'))])


@test
def pointer_in_a_folder(p):
    """git lfs takes paths from the top of the repository."""
    net_with_pointer(p, 'net.pt', 'models/net.pt')
    p.run('check', 'net.cpp', '--', *FLAGS, status=1, texts=['git lfs pull -I "net.pt"'])
    os.mkdir(p.path('.git'))
    p.run('check', 'net.cpp', '--', *FLAGS, status=1, texts=['git lfs pull -I "models/net.pt"'])


@test
def pointer_with_snapshot_that_fits(p):
    name, text = net_with_pointer(p, 'net.pt')
    p.write(name, text)
    p.run('check', 'net.cpp', '--', *FLAGS, texts=['1 load site: 1 checked'], absent=['error', 'warning'])
    p.run('show', 'net.pt', texts=['net.pt: a libtorch archive (libtorch), 9 keys, as its headers snapshot tells'])
    p.run('diff', 'net.cpp:Net', 'net.pt', '--', *FLAGS, texts=['the same 9 keys'])


@test
def pointer_with_snapshot_that_does_not_fit(p):
    name, text = net_with_pointer(p, 'net_without_bias.pt')
    p.write(name, text)
    p.run('check', 'net.cpp', '--', *FLAGS, status=1, texts=['Missing key(s) in state_dict: "fc2.bias" [-Wckpt-missing-key]'])


@test
def snapshot_in_the_search_path(p):
    name, text = net_with_pointer(p, 'net_without_bias.pt')
    p.write('headers/' + name, text)
    p.run('check', 'net.cpp', '--', *FLAGS, status=1, texts=['[-Wckpt-corrupt]'])
    p.write('.ckptlint', 'directories: [headers]\n')
    p.run('check', 'net.cpp', '--', *FLAGS, status=1, texts=['[-Wckpt-missing-key]'])
    p.run('show', 'net.pt', texts=['as its headers snapshot tells'])


@test
def snapshot_of_another_file_is_not_believed(p):
    name, _ = net_with_pointer(p, 'net_without_bias.pt')
    _, other = net_with_pointer(p, 'net.pt')
    net_with_pointer(p, 'net_without_bias.pt')
    p.write(name, other)  # under the name of the one, the snapshot of the other
    p.run('check', 'net.cpp', '--', *FLAGS, status=1, texts=['[-Wckpt-corrupt]', 'git lfs pull'])


@test
def snapshot_wherever_a_checkpoint_is(p):
    _, text = net_with_pointer(p, 'net_without_bias.pt')
    p.write('net.ckpt-headers', text)
    missing = ['[-Wckpt-missing-key]']
    p.run('check', '--checkpoint', 'Net=net.ckpt-headers', 'net.cpp', '--', *FLAGS, status=1, texts=missing)
    p.run('check', '--checkpoint=net.ckpt-headers', 'net.cpp', '--', *FLAGS, status=1, texts=missing)
    p.write('.ckptlint', 'checkpoints: {Net: net.ckpt-headers}\n')
    p.run('check', 'net.cpp', '--', *FLAGS, status=1, texts=missing)
    os.remove(p.path('.ckptlint'))
    p.write('net.cpp', NET + 'int main() {\n  Net net;\n  // ckptlint: checkpoint "net.ckpt-headers"\n  torch::load(net, "x.pt");\n}\n')
    p.run('check', 'net.cpp', '--', *FLAGS, status=1, texts=missing)
    p.write('net.cpp', NET + 'int main() {\n  Net net;\n  torch::load(net, "net.ckpt-headers");\n}\n')
    p.run('check', 'net.cpp', '--', *FLAGS, status=1, texts=missing)
    p.write('bad.ckpt-headers', text[:len(text) // 2])
    p.run('show', 'bad.ckpt-headers', status=1, texts=['the headers snapshot is no valid JSON'])


# --- At a load --------------------------------------------------------------------------------------------------------------

def loads(p, name, status, *texts, absent=()):
    p.write('net.cpp', NET + 'int main() {\n  Net net;\n  torch::load(net, "%s");\n}\n' % name)
    return p.run('check', 'net.cpp', '--', *FLAGS, status=status, texts=texts, absent=absent)


@test
def load_of_an_unsafe_pickle(p):
    """In whichever pickle of a legacy file the payload is, and however it is written."""
    for name in sorted(n for n in LISTING if n.startswith('evil-')):
        p.copy(name)
        loads(p, name, 1, 'warning: "%s" names "%s"' % (name, LISTING[name]['unsafe'][0]), '[-Wckpt-unsafe-pickle]', '[-Wckpt-format]')
    p.copy('py-state-dict.pt')
    loads(p, 'py-state-dict.pt', 1, '[-Wckpt-format]', absent=['unsafe-pickle'])


@test
def load_of_what_is_no_checkpoint(p):
    """Deliverable by deliverable: what it is, and the way out."""
    for name, ident, *texts in (
            ('page.pt', 'corrupt', 'is an HTML page', 'download the file again'), ('error.pt', 'corrupt', 'is an XML document'),
            ('other.json', 'format', 'is a JSON document'), ('packed.gz', 'format', 'compressed with gzip', 'gunzip'),
            ('packed.xz', 'format', 'compressed with xz', 'unxz'), ('packed.zst', 'format', 'compressed with zstd', 'unzstd'),
            ('other.tar', 'format', 'is a tar archive', 'unpack it'), ('a.txt', 'corrupt', 'is a text file'), ('model.onnx', 'format', 'is an ONNX model'),
            ('keras.h5', 'format', 'is an HDF5 file'), ('empty.pt', 'corrupt', 'the file is empty'),
            ('zip-half.pt', 'corrupt', 'a truncated zip archive', 'central directory', 'at byte'), ('zip-encrypted.pt', 'format', 'is an encrypted zip archive'),
            ('ts-frozen.pt', 'missing-key', 'is a frozen TorchScript archive', 'save the module before torch.jit.freeze'),
            ('cpp-optimizer.pt', 'missing-key', 'is a libtorch optimizer archive', 'torch::save(model'),
            ('pointer.pt', 'corrupt', 'is a Git LFS pointer', '12345 bytes', 'git lfs pull -I'), ('good.safetensors', 'format', 'safetensors.torch.load_file'),
            ('legacy-state-dict.pt', 'format', 'in its old format', 'torch.jit.script'), ('py-nested.pt', 'format', '["state_dict"]'),
            ('np-stored.npz', 'format', 'a NumPy archive'), ('llama.gguf', 'format', 'a GGUF file'), ('plain.pkl', 'format', 'a plain pickle')):
        p.copy(name)
        loads(p, name, 1, '[-Wckpt-' + ident, *texts)


@test
def load_of_what_python_converts(p):
    """The lines that are printed are those that make_checkpoints.py has run, and whose results libtorch has loaded."""
    pickle_load = NET + """#include <torch/script.h>
#include <fstream>
#include <iterator>
int main() {
  Net net;
  std::ifstream in("%s", std::ios::binary);
  std::vector<char> bytes((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  auto weights = torch::pickle_load(bytes).toGenericDict();
  for (auto &p : net->named_parameters()) p.value().set_data(weights.at(p.key()).toTensor());
}
"""
    for _, name, loader, lines in conversions.CONVERSIONS:
        p.copy(name, source=LOADS)
        if loader == 'load':
            loads(p, name, 1, '[-Wckpt-format]', '  help: in Python: %s\n' % lines, '  help: if the model cannot be scripted: %s\n' % conversions.TRACE)
        else:
            p.write('dict.cpp', pickle_load % name)
            p.run('check', 'dict.cpp', '--', *FLAGS, status=1, texts=['[-Wckpt-format]', '  help: in Python: %s\n' % lines])


@test
def show_of_newer_files(p):
    """What other tools and later releases write: what it is, and the way out."""
    for name, what, *texts in (
            ('model.mar', 'a TorchServe archive', 'MAR-INF/MANIFEST.json'), ('export.pt2', 'a torch.export archive', 'torch.export.load'),
            ('export-2.7.pt2', 'a torch.export archive', 'torch.export.load'), ('model.pte', 'a program for ExecuTorch', 'run by ExecuTorch'),
            ('model.keras', 'a Keras model', 'another framework'), ('frozen_graph.pb', 'TensorFlow', 'another framework'),
            ('model.ckpt.index', 'TensorFlow', 'another framework'), ('pointer.pt', 'Git LFS pointer', 'git lfs pull -I')):
        p.copy(name)
        p.run('show', name, texts=[what, '  help: ', *texts])
    for folder, what in (('distributed', 'torch.distributed.checkpoint'), ('saved_model', 'TensorFlow')):
        shutil.copytree(os.path.join(FIXTURES, folder), p.path(folder))
        p.run('show', folder, texts=[what, '  help: '])
    p.run('show', 'distributed/__0_0.distcp', texts=['dcp_to_torch FOLDER whole.pt'], absent=['[2, 3]'])


@test
def what_a_stranger_writes_moves_no_cursor(p):
    """Control characters in keys, values and names of members: neither escape sequences nor lines that look like ours."""
    header = json.dumps({'a\x1b[31mred\x07': {'dtype': 'F32', 'shape': [1], 'data_offsets': [0, 4]}, 'b\n  problem: none': {'dtype': 'F32', 'shape': [1], 'data_offsets': [4, 8]},
                         '__metadata__': {'note': 'x\x1b]0;title\x07\nfake: line', 'c1': '\x9b2J', 'long': 'y' * 500}}).encode()
    p.write('escapes.safetensors', struct.pack('<Q', len(header)) + header + bytes(8))
    p.write('plain.safetensors', struct.pack('<Q', 2) + b'{}')
    for command in (['show'], ['show', '--tree', '--all-keys'], ['diff', 'plain.safetensors']):
        out = p.run(*command, 'escapes.safetensors', status=command[0] == 'diff', absent=['\x1b', '\x07', '\x9b', '\nfake', '\n  problem: none'] if command[0] == 'show' else ['\x1b', '\x07'])
        assert 'a?[31mred?' in out, out
    p.run('show', 'escapes.safetensors', texts=['(500 bytes)'])
    with zipfile.ZipFile(p.path('odd.pt'), 'w') as z, warnings.catch_warnings():
        warnings.simplefilter('ignore')
        z.writestr('a\x1b[2J', b'x' * 10)
        z.writestr('a\x1b[2J', b'x' * 10)
    p.run('show', 'odd.pt', status=1, absent=['\x1b'])


@test
def show_of_folders_and_absent_files(p):
    shutil.copytree(os.path.join(FIXTURES, 'sharded'), p.path('sharded'))
    p.run('show', 'sharded', lines=['one.safetensors: a safetensors file, 2 keys', 'model.safetensors.index.json: the index of safetensors files, 3 keys'])
    os.mkdir(p.path('empty'))
    p.run('show', 'empty', lines=['no file in it is a checkpoint'])
    p.copy('cpp-linear.pt')
    p.run('show', 'cpp-linaer.pt', status=2, texts=['no such file; did you mean "cpp-linear.pt"?'])
    p.run('show', 'nothing-like-it.pt', status=2, texts=['nothing-like-it.pt: no such file\n'])
    p.run('show', '-', status=2, texts=['not standard input'])
    p.run('show', status=2, texts=['no checkpoint is given'])


@test
def load_of_a_damaged_archive(p):
    """libtorch verifies neither checksums nor sizes: a cut storage, a flipped byte and a name that is there twice are told here or never."""
    import io
    import zipfile
    good = open(os.path.join(LOADS, 'net.pt'), 'rb').read()
    members = [(i.filename, zipfile.ZipFile(io.BytesIO(good)).read(i)) for i in zipfile.ZipFile(io.BytesIO(good)).infolist()]

    def pack(name, changed):
        with zipfile.ZipFile(p.path(name), 'w', zipfile.ZIP_STORED) as z:
            for member, content in changed:
                z.writestr(member, content)
    pack('good.pt', members)
    loads(p, 'good.pt', 0, absent=['error', 'warning'])
    pack('short.pt', [(m, c[:-4] if m.endswith('data/0') else c) for m, c in members])
    loads(p, 'short.pt', 1, '[-Wckpt-corrupt]', 'bytes where', 'are declared')
    import warnings
    warnings.simplefilter('ignore')
    pack('twice.pt', members + [m for m in members if m[0].endswith('data/0')])
    loads(p, 'twice.pt', 1, '[-Wckpt-corrupt]', 'two members of the zip archive are named')
    data = bytearray(open(p.path('good.pt'), 'rb').read())
    at = data.index(b'fc1')
    data[at] = ord('F')
    p.write('flipped.pt', bytes(data))
    loads(p, 'flipped.pt', 1, '[-Wckpt-corrupt]', 'does not match its checksum')
    pack('lost.pt', [(m, c) for m, c in members if not m.endswith('/constants.pkl')])
    loads(p, 'lost.pt', 1, 'constants.pkl')


# --- diff ----------------------------------------------------------------------------------------------------------------

OLD = [('conv1.weight', 'F32', [8, 3, 3, 3]), ('conv1.bias', 'F32', [8]), ('bn.weight', 'F32', [8]), ('bn.gain', 'F32', [1]),
       ('fc.weight', 'F32', [10, 8]), ('fc.bias', 'F32', [10])]


@test
def diff_of_the_same(p):
    p.safetensors('a', OLD), p.safetensors('b', OLD[::-1])
    p.run('diff', 'a', 'b', lines=['the same 6 keys'])
    found = json.loads(p.run('diff', '--format', 'json', 'a', 'b'))
    assert found['same'] is True and found['differences'] == [] and found['counts']['alike'] == 6, found


@test
def diff_of_every_kind(p):
    p.safetensors('a', OLD)
    p.safetensors('b', [('stem.weight', 'F32', [8, 3, 3, 3]), ('stem.bias', 'F32', [8]), ('bn.weight', 'F16', [8]), ('bn.scale', 'F32', [1]),
                        ('fc.weight', 'F32', [5, 8]), ('extra.weight', 'F32', [7])])
    p.run('diff', 'a', 'b', status=1, lines=['conv1.* -> stem.* 2 keys', 'bn.gain -> bn.scale [1] float32', 'reshaped weight [10, 8] -> [5, 8]',
                                            'retyped weight float32 -> float16', 'removed bias [10] float32', 'added weight [7] float32',
                                            '3 renamed, 1 removed, 1 added, 1 reshaped, 1 retyped, 0 alike'])
    found = json.loads(p.run('diff', '--format', 'json', 'a', 'b', status=1))
    have = {(d['change'], d['a'] and d['a']['key'], d['b'] and d['b']['key']) for d in found['differences']}
    assert have == {('renamed', 'conv1.weight', 'stem.weight'), ('renamed', 'conv1.bias', 'stem.bias'), ('renamed', 'bn.gain', 'bn.scale'),
                    ('reshaped', 'fc.weight', 'fc.weight'), ('retyped', 'bn.weight', 'bn.weight'), ('removed', 'fc.bias', None),
                    ('added', None, 'extra.weight')}, have
    assert found['same'] is False and found['schema'] == 1
    p.run('diff', '--all-keys', 'a', 'b', status=1, lines=['conv1.weight -> stem.weight [8, 3, 3, 3] float32'])


@test
def diff_of_prefixes(p):
    p.safetensors('a', OLD), p.safetensors('b', [('module.' + k, d, s) for k, d, s in OLD])
    p.run('diff', 'a', 'b', status=1, lines=['* -> module.* 6 keys', '6 renamed, 0 alike'])
    p.run('diff', 'b', 'a', status=1, lines=['module.* -> * 6 keys'])


@test
def diff_does_not_guess(p):
    """Two removed, two added of one shape in another module, no name in common: which became which is not known."""
    p.safetensors('a', [('x.one', 'F32', [3]), ('y.two', 'F32', [3]), ('z.w', 'F32', [1])])
    p.safetensors('b', [('z.w', 'F32', [1]), ('z.p', 'F32', [3])])
    p.run('diff', 'a', 'b', status=1, lines=['2 removed, 1 added, 1 alike'])


@test
def diff_of_whole_subtrees(p):
    p.safetensors('a', OLD + [('head.%d.w' % i, 'F32', [2]) for i in range(9)])
    p.safetensors('b', OLD)
    p.run('diff', 'a', 'b', status=1, lines=['head', 'removed the whole subtree: 9 keys, 18 elements', '9 removed, 6 alike'], absent=['head.3'])
    p.run('diff', '--all-keys', 'a', 'b', status=1, lines=['head.3', 'removed w [2] float32'])


@test
def diff_of_nested_files(p):
    p.copy('py-nested.pt'), p.copy('py-state-dict.pt')
    p.run('diff', 'py-nested.pt', 'py-state-dict.pt', texts=['what lies under ["state_dict"]', 'the same 9 keys'])
    p.run('diff', 'py-nested.pt', 'py-nested.pt', lines=['the same 25 keys'])


@test
def diff_of_kinds_and_modules(p):
    p.copy('scale_buffer.pt', source=LOADS), p.copy('scale_parameter.pt', source=LOADS)
    p.run('diff', 'scale_parameter.pt', 'scale_buffer.pt', status=1, texts=['parameter -> buffer', '1 rekinded'])
    p.copy('net_relu.pt', source=LOADS), p.copy('net.pt', source=LOADS)
    p.run('diff', 'net.pt', 'net_relu.pt', status=1, texts=['module without keys', '1 key-less module added'])


@test
def diff_of_a_model(p):
    p.copy('net.pt', source=LOADS), p.copy('net_wide.pt', source=LOADS)
    p.write('net.cpp', NET + 'int main() { Net net; }\n')
    p.run('diff', 'net.cpp:Net', 'net.pt', '--', *FLAGS, texts=['net.cpp:Net: the model NetImpl, 9 keys', 'the same 9 keys'])
    p.run('diff', 'net.cpp:NetImpl', 'net.pt', '--', *FLAGS, texts=['the same 9 keys'])
    p.run('diff', 'net_wide.pt', 'net.cpp:Net', '--', *FLAGS, status=1, texts=['reshaped'])
    p.run('diff', 'net.cpp:Frob', 'net.pt', '--', *FLAGS, status=2, texts=['there is no module class "Frob" in net.cpp'])
    p.run('diff', 'nowhere.cpp:Net', 'net.pt', '--', *FLAGS, status=2, texts=['nowhere.cpp:Net'])


@test
def diff_of_a_model_that_is_not_known(p):
    """What the width is decides at run time: the lists cannot be called the same."""
    p.copy('net.pt', source=LOADS), p.copy('net_out.pt', source=LOADS)
    p.write('net.cpp', NET + 'int main(int argc, char **) { Net net(argc); }\n')
    p.run('diff', 'net.cpp:Net', 'net.pt', '--', *FLAGS, status=2, texts=['undecided', 'not compared in full'])
    found = json.loads(p.run('diff', '--format', 'json', 'net.cpp:Net', 'net.pt', '--', *FLAGS, status=2))
    assert found['same'] is None and found['undecided'], found


@test
def diff_of_several_models(p):
    p.copy('net.pt', source=LOADS)
    p.write('net.cpp', NET + 'int main() {\n  Net a;\n  Net b(3);\n}\n')
    p.run('diff', 'net.cpp:Net', 'net.pt', '--', *FLAGS, status=2, texts=['differ in their keys; give net.cpp:LINE:COLUMN:Net'])
    p.run('diff', 'net.cpp:11:Net', 'net.pt', '--', *FLAGS, texts=['the same 9 keys'])
    p.run('diff', 'net.cpp:12:Net', 'net.pt', '--', *FLAGS, status=1, texts=['reshaped'])
    p.run('diff', 'net.cpp:13:Net', 'net.pt', '--', *FLAGS, status=2, texts=['no Net is constructed there'])


@test
def diff_trouble(p):
    p.copy('page.pt'), p.copy('cpp-net.pt'), p.copy('zip-half.pt')
    p.run('diff', 'cpp-net.pt', status=2, texts=['two checkpoints'])
    p.run('diff', 'cpp-net.pt', 'page.pt', status=2, texts=['page.pt is an HTML page'])
    p.run('diff', 'cpp-net.pt', 'nowhere.pt', status=2, texts=['nowhere.pt'])
    p.run('diff', 'zip-half.pt', 'cpp-net.pt', status=2, texts=['truncated'])
    p.run('diff', '--format', 'sarif', 'cpp-net.pt', 'cpp-net.pt', status=2, texts=['text and json'])
    p.run('diff', '--help', texts=['usage: ckptlint diff'])


# --- Running -------------------------------------------------------------------------------------------------------------

def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('build')
    parser.add_argument('--only', default='')
    parser.add_argument('-v', action='store_true')
    args = parser.parse_args()
    cache = cache_of(args.build)
    failed, chosen = 0, [t for t in tests if args.only in t.__name__]
    for t in chosen:
        p = Place(os.path.abspath(args.build), cache)
        try:
            t(p)
            if args.v:
                print('ok     ', t.__name__)
        except Exception as e:
            failed += 1
            print('FAILED  %s: %s: %s' % (t.__name__, type(e).__name__, e))
        shutil.rmtree(p.folder)
    print('%d tests of checkpoints, %d failed' % (len(chosen), failed))
    return 1 if failed or not chosen else 0


if __name__ == '__main__':
    sys.exit(main())
