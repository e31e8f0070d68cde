#!/usr/bin/env python3
"""One real project, built in every way that ckptlint joins a build: each must report the same findings, once each, and fail or pass alike.

The project is fixtures/demo (two units: the model in one, the load in the other). Every way is built with a checkpoint that does not fit; then the
checkpoint alone is replaced by one that fits, and the same build must check again and pass. A checker that is missing or killed must not
break the build. Ways whose tools are not installed are skipped by name, and the last line counts them."""
import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
DEMO = os.path.join(ROOT, 'fixtures/demo')
DIAGNOSTIC = re.compile(r'^(?:\S*/)?([\w.]+:\d+:\d+): (error|warning): (.*?)$', re.M)


def findings(text):
    """(place, severity, id) of ckptlint's diagnostics, sorted; the compiler's own are left out."""
    found = []
    for place, severity, message in DIAGNOSTIC.findall(text):
        ids = re.findall(r'-Wckpt-([\w-]+)', message)
        if ids:
            found.append((place, severity, ids[0]))
    return sorted(found)


class World:
    def __init__(self, build, work, name):
        self.folder, self.build, self.work = os.path.join(work, name), build, work
        os.makedirs(self.folder)
        for f in ('net.h', 'net.cpp', 'main.cpp', 'Makefile', 'CMakeLists.txt'):
            shutil.copy(os.path.join(DEMO, f), self.folder)
        self.env = dict(os.environ, PATH=build + ':' + os.environ['PATH'], XDG_CACHE_HOME=os.path.join(work, 'cache'), CCACHE_DIR=os.path.join(self.folder, 'ccache'), NO_COLOR='1', CKPTLINT_FLAGS='')
        self.env.pop('MAKEFLAGS', None)

    def pch(self):
        return precompiled(self, self.work)

    def plugin(self, name):
        return os.path.join(self.build, name)

    def checkpoint(self, version):
        shutil.copy(os.path.join(DEMO, 'checkpoints', version + '.pt'), os.path.join(self.folder, 'digits.pt'))

    def run(self, *command, **env):
        p = subprocess.run(command, cwd=self.folder, env=dict(self.env, **env), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors='replace', timeout=600)
        return p.returncode, p.stdout


def cmake(world, *options, generator='Ninja', flags=''):
    with open(os.path.join(world.folder, 'CMakeLists.txt'), 'a') as f: # not CMAKE_CXX_FLAGS, which CMake tries on programs of its own
        f.write('target_compile_options(digits PRIVATE "SHELL:%s")\n' % flags)

    def build():
        status, out = world.run('cmake', '-S', '.', '-B', 'b', '-G', generator, '-DCMAKE_BUILD_TYPE=Debug', '-DCMAKE_EXPORT_COMPILE_COMMANDS=ON', *options)
        if status:
            return status, out
        status, more = world.run('cmake', '--build', 'b')
        return status, out + more
    return build


def make(world, compiler):
    """With the dependencies that the compiler writes, as most Makefiles have them: the launcher adds checkpoints there."""
    with open(os.path.join(world.folder, 'Makefile'), 'a') as f:
        f.write('CPPFLAGS += -MMD -MP\n-include $(wildcard *.d)\n')
    return lambda: world.run('make', 'CXX=' + compiler, 'CXXFLAGS=-g -std=gnu++17 ' + world.pch())


def tidy(world, generator='Ninja'):
    """The slot runs before the compiler writes its depfile, so the project names its checkpoints."""
    with open(os.path.join(world.folder, 'CMakeLists.txt'), 'a') as f:
        f.write('find_package(Ckptlint REQUIRED)\nckptlint_add(digits TIDY CHECKPOINTS digits.pt)\n')
    return cmake(world, '-DCkptlint_DIR=' + os.path.join(ROOT, 'plugin/cmake'), generator=generator, flags=world.pch())


def precompiled(world, work):
    """g++ spends its time on libtorch's headers, which are not under test: they are precompiled once for the flags that CMake gives. What ckptlint makes of
    `-include` and a .gch is."""
    header = os.path.join(work, 'pch', 'all.h')
    if not os.path.exists(header + '.gch'):
        os.makedirs(os.path.dirname(header))
        open(header, 'w').write('#include <torch/torch.h>\n')
        world.run('g++', '-isystem', '/usr/include/torch/csrc/api/include', '-g', '-std=gnu++17', '-x', 'c++-header', header, '-o', header + '.gch')
    return '-include ' + header


LAUNCHERS = ('-DCMAKE_CXX_COMPILER_LAUNCHER=ckptlint;cc', '-DCMAKE_CXX_LINKER_LAUNCHER=ckptlint;cc')
# name, programs it needs, how to build (a function of the world that returns a build step)
WAYS = [
    ('make and launcher', ['make'], lambda w: make(w, 'ckptlint cc g++')),
    ('make, launcher and ccache', ['make', 'ccache'], lambda w: make(w, 'ckptlint cc ccache g++')),
    ('CMake and launchers', ['cmake', 'ninja'], lambda w: cmake(w, *LAUNCHERS, flags=w.pch())),
    ('CMake, clang-tidy slot, Ninja', ['cmake', 'ninja'], lambda w: tidy(w)),
    ('CMake, clang-tidy slot, Makefiles', ['cmake', 'make'], lambda w: tidy(w, generator='Unix Makefiles')),
    ('CMake, GCC plugin', ['cmake', 'ninja', 'ckptlint_gcc.so'], lambda w: cmake(w, flags='%s -fplugin=%s' % (w.pch(), w.plugin('ckptlint_gcc.so')))),
    ('CMake, GCC plugin and link launcher', ['cmake', 'ninja', 'ckptlint_gcc.so'],
     lambda w: cmake(w, LAUNCHERS[1], flags='%s -fplugin=%s' % (w.pch(), w.plugin('ckptlint_gcc.so')))),
    ('CMake, Clang plugin', ['cmake', 'ninja', 'clang++-22', 'ckptlint-clang-22.so'],
     lambda w: cmake(w, '-DCMAKE_CXX_COMPILER=clang++-22', flags='-fplugin=' + w.plugin('ckptlint-clang-22.so'))),
]


def check_way(name, way, build, work, wanted):
    world = World(build, work, re.sub(r'\W+', '-', name))
    step = way(world)
    world.checkpoint('v1')
    status, out = step()
    got = findings(out)
    problems = []
    if status == 0:
        problems.append('the build passed with a checkpoint that does not fit')
    if got != wanted:
        problems.append('findings %s, expected %s' % (got, wanted))
    if problems:
        return problems + [out]
    world.checkpoint('v2')
    status, out = step()
    if status != 0 or findings(out):
        return ['after only the checkpoint was replaced by one that fits: exit status %d, %s' % (status, findings(out)), out]
    time.sleep(1.1)  # file systems and make compare times
    world.checkpoint('v1')
    os.utime(os.path.join(world.folder, 'digits.pt'))
    status, out = step()
    if status == 0 or findings(out) != wanted:
        return ['after only the checkpoint was replaced by one that does not fit: exit status %d, %s' % (status, findings(out)), out]
    return []


def plugins(build, work):
    """The plugins see one unit: a program of one, with a checkpoint that lacks a key, under the options that hosts treat each in their own way."""
    world = World(build, work, 'plugins')
    shutil.copy(os.path.join(ROOT, 'fixtures/docs/no_bias.pt'), os.path.join(world.folder, 'net.pt'))
    page = open(os.path.join(ROOT, 'docs/diagnostics/missing-key.md')).read()
    open(os.path.join(world.folder, 'one.cpp'), 'w').write(re.search(r'^```cpp file=net.cpp\n(.*?)^```$', page, re.M | re.S).group(1))
    flags = ['-std=c++17', '-isystem', '/usr/include/torch/csrc/api/include', '-fsyntax-only', 'one.cpp']
    rows = []
    for name, compiler, plugin in (('GCC', 'g++', 'ckptlint_gcc.so'), ('Clang 22', 'clang++-22', 'ckptlint-clang-22.so')):
        plugin = os.path.join(build, plugin)
        if not os.path.exists(plugin) or shutil.which(compiler) is None:
            continue
        status, out = world.run(compiler, '-fplugin=' + plugin, *flags)
        rows.append(('%s plugin: an error fails the compilation' % name, status == 1 and findings(out) == [('one.cpp:13:10', 'error', 'missing-key')], out))
        status, out = world.run(compiler, '-fplugin=' + plugin, *flags, CKPTLINT='/nonexistent/ckptlint')
        rows.append(('%s plugin: a checker that is missing is one note' % name, status == 0 and '/nonexistent/ckptlint' in out, out))
    return rows


NETS = {
    'CMakeLists.txt': """cmake_minimum_required(VERSION 3.18)
project(nets CXX)
set(CMAKE_CXX_STANDARD 17)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
include_directories(SYSTEM /usr/include/torch/csrc/api/include)
add_library(net_a STATIC src/net_a.cpp)
add_library(net_b SHARED src/net_b.cpp)
add_library(net_c OBJECT src/net_c.cpp)
foreach(n a b c)
  add_executable(app_${n} src/main_${n}.cpp)
  target_link_libraries(app_${n} PRIVATE net_${n})
endforeach()
add_custom_command(OUTPUT ran COMMAND app_a COMMAND app_b COMMAND app_c DEPENDS app_a app_b app_c)
add_custom_target(run ALL DEPENDS ran)
""",
    'meson.build': """project('nets', 'cpp', default_options: ['cpp_std=c++17'])
torch = include_directories('/usr/include/torch/csrc/api/include', is_system: true)
a = static_library('net_a', 'src/net_a.cpp', include_directories: torch)
b = shared_library('net_b', 'src/net_b.cpp', include_directories: torch)
executable('app_a', 'src/main_a.cpp', link_with: a, include_directories: torch)
executable('app_b', 'src/main_b.cpp', link_with: b, include_directories: torch)
executable('app_c', 'src/main_c.cpp', 'src/net_c.cpp', include_directories: torch)
""",
}


def programs(build, work):
    """Three executables in one compile database, each with a class Net of its own in the same folder; which of them the checkpoint fits is known from
    what the build systems leave behind when they configure. Nothing is compiled."""
    world = World(build, work, 'programs')
    for name, text in NETS.items():
        open(os.path.join(world.folder, name), 'w').write(text)
    os.makedirs(os.path.join(world.folder, 'src'))
    for name, width in (('a', 8), ('b', 16), ('c', 32)):
        files = {'net_%s.h': '#pragma once\n#include <torch/torch.h>\nstruct NetImpl : torch::nn::Module {\n  NetImpl();\n};\nTORCH_MODULE(Net);\n',
                 'net_%s.cpp': '#include "net_%s.h"\nNetImpl::NetImpl() {\n  register_module("fc1", torch::nn::Linear(4, %d));\n'
                               '  register_module("bn", torch::nn::BatchNorm1d(%d));\n  register_module("fc2", torch::nn::Linear(%d, 2));\n}\n' % (name, width, width, width),
                 'main_%s.cpp': '#include "net_%s.h"\nint main() {\n  Net net;\n  torch::load(net, "net.pt");\n}\n' % name}
        for f, text in files.items():
            open(os.path.join(world.folder, 'src', f % name), 'w').write(text)
    shutil.copy(os.path.join(ROOT, 'fixtures/loads/ckpt/net.pt'), world.folder)

    def file_api(folder):
        os.makedirs(os.path.join(world.folder, folder, '.cmake/api/v1/query'))
        open(os.path.join(world.folder, folder, '.cmake/api/v1/query/codemodel-v2'), 'w')
        status, out = world.run('cmake', '-S', '.', '-B', folder, '-G', 'Unix Makefiles')
        for top, _, names in os.walk(os.path.join(world.folder, folder)):
            for name in names:
                if name == 'link.txt':
                    os.remove(os.path.join(top, name))
        return status, out

    ways = [('Ninja', ['cmake', 'ninja'], lambda f: world.run('cmake', '-S', '.', '-B', f, '-G', 'Ninja'), 'build.ninja'),
            ('Makefiles', ['cmake', 'make'], lambda f: world.run('cmake', '-S', '.', '-B', f, '-G', 'Unix Makefiles'), 'link.txt'),
            ('File API', ['cmake', 'make'], file_api, 'CMake File API'),
            ('Meson', ['meson', 'ninja'], lambda f: world.run('meson', 'setup', f), 'build.ninja')]
    wanted = [('main_b.cpp:4:10', 'error', 'shape-mismatch'), ('main_c.cpp:4:10', 'error', 'shape-mismatch')]
    rows = []
    for name, needs, configure, record in ways:
        if any(shutil.which(n) is None for n in needs):
            continue
        folder = name.replace(' ', '-')
        status, out = configure(folder)
        if status == 0:
            status, out = world.run('ckptlint', 'check', '-p', folder)
        good = status == 1 and findings(out) == wanted and '3 load sites: 3 checked' in out
        status, more = world.run('ckptlint', 'check', '-p', folder, 'src/main_a.cpp')
        good = good and status == 0 and '1 load site: 1 checked' in more
        status, said = world.run('ckptlint', 'doctor', '-p', folder)
        rows.append(('three programs in one database, %s' % name, good and 'ok    programs         3, from %s' % record in said, out + more + said))
    return rows


def robustness(build, work):
    """The compiler's result is the build's, whatever happens to the checker."""
    world = World(build, work, 'robustness')
    world.checkpoint('v1')
    source = os.path.join(world.folder, 'small.cpp')
    open(source, 'w').write('int main() { return 0; }\n')
    broken = os.path.join(world.folder, 'broken')
    os.makedirs(broken)
    shutil.copy(os.path.join(build, 'ckptlint'), broken)
    rows = []
    for name, script in (('is missing', None), ('crashes', '#!/bin/sh\nkill -SEGV $$\n'), ('prints garbage', '#!/bin/sh\necho garbage\n')):
        frontend = os.path.join(broken, 'ckptlint-frontend')
        if os.path.exists(frontend):
            os.remove(frontend)
        if script:
            open(frontend, 'w').write(script)
            os.chmod(frontend, 0o755)
        env = {'PATH': broken + ':' + os.environ['PATH'], 'XDG_CACHE_HOME': os.path.join(world.folder, 'cache-' + name.replace(' ', '-'))}
        status, out = world.run('ckptlint', 'cc', 'g++', '-c', 'small.cpp', '-o', 'small.o', **env)
        notes = [line for line in out.split('\n') if line.strip()]
        rows.append(('a front end that %s' % name, status == 0 and os.path.exists(os.path.join(world.folder, 'small.o')) and 1 <= len(notes) <= 2, out))
    open(source, 'w').write('int main() { return undeclared; }\n')
    plain = subprocess.run(['g++', '-c', 'small.cpp'], cwd=world.folder, stderr=subprocess.PIPE, text=True)
    status, out = world.run('ckptlint', 'cc', 'g++', '-c', 'small.cpp')
    rows.append(("the compiler's own error", status == plain.returncode and plain.stderr.strip() in out, out))
    status, out = world.run('ckptlint', 'cc', 'no-such-compiler', '-c', 'small.cpp')
    rows.append(('a compiler that is not there', status == 127, out))
    return rows


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('build')
    p.add_argument('--only', default='')
    a = p.parse_args()
    build = os.path.realpath(a.build)
    work = os.path.realpath(tempfile.mkdtemp(prefix='ckptlint-builds-'))
    ways = list(WAYS)
    wanted = [('main.cpp:11:10', 'error', 'missing-key'), ('main.cpp:11:10', 'error', 'missing-module'), ('main.cpp:11:10', 'error', 'shape-mismatch'), ('main.cpp:11:10', 'warning', 'unexpected-key')]
    passed = failed = skipped = 0
    for name, needs, way in ways:
        if a.only not in name:
            continue
        if any(shutil.which(n) is None and not os.path.exists(os.path.join(build, n)) for n in needs):
            print('skipped  %s (needs %s)' % (name, ', '.join(needs)))
            skipped += 1
            continue
        problems = check_way(name, way, build, work, wanted)
        print('%-8s %s' % ('FAILED' if problems else 'ok', name))
        for problem in problems:
            print('  ' + problem.strip().replace('\n', '\n  | '))
        passed += not problems
        failed += bool(problems)
    for part in (programs, plugins, robustness):
        for name, good, out in part(build, work) if a.only in part.__name__ else ():
            print('%-8s %s' % ('ok' if good else 'FAILED', name))
            if not good:
                print('  | ' + out.strip().replace('\n', '\n  | '))
            passed += good
            failed += not good
    shutil.rmtree(work)
    print('%d passed, %d failed, %d skipped' % (passed, failed, skipped))
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
