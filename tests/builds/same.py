"""The same input gives the same bytes: whatever the number of jobs, whether the cache is cold or warm, and whoever asks.

check is compared in JSON as it is printed. The launcher and the plugins print text; what they report is compared as findings, and, where they
write JSON, as bytes."""
import json
import os
import shutil

from lib import FLAGS, LINK_MISFIT, MISFIT, Skipped, expect, findings, test


def many_units(w, n=6):
    """Units that each load into a model of their own, all wrong in some way."""
    names = []
    for i in range(n):
        names.append('unit%d.cpp' % i)
        w.write(names[-1], '#include <torch/torch.h>\nnamespace n%d {\nstruct NetImpl : torch::nn::Module {\n  NetImpl() {\n'
                '    register_module("fc1", torch::nn::Linear(4, %d));\n    register_module("extra%d", torch::nn::Linear(2, 2));\n  }\n};\n'
                'TORCH_MODULE(Net);\nvoid f() {\n  Net net;\n  torch::load(net, "w.pt");\n}\n}\n' % (i, 8 + i % 2, i))
    w.checkpoint('net.pt', 'w.pt')
    return names


@test('same')
def jobs_and_caches(w):
    w.own_cache()
    names = many_units(w)
    outputs = {}
    for name, args in (('cold, -j8', ['-j8']), ('warm, -j1', ['-j1']), ('warm, -j8', ['-j8']), ('warm, -j3', ['-j3'])):
        for form in ('json', 'sarif', 'lines', 'text'):
            r = w.check('--format=' + form, *args, *names)
            outputs.setdefault(form, {})[name] = r.out + r.err
            expect(r.status == 1, 'exit status %d' % r.status, r.text)
    shutil.rmtree(w.path('cache/ckptlint/units'))
    for form in outputs:
        outputs[form]['cold, -j1'] = w.check('--format=' + form, '-j1', *names).text
    for form, by_name in outputs.items():
        first = by_name['cold, -j8']
        for name, text in by_name.items():
            expect(text == first, '%s, %s differs' % (form, name), text[:1500])
    found = json.loads(outputs['json']['cold, -j8'])['findings']
    expect(len({(f['file'], f['id']) for f in found}) == len(found) >= 6, 'findings: %d' % len(found))


@test('same')
def the_order_of_the_files_does_not_matter(w):
    w.two_units()
    one = json.loads(w.check('--format=json', 'main.cpp', 'net.cpp').out)
    other = json.loads(w.check('--format=json', 'net.cpp', 'main.cpp').out)
    expect(one['findings'] == other['findings'], 'the order of the files changes the findings')


@test('same')
def launcher_and_check(w):
    """One unit and a program of two: the launcher's JSON holds the findings of check's, byte for byte."""
    compiler = w.fake_compiler()
    w.net()
    by_check = w.check('--format=json', 'net.cpp').out
    by_launcher = w.run('ckptlint', 'cc', '--format=json', compiler, *FLAGS, '-c', 'net.cpp', '-o', 'net.o').out
    expect(json.dumps(json.loads(by_check)['findings']) == json.dumps(json.loads(by_launcher)['findings']), 'one unit', by_check + by_launcher)
    w.two_units()
    by_check = w.check('--format=json', 'main.cpp', 'net.cpp').out
    for unit in ('net', 'main'):
        w.run('ckptlint', 'cc', compiler, *FLAGS, '-c', unit + '.cpp', '-o', unit + '.o').expect(0, found=[])
    by_launcher = w.run('ckptlint', 'cc', '--format=json', compiler, 'main.o', 'net.o', '-o', 'app').out
    expect(json.dumps(json.loads(by_check)['findings']) == json.dumps(json.loads(by_launcher)['findings']), 'two units', by_check + by_launcher)
    by_unit_order = w.run('ckptlint', 'cc', '--format=json', compiler, 'net.o', 'main.o', '-o', 'app').out
    expect(by_unit_order == by_launcher, 'the order of the objects changes the output')


def add_plugin(name, compiler, plugin, is_long=False):
    def row(w):
        path = os.path.join(w.build, plugin)
        if not os.path.exists(path):
            raise Skipped('needs ' + plugin)
        w.net()
        flags = [*FLAGS[1:], '-std=gnu++17']
        by_check = findings(w.run('ckptlint', 'check', '--format=lines', 'net.cpp', '--', *flags).text)
        precompiled = w.precompiled(compiler).split() if 'clang' in compiler else []
        by_plugin = findings(w.run(compiler, '-fplugin=' + path, *flags, *precompiled, '-fsyntax-only', 'net.cpp').text)
        expect(by_check == by_plugin == MISFIT, '%s, not %s' % (by_plugin, by_check))
    row.__name__ = '%s plugin and check' % name
    test('same', compiler, long=is_long)(row)


# GCC's: long, since ways.py expects the same findings of its plugin as of the launchers
add_plugin('GCC', 'g++', 'ckptlint_gcc.so', is_long=True)
add_plugin('Clang', 'clang++-22', 'ckptlint-clang-22.so')


@test('same')
def a_database_and_files(w):
    w.two_units()
    w.database('main.cpp', 'net.cpp')
    by_files = json.loads(w.check('--format=json', 'main.cpp', 'net.cpp').out)
    by_database = json.loads(w.run('ckptlint', 'check', '--format=json', '-p', '.').out)
    expect(json.dumps(by_files) == json.dumps(by_database), 'a database gives another result')
    expect(len(by_files['findings']) == len(LINK_MISFIT), 'findings: %s' % by_files['findings'])
