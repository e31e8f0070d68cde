"""One real project (fixtures/demo: the model in one unit, the load in another), built in every way that ckptlint joins a build.

Each way must report the same findings, once each, and fail or pass alike: with a checkpoint that does not fit, then with that file alone
replaced by one that fits, then back again. Where a plugin is what joins, and in one way with a launcher, the compiler takes libtorch's own headers, which costs seconds a unit: there are
two builds only. In the other ways it is given a small libtorch (tests/builds/small). The launcher around g++ and libtorch itself, with both
checkpoints, is what `make demo` shows, which the README's commands run (tests/docs)."""
import os
import re
import shutil
import time

from lib import ROOT, Skipped, expect, findings, test

WANTED = [('main.cpp:11:10', 'error', 'missing-key'), ('main.cpp:11:10', 'error', 'missing-module'),
          ('main.cpp:11:10', 'error', 'shape-mismatch'), ('main.cpp:11:10', 'warning', 'unexpected-key')]
LAUNCHERS = ('-DCMAKE_CXX_COMPILER_LAUNCHER=ckptlint;cc', '-DCMAKE_CXX_LINKER_LAUNCHER=ckptlint;cc')


def make(before, clang=None):
    """Make, with what stands `before` the compiler: the small one, or a `clang` that takes libtorch itself."""
    def build(w):
        if '-include' not in w.read('Makefile'):
            w.write('Makefile', w.read('Makefile') + '-include main.d net.d\n')
        return w.run('make', '-j2', 'CXX=%s %s' % (before, clang or small_compiler(w)), 'CXXFLAGS=-std=gnu++17 -MMD -MP ' + (w.precompiled(clang) if clang else ''))
    return build


def small_compiler(w):
    """A compiler that finds a small libtorch first, where what it compiles is not under test. ckptlint reads the command, so libtorch itself."""
    return w.path('small-g++') if w.exists('small-g++') else w.write('small-g++', '#!/bin/sh\nexec g++ -isystem "%s" "$@"\n' % SMALL, executable=True)


def cmake(*options, compiler=None, generator='Ninja', lines='', flags=''):
    """`lines` and `flags` go to the project's CMakeLists.txt: what stands in CMAKE_CXX_FLAGS, CMake tries on programs of its own, too. `compiler`:
    one that takes libtorch itself."""
    def build(w):
        if not w.exists('b'):
            all_flags = (w.precompiled(compiler) + ' ' if compiler and 'clang' in compiler else '') + flags.replace('{build}', w.build)
            w.write('CMakeLists.txt', w.read('CMakeLists.txt') + 'target_compile_options(digits PRIVATE "SHELL:%s")\n' % all_flags + lines)
            small_compiler(w)
        w.run('cmake', '-S', '.', '-B', 'b', '-G', generator, '-DCMAKE_BUILD_TYPE=', '-DCMAKE_EXPORT_COMPILE_COMMANDS=ON',
              '-DCMAKE_CXX_COMPILER=' + (compiler or w.path('small-g++')), *options).expect(0)
        return w.run('cmake', '--build', 'b', '-j2')
    return build


LONG = True
SMALL = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'small')
CONFIG = '-DCkptlint_DIR=' + os.path.join(ROOT, 'plugin/cmake')
GCC_PLUGIN, CLANG_PLUGIN = 'ckptlint_gcc.so', 'ckptlint-clang-22.so'
ROUNDS, REAL_ROUNDS = ('v1', 'v2', 'v1'), ('v2', 'v1')  # checkpoints; v2 fits
WAYS = [  # name, programs and plugins that it needs, one build, rounds; LONG: a variation, not run each time
    ('make and launcher', ['make', 'clang++-22'], make('ckptlint cc', clang='clang++-22'), REAL_ROUNDS),
    ('make, ccache behind the launcher', ['make', 'ccache'], make('ckptlint cc ccache'), ROUNDS, LONG),
    ('make, ccache before the launcher', ['make', 'ccache'], make('ccache ckptlint cc'), ROUNDS, LONG),
    ('CMake and launchers', ['cmake', 'ninja'], cmake(*LAUNCHERS), ROUNDS),
    ('CMake and ckptlint_add', ['cmake', 'make'], cmake(CONFIG, generator='Unix Makefiles', lines='find_package(Ckptlint REQUIRED)\nckptlint_add(digits CHECKPOINTS digits.pt)\n'), ROUNDS, LONG),
    ('CMake, the slot of clang-tidy', ['cmake', 'ninja'], cmake(CONFIG, lines='find_package(Ckptlint REQUIRED)\nckptlint_add(digits TIDY CHECKPOINTS digits.pt)\n'), ROUNDS),
    ('GCC plugin', ['cmake', 'ninja', GCC_PLUGIN], cmake(compiler='g++', flags='-fplugin={build}/' + GCC_PLUGIN), REAL_ROUNDS),
    ('GCC plugin and link launcher', ['cmake', 'ninja', GCC_PLUGIN], cmake(LAUNCHERS[1], compiler='g++', flags='-fplugin={build}/' + GCC_PLUGIN), ROUNDS, LONG),
    ('Clang plugin', ['cmake', 'ninja', 'clang++-22', CLANG_PLUGIN], cmake(compiler='clang++-22', flags='-fplugin={build}/' + CLANG_PLUGIN), REAL_ROUNDS),
]


def wait_for_the_clock():
    time.sleep(1.1)  # make and file systems compare times


def add_way(name, needs, build, rounds, is_long=False):
    def row(w):
        plugins = [n for n in needs if n.endswith('.so') and not os.path.exists(os.path.join(w.build, n))]
        if plugins:
            raise Skipped('needs ' + ', '.join(plugins))
        w.demo()
        if shutil.which('ld.gold'):
            w.env['LDFLAGS'] = '-fuse-ld=gold'  # ld reads all symbols of libtorch for two seconds
        for checkpoint in rounds:
            fits = checkpoint == 'v2'
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
    build = make('ckptlint cc ccache')
    build(w).expect(0, found=[])
    w.demo_checkpoint('v1')
    w.run('make', 'clean').expect(0)
    r = build(w)
    expect(r.status != 0 and findings(r.text) == WANTED, 'findings %s' % findings(r.text), r.text)
    statistics = w.run('ccache', '-s').text
    hits = re.search(r'Hits: +(\d+)', statistics)
    expect(hits and int(hits.group(1)) >= 2, 'ccache had no hits', statistics)
