#!/usr/bin/env python3
"""Prints how long ckptlint takes beside the compiler it runs with and beside the alternatives, as a table with ratios.

Every row is the median of a few runs on this machine, now; the goals stand beside them, in seconds of the machine that they were set
on, where g++ takes GOALS_GXX for the first row. A slower machine is told, and gets the same share of its g++: past the goal in seconds
a row is `late`; past the goal in shares by more than half (shared machines waver) it is `MISSED` and the bench fails. Nothing here is a unit test.
"""
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
GOALS_GXX = 12.6  # seconds
FLAGS = ['-std=c++17', '-isystem', '/usr/include/torch/csrc/api/include']
LOAD_AND_COMPARE = """
import torch
file = torch.jit.load('digits.pt')
want = {k: v.shape for k, v in torch.jit.load('digits.pt').state_dict().items()}
assert {k: v.shape for k, v in file.state_dict().items()} == want
"""


def measure(command, folder, env, runs, before=None):
    """Median seconds and peak MB of the command's own process tree root."""
    times, peak = [], 0
    for i in range(runs):
        if before:
            before(i)
        start = time.perf_counter()
        p = subprocess.Popen(command, cwd=folder, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        _, status, usage = os.wait4(p.pid, 0)
        times.append(time.perf_counter() - start)
        peak = max(peak, usage.ru_maxrss / 1024)
        if os.waitstatus_to_exitcode(status) not in (0, 1):
            sys.exit('bench: %s ended with %s' % (' '.join(command), os.waitstatus_to_exitcode(status)))
    return statistics.median(times), peak


# One unit of the generated project; the last of them loads what the first defines.
UNIT = """#include <torch/torch.h>
struct Block%(i)dImpl : torch::nn::Module {
  explicit Block%(i)dImpl(int64_t width = %(width)d) {
    layers->push_back("in", torch::nn::Linear(width, 2 * width));
    layers->push_back("act", torch::nn::ReLU());
    layers->push_back("out", torch::nn::Linear(2 * width, width));
    register_module("layers", layers);
  }
  torch::nn::Sequential layers;
};
TORCH_MODULE(Block%(i)d);
void load_%(i)d() {
  Block%(i)d block;
  torch::load(block, "block%(i)d.pt");
}
"""


def project(folder, n):
    """A compile database of n units in `folder`; returns the paths of the units."""
    os.makedirs(folder)
    entries, units = [], []
    for i in range(n):
        units.append(os.path.join(folder, 'unit%d.cpp' % i))
        with open(units[-1], 'w') as f:
            f.write(UNIT % {'i': i, 'width': 8 + i % 50})
        entries.append({'directory': folder, 'file': units[-1], 'arguments': ['g++', *FLAGS, '-c', units[-1], '-o', 'unit%d.o' % i]})
    with open(os.path.join(folder, 'compile_commands.json'), 'w') as f:
        json.dump(entries, f)
    return units


def project_rows(folder, env):
    """First run, nothing changed, ten units changed: of 200 and of 1 000 units."""
    rows = []
    for n in (200, 1000):
        where = os.path.join(folder, 'project%d' % n)
        units = project(where, n)
        check = ['ckptlint', 'check', '-p', where]

        def change(i):
            for k in range(10):
                with open(units[k * (n // 10)], 'a') as f:
                    f.write('// %d\n' % i)

        rows.append(('ckptlint check, %d units, first run' % n, *measure(check, where, env, 1), None, 400))
        rows.append(('ckptlint check, %d units, unchanged' % n, *measure(check, where, env, 5), 0.0025 * n))
        rows.append(('ckptlint check, %d units, 10 changed' % n, *measure(check, where, env, 3, change), 1.2 + 0.0025 * n, 400))
    return rows


def launcher_row(folder, env, touch):
    """Each pair runs at the speed that the machine has just then: the best of a few, in turn, are compared."""
    plain = ['g++', *FLAGS, '-c', 'net.cpp', '-o', 'net.o']
    pairs = [[measure(command, folder, env, 1, lambda _, i=i: touch(i))[0] for command in (plain, ['ckptlint', 'cc', *plain])] for i in range(5)]
    alone, launched = min(p[0] for p in pairs), min(p[1] for p in pairs)
    return 'g++ -c under ckptlint cc, over g++ alone', launched, 0, alone * 1.03, None, True


def main():
    build = os.path.realpath(sys.argv[1])
    folder = tempfile.mkdtemp(prefix='ckptlint-bench-')
    demo = os.path.join(ROOT, 'fixtures/demo')
    for name in ('net.h', 'net.cpp', 'main.cpp'):
        shutil.copy(os.path.join(demo, name), folder)
    shutil.copy(os.path.join(demo, 'checkpoints/v2.pt'), os.path.join(folder, 'digits.pt'))
    env = dict(os.environ, XDG_CACHE_HOME=os.path.join(folder, 'cache'), PATH=build + ':' + os.environ['PATH'])
    source = open(os.path.join(folder, 'net.cpp')).read()

    def touch(i):
        with open(os.path.join(folder, 'net.cpp'), 'w') as f:
            f.write(source + '// %d %d\n' % (os.getpid(), i))

    check = ['ckptlint', 'check', 'net.cpp', '--'] + FLAGS
    rows = []
    compile_time, compile_mb = measure(['g++', *FLAGS, '-O2', '-c', 'net.cpp', '-o', 'net.o'], folder, env, 3)
    rows.append(('g++ -O2 -c net.cpp', compile_time, compile_mb, None))
    if shutil.which('clang++-22'):
        rows.append(('clang++ -fsyntax-only net.cpp', *measure(['clang++-22', *FLAGS, '-fsyntax-only', 'net.cpp'], folder, env, 3), None))
    first, mb = measure(check, folder, env, 1)
    rows.append(('ckptlint check, first run (makes the PCH)', first, mb, None))
    rows.append(('ckptlint check, changed unit, warm', *measure(check, folder, env, 7, touch), 0.12))
    rows.append(('ckptlint check, unchanged unit', *measure(check, folder, env, 15), 0.010))
    if shutil.which('clang-tidy-22'):
        tidy = ['clang-tidy-22', '--quiet', '-checks=-*,bugprone-*', 'net.cpp', '--'] + FLAGS
        rows.append(('clang-tidy, bugprone-*, net.cpp', *measure(tidy, folder, env, 1), None))
    if shutil.which('ccache'):
        cached = ['ccache', 'g++', *FLAGS, '-O2', '-c', 'net.cpp', '-o', 'net.o']
        env['CCACHE_DIR'] = os.path.join(folder, 'ccache')
        measure(cached, folder, env, 1)
        rows.append(('ccache g++ -O2 -c net.cpp, a hit', *measure(cached, folder, env, 7), None))
    both = ['ckptlint', 'check', 'main.cpp', 'net.cpp', '--'] + FLAGS
    measure(both, folder, env, 1)
    rows.append(('ckptlint check, program of two, unchanged', *measure(both, folder, env, 15), 0.015))
    rows.append(launcher_row(folder, env, touch))
    rows.append(('Python: torch.jit.load and compare', *measure(['/usr/bin/python3', '-c', LOAD_AND_COMPARE], folder, env, 3), None))
    rows.append(('ckptlint show digits.pt', *measure(['ckptlint', 'show', 'digits.pt'], folder, env, 15), 0.010))
    subprocess.run([sys.executable, os.path.join(ROOT, 'tests/ckpt/big.py'), folder], check=True)
    for name, text, goal, memory in (('ten-gigabytes.safetensors', 'safetensors of 10 GB', 0.020, 32), ('ten-gigabytes.pt', 'torch.save of 10 GB', 0.020, 32),
                                     ('keys-100000.safetensors', 'safetensors of 100 000 keys', 0.3, None),
                                     ('keys-100000.pt', 'torch.save of 100 000 keys', 0.3, None)):
        rows.append(('ckptlint show, ' + text, *measure(['ckptlint', 'show', name], folder, env, 15), goal, memory))
    rows.append(('ckptlint diff, 100 000 keys', *measure(['ckptlint', 'diff', 'keys-100000.pt', 'keys-100000.safetensors'], folder, env, 5), 1.0))
    rows += project_rows(folder, env)
    shutil.rmtree(folder)

    slower = max(1, compile_time / GOALS_GXX)
    print('%-48s %10s %8s %10s %8s %8s' % ('', 'seconds', 'MB', 'of g++', 'goal s', 'goal MB'))
    missed = 0
    for name, seconds, mb, goal, *more in rows:
        room, here = (more + [None, False])[0], len(more) > 1
        marks = []
        if goal is not None and seconds > 1.5 * goal * (1 if here else slower):
            marks.append('MISSED')
        elif goal is not None and seconds > goal:
            marks.append('late')
        if room is not None and mb > room:
            marks.append('MISSED: large')
        missed += any(m.startswith('MISSED') for m in marks)
        print('%-48s %10.4f %8s %9.2f%% %8s %8s  %s' % (name, seconds, '%.0f' % mb if mb else '', 100 * seconds / compile_time,
                                                       '%.3f' % goal if goal else '', room or '', ', '.join(marks)))
    print('This machine takes %.1f times as long for the first row as the one that the goals in seconds were set on.' % (compile_time / GOALS_GXX))
    return 1 if missed else 0


if __name__ == '__main__':
    sys.exit(main())
