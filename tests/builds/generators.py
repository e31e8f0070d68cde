"""CMake, Make, Ninja, Meson and Bazel, as the examples of docs/use have them: a misfit fails the build, and when only the checkpoint is replaced
the same build checks again. The compiler is one that answers at once for the project's units (lib.QUICK_COMPILER); tests/builds/ways.py has real ones."""
import os
import re
import shutil
import time

from lib import LINK_MISFIT, MISFIT, ROOT, Skipped, expect, findings, test

CONFIG = '-DCkptlint_DIR=' + os.path.join(ROOT, 'plugin/cmake')


def example(name, page='build.md'):
    """The block of the documentation that stands for the file."""
    with open(os.path.join(ROOT, 'docs/use', page)) as f:
        found = re.search(r'^```\S* [^\n]*file=%s\n(.*?)^```$' % re.escape(name), f.read(), re.M | re.S)
    expect(found, 'docs/use/%s has no example %s' % (page, name))
    return found.group(1)


def back_and_forth(w, build, wanted):
    """Fits, does not fit, fits: each time only the checkpoint is replaced."""
    for checkpoint, found in (('net.pt', []), ('net_without_bias.pt', wanted), ('net.pt', [])):
        time.sleep(1.1)  # make and file systems compare times
        w.checkpoint(checkpoint, 'w.pt')
        r = build()
        expect((r.status != 0) == bool(found), 'with %s: exit status %d' % (checkpoint, r.status), r.text)
        expect(findings(r.text) == found, 'with %s: findings %s' % (checkpoint, findings(r.text)), r.text)
    expect(findings(build().text) == [], 'a build of nothing new')


def cmake_project(w, *options, generator='Ninja', text=None):
    w.two_units()
    w.write('CMakeLists.txt', text or example('CMakeLists.txt'))
    compiler = w.quick_compiler()
    configure = lambda: w.run('cmake', '-S', '.', '-B', 'b', '-G', generator, CONFIG, '-DCMAKE_CXX_COMPILER=' + compiler, *options)
    configure().expect(0)
    return lambda: w.run('cmake', '--build', 'b')


@test('generators', 'cmake', 'ninja')
def cmake_with_ninja(w):
    back_and_forth(w, cmake_project(w), LINK_MISFIT)


@test('generators', 'cmake', 'make')
def cmake_with_makefiles(w):
    back_and_forth(w, cmake_project(w, generator='Unix Makefiles'), LINK_MISFIT)


@test('generators', 'cmake', 'ninja')
def cmake_target_and_test(w):
    cmake_project(w)
    w.run('cmake', '--build', 'b', '--target', 'ckptlint').expect(None, found=LINK_MISFIT)
    r = w.run('ctest', '--test-dir', 'b', '--output-on-failure')
    expect(r.status != 0 and findings(r.text) == LINK_MISFIT, 'ctest with a misfit', r.text)
    w.checkpoint('net.pt', 'w.pt')
    w.run('cmake', '--build', 'b', '--target', 'ckptlint').expect(0, found=[])
    w.run('ctest', '--test-dir', 'b').expect(0, '100% tests passed')


@test('generators', 'cmake', 'ninja')
def cmake_options_and_mistakes(w):
    text = example('CMakeLists.txt')
    build = cmake_project(w, text=text.replace('CHECKPOINTS w.pt', 'CHECKPOINTS w.pt OPTIONS --warn-only'))
    build().expect(0, found=LINK_MISFIT)
    for wrong, says in (('ckptlint_add(nowhere)', 'no such target'), ('ckptlint_add(app FROB x)', 'not understood: FROB')):
        w.write('CMakeLists.txt', text + wrong + '\n')
        w.run('cmake', '-S', '.', '-B', 'b').expect(1, says)
    w.write('CMakeLists.txt', text)
    shutil.rmtree(w.path('b'))
    r = w.run('cmake', '-S', '.', '-B', 'b', CONFIG, '-DCKPTLINT_EXECUTABLE=CKPTLINT_EXECUTABLE-NOTFOUND', '-DCMAKE_CXX_COMPILER=' + w.path('quick-g++'), '-DCMAKE_DISABLE_FIND_PACKAGE_Ckptlint=ON')
    r.expect(0)  # the example's project builds without ckptlint, too


@test('generators', 'cmake', 'ninja', 'ccache')
def cmake_keeps_other_launchers(w):
    build = cmake_project(w, '-DCMAKE_CXX_COMPILER_LAUNCHER=ccache')
    build().expect(None, found=LINK_MISFIT)
    expect(re.search(r'ckptlint cc \S*ccache ', w.read('b/build.ninja') + w.read('b/CMakeFiles/rules.ninja')), 'ccache is gone')


@test('generators', 'make')
def make_with_depfiles(w):
    w.two_units()
    shutil.copy(os.path.join(ROOT, 'plugin/make/ckptlint.mk'), w.folder)
    w.write('Makefile', example('Makefile'))
    back_and_forth(w, lambda: w.run('make', env={'CXX': w.quick_compiler()}), LINK_MISFIT)


@test('generators', 'make')
def make_without_depfiles(w):
    w.two_units()
    shutil.copy(os.path.join(ROOT, 'plugin/make/ckptlint.mk'), w.folder)
    text = example('Makefile').replace(' -MMD -MF $(@:.o=.d)', '').replace('-include main.d net.d\n', '')
    w.write('Makefile', text.replace('include ckptlint.mk', 'CKPTLINT_OBJECTS = main.o\nCKPTLINT_CHECKPOINTS = w.pt\ninclude ckptlint.mk'))
    w.quick_compiler()
    w.env['CXX'] = w.path('quick-g++')
    back_and_forth(w, lambda: w.run('make'), LINK_MISFIT)
    w.checkpoint('net_without_bias.pt', 'w.pt')
    w.run('make', 'CKPTLINT=').expect(0, found=[])
    w.run('make', '-B', 'CKPTLINT_FLAGS=--warn-only').expect(0, found=LINK_MISFIT)


@test('generators', 'ninja')
def ninja(w):
    w.two_units()
    w.write('build.ninja', example('build.ninja').replace('g++', w.quick_compiler()))
    back_and_forth(w, lambda: w.run('ninja'), LINK_MISFIT)


@test('generators', 'meson', 'ninja')
def meson(w):
    w.two_units()
    w.write('meson.build', example('meson.build'))
    w.write('ckptlint.ini', example('ckptlint.ini').replace("'g++'", "'%s'" % w.quick_compiler()))
    w.run('meson', 'setup', 'b', '--native-file', 'ckptlint.ini').expect(0)
    back_and_forth(w, lambda: w.run('ninja', '-C', 'b'), LINK_MISFIT)


@test('generators', 'bazel')
def bazel(w):
    w.two_units()
    w.write('WORKSPACE', '')
    for name in ('ckptlint.bzl', 'BUILD'):
        w.write(name, example(name, 'hermetic.md').replace('digits.pt', 'w.pt'))
    w.env['CKPTLINT_FLAGS'] = '--cache-dir=' + os.path.join(w.shared, 'ckptlint')  # precompiled headers, which make it quick
    start = ['bazel', '--output_user_root=' + w.path('root')]
    r = w.run(*start, 'build', '//:nothing')
    if 'no such target' not in r.text:
        raise Skipped('bazel does not run here: ' + r.text[-200:])
    try:
        back_and_forth(w, lambda: w.run(*start, 'build', '--action_env=PATH', '--action_env=XDG_CACHE_HOME', '--action_env=CKPTLINT_FLAGS', '--noshow_progress', '//:digits'), LINK_MISFIT)
    finally:
        w.run(*start, 'shutdown')


@test('generators', 'cmake', 'ninja')
def one_unit_in_cmake(w):
    """What one unit decides is reported at its compile, and again when only the checkpoint changes."""
    text = example('CMakeLists.txt').replace('main.cpp net.cpp', 'net.cpp').replace(' CHECKPOINTS w.pt', '')
    build = cmake_project(w, text=text)
    w.net()
    back_and_forth(w, build, MISFIT)
