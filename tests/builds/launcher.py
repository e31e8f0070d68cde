"""`ckptlint cc COMPILER ARGS`: whatever the arguments, the compiler's files, output and status come through as they are; and where units are
compiled or linked, their findings come along."""
import filecmp
import os
import re
import shutil
import signal
import subprocess
import time

from lib import FLAGS, LINK_MISFIT, MAIN, MISFIT, NET_HEADER, NET_SOURCE, expect, test

# Sources without libtorch, so that a compile takes milliseconds.
SOURCES = {
    'a.h': '#pragma once\nint twice(int);\n',
    'a.cpp': '#include "a.h"\nint main() { int unused = 1; return twice(21) - 42; }\n',
    'b.cpp': '#include "a.h"\nint twice(int x) { return 2 * x; }\n',
    'c.c': 'int in_c(int x) { int class = x; return class; }\n',
    'text.txt': '#include "a.h"\nint twice(int x) { return x + x; }\n',
    'wrong.cpp': 'int main() { return undeclared; }\n',
    'compile.rsp': '-c "a.cpp"\n-o fromfile.o\n',
    'outer.rsp': '@compile.rsp -Wall\n',
    'with space.cpp': 'int spaced;\n',
}
# name, commands one after another ({cxx}: the compiler, with or without the launcher)
LINES = [
    ('-c', ['{cxx} -c a.cpp']),
    ('-c -o', ['{cxx} -c a.cpp -o x.o']),
    ('-oNAME', ['{cxx} -c a.cpp -ox.o']),
    ('-c, several inputs', ['{cxx} -c a.cpp b.cpp']),
    ('compile and link in one', ['{cxx} a.cpp b.cpp -o app', './app']),
    ('a.out', ['{cxx} a.cpp b.cpp', './a.out']),
    ('sources and objects', ['{cxx} -c b.cpp', '{cxx} a.cpp b.o -o app']),
    ('-S', ['{cxx} -S a.cpp', '{cxx} -S b.cpp -o -']),
    ('-E', ['{cxx} -E a.cpp', '{cxx} -E -dM a.h', '{cxx} -E a.cpp -o a.ii', '{cxx} -c a.ii']),
    ('-M and -MM', ['{cxx} -M a.cpp', '{cxx} -MM a.cpp', '{cxx} -MM -MG -MT target a.cpp']),
    ('-MD', ['{cxx} -MD -c a.cpp', '{cxx} -MMD -MF deps -MQ q -c b.cpp -o b.o', '{cxx} -MMD -MP -MFjoined -c b.cpp']),
    ('-fsyntax-only', ['{cxx} -fsyntax-only -Wall a.cpp', '{cxx} -fsyntax-only wrong.cpp']),
    ('warnings', ['{cxx} -Wall -Wextra -c a.cpp', '{cxx} -Wall -Werror -c a.cpp']),
    ('errors', ['{cxx} -c wrong.cpp', '{cxx} -c nowhere.cpp', '{cxx} a.cpp -o app', '{cxx}', '{cxx} -frobnicate -c a.cpp']),
    ('questions', ['{cxx} --version', '{cxx} -dumpmachine', '{cxx} -print-file-name=crtbegin.o', '{cxx} -dumpversion']),
    ('-x', ['{cxx} -x c++ -c text.txt -o t.o', '{cxx} -xc++ -c text.txt -o u.o', '{cxx} -x c -c c.c', '{cxx} -c -x c++ text.txt -x none b.cpp']),
    ('standard input', ['{cxx} -x c++ -c - -o in.o < b.cpp', '{cxx} -E -x c++ - < a.cpp']),
    ('a header', ['{cxx} -x c++-header a.h -o a.h.gch']),
    ('response files', ['{cxx} @compile.rsp', '{cxx} @outer.rsp', '{cxx} @nowhere.rsp']),
    ('names with spaces', ['{cxx} -c "with space.cpp" -o "with space.o"']),
    ('LTO', ['{cxx} -flto -c a.cpp', '{cxx} -flto -c b.cpp', '{cxx} -flto a.o b.o -o app', './app']),
    ('a shared library', ['{cxx} -fPIC -shared b.cpp -o libb.so', '{cxx} a.cpp -L. -lb -o app', 'LD_LIBRARY_PATH=. ./app']),
    ('a static library', ['{cxx} -c b.cpp', 'ar rcsD libb.a b.o', '{cxx} a.cpp -L. -lb -o app', './app']),
    ('a partial link', ['{cxx} -c a.cpp', '{cxx} -c b.cpp', '{cxx} -r -nostdlib a.o b.o -o both.o', '{cxx} both.o -o app']),
    ('-include', ['{cxx} -include a.h -c b.cpp']),
    ('-save-temps', ['{cxx} -save-temps -c a.cpp']),
    ('-pipe -g -O2', ['{cxx} -pipe -g -O2 -c a.cpp b.cpp']),
    ('a folder that is not there', ['{cxx} -c a.cpp -o no/such/a.o']),
    ('C', ['{cxx} -c c.c -x c++ b.cpp']),
    ('assembler', ['{cxx} -S b.cpp', '{cxx} -c b.s']),
]


def run_lines(w, folder, compiler, lines):
    """[(status, stdout, stderr)] of the lines in a folder of its own, named alike for both so that names in outputs are."""
    here = w.path('here')
    os.mkdir(here)
    for name, text in SOURCES.items():
        w.write('here/' + name, text)
    results = []
    for line in lines:
        r = w.run('sh', '-c', line.format(cxx=compiler), cwd=here)
        results.append((r.status, r.out, re.sub(r'/tmp/\w+-?\w+\.o', 'TEMPORARY.o', r.err)))
    os.rename(here, w.path(folder))
    return results


def compare_folders(a, b):
    names = sorted(os.listdir(a))
    expect(names == sorted(os.listdir(b)), 'files %s, not %s' % (sorted(os.listdir(b)), names))
    different = [n for n in names if not filecmp.cmp(os.path.join(a, n), os.path.join(b, n), shallow=False)]
    # LTO has random names in it, a precompiled header what was in memory
    different = [n for n in different if not n.endswith(('.o', '.out', '.gch')) and n != 'app']
    expect(not different, 'files with other content: %s' % different)


def add_row(compiler, name, lines):
    def row(w):
        plain = run_lines(w, 'plain', compiler, lines)
        launched = run_lines(w, 'launched', 'ckptlint cc ' + compiler, lines)
        for line, a, b in zip(lines, plain, launched):
            expect(a == b, '%s: %.500r, not %.500r' % (line, b, a))
        compare_folders(w.path('plain'), w.path('launched'))
    row.__name__ = '%s, %s: as without' % (compiler, name)
    test('launcher', compiler)(row)


for one_compiler in ('g++', 'clang++-22'):
    for row_name, row_lines in LINES:
        add_row(one_compiler, row_name, row_lines)


@test('launcher', 'g++', 'sccache')
def sccache(w):
    """Behind the launcher it answers as it does alone. Before it, it does not take ckptlint for a compiler, and says so."""
    w.env.update(SCCACHE_DIR=w.path('sccache'), SCCACHE_SERVER_PORT=str(20000 + os.getpid() % 20000), SCCACHE_IDLE_TIMEOUT='30')
    w.write('a.cpp', SOURCES['b.cpp'])
    w.write('a.h', SOURCES['a.h'])
    try:
        for _ in range(2):
            w.run('ckptlint', 'cc', 'sccache', 'g++', '-c', 'a.cpp', '-o', 'a.o').expect(0)
            expect(w.exists('a.o'), 'no object')
            os.remove(w.path('a.o'))
        statistics = w.run('sccache', '--show-stats').text
        expect(re.search(r'Cache hits +1\n', statistics), 'no hit', statistics)
        w.run('sccache', 'ckptlint', 'cc', 'g++', '-c', 'a.cpp', '-o', 'a.o').expect(2, 'Compiler not supported')
        w.net()
        w.write('sccache-fake', '#!/bin/sh\nexec "$@"\n', executable=True)
        w.run('ckptlint', 'cc', './sccache-fake', w.fake_compiler(), *FLAGS, '-c', 'net.cpp', '-o', 'net.o').expect(1, found=MISFIT)
    finally:
        w.run('sccache', '--stop-server')


@test('launcher', 'aarch64-linux-gnu-g++')
def a_cross_compiler(w):
    """For another machine, with the target's headers of the C++ library: objects and messages as without."""
    for name, text in SOURCES.items():
        w.write(name, text)
    cross = 'aarch64-linux-gnu-g++'
    for args in (['-c', 'a.cpp', '-o', 'a.o'], ['-fsyntax-only', '-Wall', 'a.cpp'], ['-c', 'wrong.cpp'], ['-dumpmachine'], ['-march=armv8.2-a', '-S', 'b.cpp', '-o', '-']):
        plain, launched = w.run(cross, *args), w.run('ckptlint', 'cc', cross, *args)
        expect((plain.status, plain.out, plain.err) == (launched.status, launched.out, launched.err), '%s differs' % args, launched.text)


@test('launcher', long=True)
def flags_of_a_cross_compiler(w):
    """Those that libclang, which parses for this machine, does not know; headers are precompiled for them."""
    w.net()
    flags = ['-march=armv8.2-a+fp16', '-mtune=cortex-a76', '--sysroot=/', *FLAGS]
    shutil.copy(w.fake_compiler(), w.path('aarch64-linux-gnu-c++'))
    w.run('ckptlint', 'cc', './aarch64-linux-gnu-c++', *flags, '-c', 'net.cpp', '-o', 'net.o').expect(1, found=MISFIT)


@test('launcher', 'g++')
def our_flags_do_not_reach_the_compiler(w):
    w.write('b.cpp', SOURCES['b.cpp'])
    w.write('a.h', SOURCES['a.h'])
    w.run('ckptlint', 'cc', 'g++', '-Wckpt-format', '-Wno-ckpt-missing-key', '-Werror=ckpt-nested', '-Wno-error=ckpt-format', '-c', 'b.cpp').expect(0, absent=['unrecognized', 'ckpt'])
    w.run('ckptlint', 'cc', 'g++', '-Wckpt-frob', '-c', 'b.cpp').expect(2, 'frob')


@test('launcher')
def a_name_says_nothing_about_the_compiler(w):
    """A cross compiler, or ccache before it: the first word is run as it is."""
    w.net()
    fake = w.fake_compiler()
    for name in ('aarch64-linux-gnu-g++-12', 'ccache', 'my compiler'):
        shutil.copy(fake, w.path(name))
        words = (['./ccache', 'g++'] if name == 'ccache' else ['./' + name])
        w.run('ckptlint', 'cc', *words, *FLAGS, '-c', 'net.cpp', '-o', 'net.o').expect(1, found=MISFIT)


FOUND = [  # name, arguments for the one unit, findings
    ('-c', ['-c', 'net.cpp', '-o', 'net.o'], MISFIT),
    ('-c without -o', ['-c', 'net.cpp'], MISFIT),
    ('compile and link in one', ['net.cpp', '-o', 'app'], MISFIT),
    ('several inputs', ['-c', 'other.cpp', 'net.cpp'], MISFIT),
    ('-x', ['-x', 'c++', '-c', 'net.txt', '-o', 'net.o'], [('net.txt:12:10', 'error', 'missing-key')]),
    ('-xc++', ['-xc++', '-c', 'net.txt', '-o', 'net.o'], [('net.txt:12:10', 'error', 'missing-key')]),
    ('a response file', ['@words.rsp'], MISFIT),
    ('LTO', ['-flto', '-O2', '-c', 'net.cpp', '-o', 'net.o'], MISFIT),
    ('a shared library', ['-shared', '-fPIC', 'net.cpp', '-o', 'libnet.so'], MISFIT),
    ('a depfile', ['-MMD', '-MF', 'd', '-c', 'net.cpp', '-o', 'net.o'], MISFIT),
    ('-fsyntax-only', ['-fsyntax-only', 'net.cpp'], MISFIT),
    ('-E', ['-E', 'net.cpp'], []),
    ('-S', ['-S', 'net.cpp'], MISFIT),
    ('-M', ['-M', 'net.cpp'], []),
    ('a query', ['-print-search-dirs'], []),
]


def add_found(name, args, found):
    def row(w):
        w.net()
        shutil.copy(w.path('net.cpp'), w.path('net.txt'))
        w.write('other.cpp', 'int other;\n')
        w.write('words.rsp', '-c "net.cpp"\n-o net.o\n')
        w.run('ckptlint', 'cc', w.fake_compiler(), *FLAGS, *args).expect(1 if found else 0, found=found)
        w.checkpoint('net.pt', 'w.pt')
        w.run('ckptlint', 'cc', w.fake_compiler(), *FLAGS, *args).expect(0, found=[])
    row.__name__ = 'findings, ' + name
    test('launcher')(row)


for row_name, row_args, row_found in FOUND:
    add_found(row_name, row_args, row_found)


@test('launcher', 'ar')
def findings_at_the_link(w):
    """Objects, a static library, a library of one of them that is already linked; nothing twice."""
    w.two_units()
    cc = lambda *args: w.run('ckptlint', 'cc', w.fake_compiler(), *args)
    for unit in ('net', 'main'):
        cc(*FLAGS, '-c', unit + '.cpp', '-o', unit + '.o').expect(0, found=[])
    cc('main.o', 'net.o', '-o', 'app').expect(1, found=LINK_MISFIT)
    expect(not w.exists('app'), 'the output of a failed link stays')
    cc('-flto', '-O2', 'main.o', 'net.o', '-o', 'app').expect(1, found=LINK_MISFIT)
    cc('-shared', 'main.o', 'net.o', '-o', 'libapp.so').expect(1, found=LINK_MISFIT)
    subprocess.run(['ar', 'rcs', 'libnet.a', 'net.o'], cwd=w.folder, check=True)
    cc('main.o', 'libnet.a', '-o', 'app').expect(1, found=LINK_MISFIT)
    cc('main.o', '-L.', '-lnet', '-o', 'app').expect(1, found=LINK_MISFIT)
    cc('main.o', '-L.', '-l:libnet.a', '-o', 'app').expect(1, found=LINK_MISFIT)
    cc('main.o', '-Wl,--whole-archive,libnet.a,--no-whole-archive', '-o', 'app').expect(1, found=LINK_MISFIT)
    cc('main.o', '-Xlinker', 'libnet.a', '-o', 'app').expect(1, found=LINK_MISFIT)
    os.mkdir(w.path('lib'))
    shutil.copy(w.path('net.o'), w.path('net_object_whose_name_is_long.o'))
    subprocess.run(['ar', 'rcsT', 'lib/libthin.a', 'net_object_whose_name_is_long.o'], cwd=w.folder, check=True)
    expect(w.read('lib/libthin.a').startswith('!<thin>'), 'no thin archive')
    cc('main.o', 'lib/libthin.a', '-o', 'app').expect(1, found=LINK_MISFIT)
    os.remove(w.path('net_object_whose_name_is_long.o'))
    cc('main.o', 'lib/libthin.a', '-o', 'app').expect(0, found=[])
    os.mkdir(w.path('elsewhere'))
    os.rename(w.path('net.o'), w.path('elsewhere/renamed.o'))
    cc('main.o', 'elsewhere/renamed.o', '-o', 'app').expect(1, found=LINK_MISFIT)
    w.checkpoint('net.pt', 'w.pt')
    cc('main.o', 'libnet.a', '-o', 'app').expect(0, found=[])


@test('launcher')
def options_of_the_environment_and_of_the_line(w):
    w.net()
    line = [w.fake_compiler(), *FLAGS, '-c', 'net.cpp', '-o', 'net.o']
    w.run('ckptlint', 'cc', '--warn-only', *line).expect(0, found=MISFIT)
    expect(w.exists('net.o'), 'with --warn-only the object stays')
    w.run('ckptlint', 'cc', *line, env={'CKPTLINT_FLAGS': '--warn-only'}).expect(0, found=MISFIT)
    w.run('ckptlint', 'cc', *line, env={'CKPTLINT_FLAGS': '-Wno-error=ckpt-missing-key'}).expect(0, 'warning: ')
    w.run('ckptlint', 'cc', '-Wno-ckpt-missing-key', *line).expect(0, found=[])
    w.run('ckptlint', 'cc', *line, '-Wno-ckpt-missing-key').expect(0, found=[])
    w.run('ckptlint', 'cc', *line, env={'CKPTLINT_FLAGS': '--frob'}).expect(2, '--frob')


@test('launcher')
def diagnostics_come_in_one_piece(w):
    """Under make -j many launchers write to one stderr: each report is one write."""
    w.net()
    line = ['ckptlint', 'cc', w.fake_compiler(), *FLAGS, '-c', 'net.cpp', '-o']
    single = w.run(*line, 'x.o').expect(1).err
    with open(w.path('all'), 'w') as out:
        children = [w.start(*line, 'o%d.o' % i, stderr=out, stdout=subprocess.DEVNULL) for i in range(20)]
        for child in children:
            child.wait()
    expect(w.read('all') == single * 20, 'reports are mixed', w.read('all')[:4000])


@test('launcher')
def signals_reach_the_compiler(w):
    """make ends its child, not the child's children: the launcher passes the signal on and ends of it as well."""
    w.write('a.cpp', 'int a;\n')
    slow = w.write('slow', '#!/bin/sh\ntrap \'echo ended >> log; exit 9\' TERM INT HUP\necho started > log\nwhile :; do sleep 0.05; done\n', executable=True)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        if w.exists('log'):
            os.remove(w.path('log'))
        # a job in the background ignores some of them, as its children would: here they start as make's do
        child = w.start('ckptlint', 'cc', slow, '-c', 'a.cpp', start_new_session=True, preexec_fn=lambda n=number: signal.signal(n, signal.SIG_DFL))
        for _ in range(200):
            if w.exists('log') and 'started' in w.read('log'):
                break
            time.sleep(0.05)
        time.sleep(0.2)
        os.kill(child.pid, number)
        status = child.wait(timeout=30)
        expect(w.read('log') == 'started\nended\n', '%s did not reach the compiler: %s' % (number.name, w.read('log')))
        expect(status == 9, '%s: status %d' % (number.name, status))
    killed = w.write('killed', '#!/bin/sh\nkill -KILL $$\n', executable=True)
    expect(w.run('ckptlint', 'cc', killed, '-c', 'a.cpp').status == -signal.SIGKILL, 'a compiler that was killed')


@test('launcher')
def a_compiler_that_is_not_there(w):
    w.run('ckptlint', 'cc', 'no-such-compiler', '-c', 'a.cpp').expect(127, 'no-such-compiler')
    w.run('ckptlint', 'cc').expect(2, 'no compiler')


@test('launcher')
def a_checkpoint_alone_is_a_dependency(w):
    """The depfile names what the unit's loads read, whether this unit or the link decides about them."""
    w.two_units('net.pt')
    w.run('ckptlint', 'cc', w.fake_compiler(), *FLAGS, '-MMD', '-MF', 'd', '-c', 'main.cpp', '-o', 'main.o').expect(0)
    expect('main.o: %s\n%s:\n' % (w.path('w.pt'), w.path('w.pt')) in w.read('d'), 'the depfile lacks the checkpoint', w.read('d'))


@test('launcher')
def equal_objects_of_two_checkouts(w):
    """Objects of the same bytes, made from different files: each link checks its own."""
    compiler = w.write('cxx', '#!/bin/sh\nfor w; do [ "$p" = -o ] && out=$w; p=$w; done\necho "$out" > "$out"\n', executable=True)
    for place, checkpoint in (('one', 'net.pt'), ('two', 'net_without_bias.pt')):
        w.write(place + '/net.h', NET_HEADER)
        w.write(place + '/net.cpp', NET_SOURCE)
        w.write(place + '/main.cpp', '#include "net.h"\n' + MAIN % 'w.pt')
        w.checkpoint(checkpoint, place + '/w.pt')
    for place in ('one', 'two'):
        for unit in ('net', 'main'):
            w.run('ckptlint', 'cc', compiler, *FLAGS, '-c', unit + '.cpp', '-o', unit + '.o', cwd=w.path(place)).expect(0, found=[])
    w.run('ckptlint', 'cc', compiler, 'main.o', 'net.o', '-o', 'app', cwd=w.path('one')).expect(0, found=[])
    w.run('ckptlint', 'cc', compiler, 'main.o', 'net.o', '-o', 'app', cwd=w.path('two')).expect(1, found=LINK_MISFIT)
    shutil.rmtree(w.path('two'))
    w.run('ckptlint', 'cc', compiler, 'main.o', 'net.o', '-o', 'app', cwd=w.path('one')).expect(0, found=[])
