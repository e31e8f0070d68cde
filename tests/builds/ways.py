"""One real project (fixtures/demo: the model in one unit, the load in another), built in every way that ckptlint joins a build.

Each way must report the same findings, once each, and fail or pass alike: with a checkpoint that does not fit, then with that file alone
replaced by one that fits, then back again. These tests compile for real, so they are the slow ones."""
import fcntl
import os
import re
import shutil
import time

from lib import ROOT, Skipped, expect, findings, test

WANTED = [('main.cpp:11:10', 'error', 'missing-key'), ('main.cpp:11:10', 'error', 'missing-module'),
          ('main.cpp:11:10', 'error', 'shape-mismatch'), ('main.cpp:11:10', 'warning', 'unexpected-key')]
LAUNCHERS = ('-DCMAKE_CXX_COMPILER_LAUNCHER=ckptlint;cc', '-DCMAKE_CXX_LINKER_LAUNCHER=ckptlint;cc')


def make(compiler, pch=True):
    def build(w):
        if '-include' not in w.read('Makefile'):
            w.write('Makefile', w.read('Makefile') + '-include main.d net.d\n')
        return w.run('make', '-j2', 'CXX=' + compiler, 'CXXFLAGS=-std=gnu++17 -MMD -MP ' + (precompiled(w) if pch else ''))
    return build


def precompiled(w):
    """g++ spends its time on libtorch's headers, which are not under test: precompiled once, for the flags that CMake gives. What ckptlint makes of
    `-include` and a .gch is, too."""
    folder = os.path.join(w.shared, 'gch')
    header = os.path.join(folder, 'all.h')
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, 'lock'), 'w') as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not os.path.exists(header + '.gch'):
            with open(header, 'w') as f:
                f.write('#include <torch/torch.h>\n')
            w.run('g++', '-isystem', '/usr/include/torch/csrc/api/include', '-std=gnu++17', '-x', 'c++-header', header, '-o', header + '.part').expect(0)
            os.rename(header + '.part', header + '.gch')
    return '-include ' + header


def cmake(*options, generator='Ninja', lines='', flags='', pch=True):
    """`lines` and `flags` go to the project's CMakeLists.txt: what stands in CMAKE_CXX_FLAGS, CMake tries on programs of its own, too."""
    def build(w):
        if not w.exists('b'):
            all_flags = (precompiled(w) + ' ' if pch else '') + flags.replace('{build}', w.build)
            w.write('CMakeLists.txt', w.read('CMakeLists.txt') + 'target_compile_options(digits PRIVATE "SHELL:%s")\n' % all_flags + lines)
        w.run('cmake', '-S', '.', '-B', 'b', '-G', generator, '-DCMAKE_BUILD_TYPE=', '-DCMAKE_EXPORT_COMPILE_COMMANDS=ON', *options).expect(0)
        return w.run('cmake', '--build', 'b', '-j2')
    return build


LONG = True
CONFIG = '-DCkptlint_DIR=' + os.path.join(ROOT, 'plugin/cmake')
GCC_PLUGIN, CLANG_PLUGIN = 'ckptlint_gcc.so', 'ckptlint-clang-22.so'
WAYS = [  # name, programs and plugins that it needs, one build; LONG: a variation, not run each time
    ('make and launcher', ['make'], make('ckptlint cc g++')),
    ('make, ccache behind the launcher', ['make', 'ccache'], make('ckptlint cc ccache g++', pch=False), LONG),
    ('make, ccache before the launcher', ['make', 'ccache'], make('ccache ckptlint cc g++'), LONG),
    ('CMake and launchers', ['cmake', 'ninja'], cmake(*LAUNCHERS)),
    ('CMake and ckptlint_add', ['cmake', 'make'], cmake(CONFIG, generator='Unix Makefiles', lines='find_package(Ckptlint REQUIRED)\nckptlint_add(digits CHECKPOINTS digits.pt)\n'), LONG),
    ('CMake, the slot of clang-tidy', ['cmake', 'ninja'], cmake(CONFIG, lines='find_package(Ckptlint REQUIRED)\nckptlint_add(digits TIDY CHECKPOINTS digits.pt)\n')),
    ('GCC plugin', ['cmake', 'ninja', GCC_PLUGIN], cmake(flags='-fplugin={build}/' + GCC_PLUGIN)),
    ('GCC plugin and link launcher', ['cmake', 'ninja', GCC_PLUGIN], cmake(LAUNCHERS[1], flags='-fplugin={build}/' + GCC_PLUGIN), LONG),
    ('Clang plugin', ['cmake', 'ninja', 'clang++-22', CLANG_PLUGIN], cmake('-DCMAKE_CXX_COMPILER=clang++-22', flags='-fplugin={build}/' + CLANG_PLUGIN, pch=False)),
]


def wait_for_the_clock():
    time.sleep(1.1)  # make and file systems compare times


def add_way(name, needs, build, is_long=False):
    def row(w):
        plugins = [n for n in needs if n.endswith('.so') and not os.path.exists(os.path.join(w.build, n))]
        if plugins:
            raise Skipped('needs ' + ', '.join(plugins))
        w.demo()
        if shutil.which('ld.gold'):
            w.env['LDFLAGS'] = '-fuse-ld=gold'  # ld reads all symbols of libtorch for two seconds
        for checkpoint, fits in (('v1', False), ('v2', True), ('v1', False)):
            w.demo_checkpoint(checkpoint)
            r = build(w)
            what = 'with %s, ' % checkpoint
            expect((r.status == 0) == fits, what + 'exit status %d' % r.status, r.text)
            expect(findings(r.text) == ([] if fits else WANTED), what + 'findings %s' % findings(r.text), r.text)
            wait_for_the_clock()
    row.__name__ = name
    test('ways', *[n for n in needs if not n.endswith('.so')], long=is_long)(row)


for way in WAYS:
    add_way(*way)


@test('ways', 'make', 'ccache')
def objects_that_ccache_has(w):
    """All compiles are answered by ccache, and everything is checked none the less."""
    w.demo()
    w.demo_checkpoint('v2')
    build = make('ckptlint cc ccache g++', pch=False)  # ccache leaves precompiled headers alone
    build(w).expect(0, found=[])
    w.demo_checkpoint('v1')
    w.run('make', 'clean').expect(0)
    r = build(w)
    expect(r.status != 0 and findings(r.text) == WANTED, 'findings %s' % findings(r.text), r.text)
    statistics = w.run('ccache', '-s').text
    hits = re.search(r'Hits: +(\d+)', statistics)
    expect(hits and int(hits.group(1)) >= 2, 'ccache had no hits', statistics)
