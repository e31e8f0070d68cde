"""What the tests of this folder share: a register of tests, a folder of its own for each, and findings read from output.

A test is a function of one `World`, registered with its group and the programs it needs; one that lacks a program says skipped. It fails
with an AssertionError whose text holds the output. The cache of precompiled headers is shared, unless a test asks for its own."""
import fcntl
import json
import os
import re
import shutil
import stat
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from common import CHECKPOINTS, FLAGS, NET, ROOT  # noqa: E402 (found beside this folder)

DEMO = os.path.join(ROOT, 'fixtures/demo')
DIAGNOSTIC = re.compile(r'^(?:\S*/)?([\w.+-]+:\d+:\d+): (error|warning): (.*?)$', re.M)

# NET and a load in one unit; net.pt fits it, net_without_bias.pt does not (fixtures/loads/ckpt).
MAIN = 'int main() {\n  Net net;\n  torch::load(net, "%s");\n}\n'
LOAD_AT = '12:10'  # of torch::load in NET + MAIN
MISFIT = [('net.cpp:' + LOAD_AT, 'error', 'missing-key')]
# The same in two units: only the link knows whether the checkpoint fits.
NET_HEADER = '''#pragma once
#include <torch/torch.h>
struct NetImpl : torch::nn::Module {
  explicit NetImpl(int64_t width = 8, int64_t out = 2);
};
TORCH_MODULE(Net);
'''
NET_SOURCE = '''#include "net.h"
NetImpl::NetImpl(int64_t width, int64_t out) {
  register_module("fc1", torch::nn::Linear(4, width));
  register_module("bn", torch::nn::BatchNorm1d(width));
  register_module("fc2", torch::nn::Linear(width, out));
}
'''
LINK_MISFIT = [('main.cpp:4:10', 'error', 'missing-key')]

# In place of a compiler where only what stands around it is tested: writes its arguments to the output, so that each object differs.
FAKE_COMPILER = '''#!/bin/sh
out=a.out dep=
for word; do
  case "$previous" in -o) out=$word;; -MF) dep=$word;; esac
  previous=$word
done
echo "compiled in $PWD: $*" > "$out"
[ -z "$dep" ] || echo "$out:" > "$dep"
'''
# The same for what mentions the test's own units (net, main); all else, such as what build systems try out, goes to g++.
QUICK_COMPILER = FAKE_COMPILER.replace('#!/bin/sh\n', '#!/bin/sh\ncase "$*" in *net.cpp*|*main.cpp*|*main.o*) ;; *) exec g++ "$@";; esac\n')

tests = []  # (group, name, needs, is_long, function)


class Skipped(Exception):
    pass


def test(group, *needs, long=False):
    def register(f):
        tests.append((group, f.__name__.replace('_', ' '), needs, long, f))
        return f
    return register


def findings(text):
    """(place, severity, id) of ckptlint's diagnostics, sorted; the compiler's own are left out."""
    found = []
    for place, severity, message in DIAGNOSTIC.findall(text):
        ids = re.findall(r'-Wckpt-([\w-]+)', message)
        if ids:
            found.append((place, severity, ids[0]))
    return sorted(found)


def expect(condition, what, output=''):
    if not condition:
        raise AssertionError(what + ('\n' + output.rstrip() if output else ''))


class Result:
    def __init__(self, p):
        self.status, self.out, self.err = p.returncode, p.stdout, p.stderr
        self.text = p.stdout + p.stderr

    def expect(self, status, *texts, absent=(), found=None):
        """`found`: the findings that must be there, each once, and no other."""
        problems = [] if status is None or self.status == status else ['exit status %d, not %d' % (self.status, status)]
        problems += ['lacks %r' % t for t in texts if t not in self.text]
        problems += ['has %r' % t for t in absent if t in self.text]
        if found is not None and findings(self.text) != sorted(found):
            problems.append('findings %s, not %s' % (findings(self.text), sorted(found)))
        expect(not problems, '; '.join(problems), self.text)
        return self


class World:
    def __init__(self, build, cache):
        self.build, self.shared = build, cache
        self.folder = os.path.realpath(tempfile.mkdtemp(prefix='ckptlint-builds-'))
        self.env = dict(os.environ, PATH=build + ':' + os.environ['PATH'], XDG_CACHE_HOME=cache, CCACHE_DIR=self.path('ccache'), NO_COLOR='1', LC_ALL='C.UTF-8')
        for name in ('MAKEFLAGS', 'MAKELEVEL', 'MFLAGS', 'CKPTLINT_FLAGS', 'CKPTLINT_FRONTEND', 'CKPTLINT_TIMEOUT', 'CKPTLINT', 'CXX', 'CXXFLAGS'):
            self.env.pop(name, None)

    def path(self, name):
        return os.path.join(self.folder, name)

    def own_cache(self, cold=False):
        """A cache for this test alone, but for the precompiled headers, which are shared unless it is to be cold."""
        self.env['XDG_CACHE_HOME'] = self.path('cache')
        if not cold:
            os.makedirs(self.path('cache/ckptlint'), exist_ok=True)
            os.symlink(os.path.join(self.shared, 'ckptlint/pch'), self.path('cache/ckptlint/pch'))
        return self.path('cache/ckptlint')

    def write(self, name, text, executable=False):
        os.makedirs(os.path.dirname(self.path(name)), exist_ok=True)
        with open(self.path(name), 'w') as f:
            f.write(text)
        if executable:
            os.chmod(self.path(name), 0o755)
        return self.path(name)

    def read(self, name):
        with open(self.path(name), errors='replace') as f:
            return f.read()

    def exists(self, name):
        return os.path.exists(self.path(name))

    def checkpoint(self, name, as_name=None):
        """Copies over an existing file, so that its time changes."""
        shutil.copyfile(os.path.join(CHECKPOINTS, name), self.path(as_name or name))

    def net(self, checkpoint='net_without_bias.pt', name='net.cpp'):
        """One unit that loads w.pt, a copy of `checkpoint`."""
        self.write(name, NET + MAIN % 'w.pt')
        self.checkpoint(checkpoint, 'w.pt')

    def two_units(self, checkpoint='net_without_bias.pt'):
        self.write('net.h', NET_HEADER)
        self.write('net.cpp', NET_SOURCE)
        self.write('main.cpp', '#include "net.h"\n' + MAIN % 'w.pt')
        self.checkpoint(checkpoint, 'w.pt')

    def demo(self):
        for name in ('net.h', 'net.cpp', 'main.cpp', 'Makefile', 'CMakeLists.txt'):
            shutil.copy(os.path.join(DEMO, name), self.folder)

    def demo_checkpoint(self, version):
        shutil.copyfile(os.path.join(DEMO, 'checkpoints', version + '.pt'), self.path('digits.pt'))

    def database(self, *files, folder='.', flags=FLAGS):
        entries = [{'directory': self.folder, 'file': f, 'arguments': ['g++', *flags, '-c', f, '-o', os.path.splitext(f)[0] + '.o']} for f in files]
        self.write(os.path.join(folder, 'compile_commands.json'), json.dumps(entries))

    def fake_compiler(self):
        return self.write('cxx', FAKE_COMPILER, executable=True)

    def warm(self):
        """Fills the shared cache: the precompiled headers of the units that tests use."""
        os.makedirs(os.path.join(self.shared, 'ckptlint/pch'), exist_ok=True)
        self.net()
        self.check('net.cpp').expect(1, found=MISFIT)

    def precompiled(self, clang):
        """The flags with which it takes libtorch's headers precompiled, once for all tests: it would spend ten seconds a unit on them, and they are
        not under test. What ckptlint makes of such flags is. They go with -std=gnu++17, and libtorch's folder as FLAGS has it. (Not for g++,
        which takes a third of a whole compile to read what it has precompiled.)"""
        folder = os.path.join(self.shared, 'precompiled-' + clang)
        header = os.path.join(folder, 'all.h')
        result = header + '.pch'
        os.makedirs(folder, exist_ok=True)
        with open(os.path.join(folder, 'lock'), 'w') as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not os.path.exists(result):
                with open(header, 'w') as f:
                    f.write('#include <torch/torch.h>\n')
                self.run(clang, *FLAGS[1:], '-std=gnu++17', '-fpch-instantiate-templates', '-x', 'c++-header', header, '-o', result + '.part').expect(0)
                os.rename(result + '.part', result)
        return '-include-pch ' + result

    def quick_compiler(self):
        return self.write('quick-g++', QUICK_COMPILER, executable=True)

    def start(self, *command, env=None, cwd=None, **more):
        """A process with pipes, in the world's environment; `more` as for Popen."""
        options = dict(stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, errors='replace')
        options.update(more)
        return subprocess.Popen(command, cwd=cwd or self.folder, env=dict(self.env, **(env or {})), **options)

    def run(self, *command, env=None, cwd=None, timeout=900, **more):
        options = dict(stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, errors='replace', timeout=timeout)
        options.update(more)
        return Result(subprocess.run(command, cwd=cwd or self.folder, env=dict(self.env, **(env or {})), **options))

    def check(self, *args, **more):
        return self.run('ckptlint', 'check', *args, '--', *FLAGS, **more)

    def remove(self):
        for top, _, _ in os.walk(self.folder):
            os.chmod(top, os.stat(top).st_mode | stat.S_IRWXU)
        shutil.rmtree(self.folder, ignore_errors=True)
