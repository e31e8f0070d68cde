"""The plugins of GCC and of each Clang whose headers were there at the build: what the checker finds comes out as the host's own diagnostics, by the
host's own switches; and each plugin says what it was built for where that is not the host.

A script stands for the checker, so that a compile takes milliseconds. The real one runs where a whole unit is compiled (--long; ways.py has others)."""
import itertools
import json
import os

from lib import FLAGS, MISFIT, Skipped, expect, findings, test

SOURCE = 'int first;\nint second;\n'
ERROR = ('one.cpp:1:5', 'error', 'missing-key')
WARNING = ('one.cpp:2:5', 'warning', 'unexpected-key')
AS_ERROR = ('one.cpp:2:5', 'error', 'unexpected-key')
CHECKER = '''#!/bin/sh
for word; do case "$word" in *.cpp) file=$word;; esac; done
%secho "$file:2:5: warning: has too much [-Wckpt-unexpected-key]"
echo "$file:2:1: note: of the warning"
echo "checkpoint $PWD/w.pt"
'''
CHECKERS = {'error': CHECKER % 'echo "$file:1:5: error: does not fit [-Wckpt-missing-key]"\necho "$file:1:1: note: of the error"\n', 'warning': CHECKER % ''}
HOSTS = [('g++', 'ckptlint_gcc.so')] + [('clang++-%d' % v, 'ckptlint-clang-%d.so' % v) for v in (14, 19, 22)]

# arguments, checker, status, findings, notes
ROWS = [
    (['-c'], 'error', 1, [ERROR, WARNING], 2),
    (['-fsyntax-only'], 'error', 1, [ERROR, WARNING], 2),
    (['-c'], 'warning', 0, [WARNING], 1),
    (['-fsyntax-only'], 'warning', 0, [WARNING], 1),
    (['-c', '-Werror'], 'warning', 1, [AS_ERROR], 1),
    (['-fsyntax-only', '-Werror'], 'error', 1, [ERROR, AS_ERROR], 2),
    (['-c', '-w'], 'warning', 0, [], 0),
    (['-c', '-w'], 'error', 1, [ERROR], None),
    (['-c', '-w', '-Werror'], 'warning', 0, [], 0),
]


def plugin_of(w, host):
    path = os.path.join(w.build, dict(HOSTS)[host])
    if not os.path.exists(path):
        raise Skipped('needs ' + dict(HOSTS)[host])
    return path


def compile_one(w, host, args, checker, plugin=None):
    w.write('one.cpp', SOURCE)
    w.write('w.pt', '')
    w.env['CKPTLINT'] = w.write('checker', CHECKERS[checker], executable=True)
    return w.run(host, '-fplugin=' + (plugin or plugin_of(w, host)), *args, 'one.cpp')


def add_host(host):
    def switches(w):
        for args, checker, status, found, notes in ROWS:
            r = compile_one(w, host, args, checker)
            what = '%s, %s: ' % (' '.join(args), checker)
            expect(r.status == status, what + 'status %d' % r.status, r.text)
            expect(findings(r.text) == sorted(found), what + 'findings %s' % findings(r.text), r.text)
            expect(notes is None or r.text.count('note: of the') == notes, what + 'notes', r.text)
            expect('-c' not in args or w.exists('one.o') == (status == 0), what + 'object', r.text)
            if w.exists('one.o'):
                os.remove(w.path('one.o'))

    def colours(w):
        on, off = ('-fdiagnostics-color=always', '-fdiagnostics-color=never') if host == 'g++' else ('-fcolor-diagnostics', '-fno-color-diagnostics')
        expect('\33[' in compile_one(w, host, ['-c', on], 'error').err, 'no colours')
        expect('\33[' not in compile_one(w, host, ['-c', off], 'error').err, 'colours')

    def other_formats(w):
        if host == 'g++':
            found = json.loads(compile_one(w, host, ['-c', '-fdiagnostics-format=json'], 'error').err.strip().split('\n')[0])
            rows = [(d['kind'], d['locations'][0]['caret']['line'], 'ckpt-' in d['message']) for d in found]
            expect(rows == [('error', 1, True), ('note', 1, False), ('warning', 2, True), ('note', 2, False)], 'json: %s' % rows)
        else:
            r = compile_one(w, host, ['-c', '-fdiagnostics-format=vi', '-fno-caret-diagnostics'], 'error')
            expect('one.cpp +1:5: error: does not fit' in r.err, 'vi', r.err)

    def depfile(w):
        compile_one(w, host, ['-MMD', '-MF', 'd', '-c'], 'warning').expect(0)
        expect(w.path('w.pt') in w.read('d'), 'the depfile lacks the checkpoint', w.read('d'))

    def errors_of_the_host(w):
        plain = compile_one(w, host, ['-c', '-include', 'nowhere.h'], 'error')
        expect(plain.status != 0 and not findings(plain.text), 'findings after an error', plain.text)

    def path_of_the_plugin(w):
        expect(w.run('ckptlint', 'plugin-path', host).out.strip() == plugin_of(w, host), 'plugin-path')
        w.env['PATH'] = w.folder + ':' + w.env['PATH']
        os.symlink('/usr/bin/' + host, w.path('c++' if host == 'g++' else 'my-clang'))
        expect(w.run('ckptlint', 'plugin-path', 'c++' if host == 'g++' else 'my-clang').out.strip() == plugin_of(w, host), 'by another name')

    for f in (switches, colours, other_formats, depfile, errors_of_the_host, path_of_the_plugin):
        f.__name__ = '%s plugin, %s' % (host, f.__name__.replace('_', ' '))
        test('plugins', host)(f)

    def whole_unit(w):
        w.net()
        w.run(host, '-fplugin=' + plugin_of(w, host), *FLAGS, '-fsyntax-only', 'net.cpp').expect(1, found=MISFIT)
    whole_unit.__name__ = '%s plugin, a whole unit' % host
    test('plugins', host, long=True)(whole_unit)


for one_host, _ in HOSTS:
    add_host(one_host)


@test('plugins')
def a_plugin_of_another_version(w):
    """One note that names both versions; the compiler goes on."""
    clangs = [host for host, plugin in HOSTS[1:] if os.path.exists(os.path.join(w.build, plugin)) and w.run('which', host).status == 0]
    if len(clangs) < 2:
        raise Skipped('needs two versions of clang')
    for host, other in itertools.permutations(clangs, 2):
        r = compile_one(w, host, ['-c'], 'error', plugin_of(w, other)).expect(0, found=[])
        said = [line for line in r.err.split('\n') if 'nothing is checked here' in line]
        expect(len(said) == 1 and r.err.count('\n') == 1, 'not one note', r.err)
        expect('built for clang %s.' % other[8:] in said[0] and 'this is clang %s.' % host[8:] in said[0], 'versions', r.err)
        expect(w.exists('one.o'), 'no object')
