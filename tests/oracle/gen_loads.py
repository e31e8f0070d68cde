#!/usr/bin/env python3
"""Property test: generated models whose sizes and branches depend on an unknown `n`, loaded from generated checkpoints.

  gen_loads.py --build DIR [--ckptlint PROGRAM] [--count 40] [--seed 1] [--per-unit 20] [-v]

The classes are those of gen_models.py. Each is constructed from a function's argument, which the analyzer cannot know, and loaded
from a file that the same class wrote with one value of it, after a random change (a child taken away, an entry added, another
dtype, nothing). Some choose model and path by conditions, skip the load, catch its failure, or load through an archive, a lambda or a
loop; some get the value from argv, the model from a helper function or a struct of settings, the path from its parts. libtorch runs
the load with several values. What must hold (SOUNDNESS.md):
  an error          is true of every run
  unexpected-key    names entries that no run's model registers
  silence, checked  no run throws, takes another shape or reinterprets bytes
A site that is said to be partial or undetermined claims nothing; such sites are counted.
"""
import json
import os
import random

import gen_models
import oracle
import run_loads

VALUES = (1, 2, 3, 4)  # the arguments that load.h's run() passes
SITES_PER_UNIT = 20


def arguments(model, rng, parameter):
    """Constructor arguments as expressions over `parameter`, some of them constants."""
    make = {
        'int': lambda: rng.choice(['%s', '%s + 2', '2 * %s', '%s / 2', '7']),
        'bool': lambda: rng.choice(['%s > 2', '%s == 1', '%s %% 2 == 0', 'true']),
        'string': lambda: rng.choice(['%s > 1 ? "relu" : "gelu"', '"relu"']),
        'vector': lambda: rng.choice(['std::vector<int64_t>{%s, 3}', 'std::vector<int64_t>{2, 5, 4}']),
    }
    texts = [make[kind]() for kind in model.parameters]
    return ', '.join(t.replace('%%', '%') if '%s' not in t else t % parameter for t in texts)


def change(rng):
    """A statement that alters the module `m` before it is saved, or nothing."""
    return rng.choice([
        '', '',
        'if (!m->children().empty()) m->unregister_module(m->named_children().keys().back());',
        'if (!m->children().empty()) m->unregister_module(m->named_children().keys().front());',
        'm->register_buffer("added", torch::ones({2}));',
        'm->to(torch::kDouble);',
        'm->to(torch::kHalf);',
    ])


# How a load is written: {load} is the statement, of model `m` and path `path`. A run that ends by "skipped" does not reach it.
FRAMES = [
    ['{load}'],
    ['{load}'],
    ['if (n == 3) throw std::runtime_error("skipped");', '{load}'],
    ['if (n == 4) m->to(torch::kDouble);', '{load}'],
    ['for (auto &p : m->parameters()) p.set_requires_grad(n > 2);', '{load}'],
    ['auto again = m;', 'again->eval();', '{load}'],
    ['try {', '{load}', '} catch (const std::exception &e) {', 'caught(e);', '}'],
    ['auto fill = [&](const std::string &path) {', '{load}', '};', 'fill(path);'],
    ['for (const std::string &file : std::vector<std::string>{path}) {', 'torch::load(m, file);', '}'],
    ['switch (n) {', 'case 2: throw std::runtime_error("skipped");', 'default: break;', '}', '{load}'],
    ['torch::serialize::InputArchive archive;', 'archive.load_from(path);', 'm->load(archive);'],
]


# How `n` reaches the function that loads: as its parameter, or from the command line of a program.
SOURCES = [
    None, None,
    'int n = std::stoi(argv[1]);',
    'int n = std::atoi(argv[1]);',
    'if (argc < 2) return 1;\n  const int n = std::stoi(std::string(argv[1]));',
    'int n = argc > 1 ? std::stoi(argv[1]) : 1;',
    'int n = 0;\n  std::istringstream(argv[1]) >> n;',
    'std::vector<std::string> words(argv + 1, argv + argc);\n  int n = std::stoi(words.at(0));',
    'int n = argc - 2;',
]

# How a path is written; {file} is NAME.pt, {stem} is NAME.
PATHS = [
    '"{file}"', '"{file}"', 'std::string("{stem}") + ".pt"', 'std::filesystem::path("{stem}").replace_extension(".pt").string()', 'c10::str("{stem}", ".", "pt")',
    '(std::filesystem::path(".") / "{file}").string()', '[] { std::ostringstream out; out << "{stem}" << "." << "pt"; return out.str(); }()',
]


def unit_text(seed, count):
    models, lines = [], ['#include "load.h"', '#include <torch/torch.h>', ''] + gen_models.HEADERS + ['', 'namespace nn = torch::nn;', '']
    for s in range(seed, seed + count):
        models.append(gen_models.Model(s, [m for m in models[-4:] if m.plain]))
        lines += models[-1].text.lines + ['']
    at, save = {}, []
    for m in models:
        rng = random.Random(m.seed * 7919)
        given = [arguments(m, rng, 'n')]
        files = ['gen%d.pt' % m.seed]
        source, path_of = rng.choice(SOURCES), lambda file: rng.choice(PATHS).replace('{file}', file).replace('{stem}', file[:-3])
        head = ['void load%d(int n) {' % m.seed] if source is None else ['int program%d(int argc, char **argv) {' % m.seed, '  (void)argc, (void)argv;', *('  ' + source).split('\n')]
        if rng.random() < 0.3:  # model and path depend on one condition, or on two
            given.append(arguments(m, rng, 'n'))
            files.append('gen%d_b.pt' % m.seed)
            first, second = rng.choice([('n > 2', 'n > 2'), ('n > 2', 'n > 2'), ('n % 2 == 0', '!(n % 2 == 1)'), ('n == 1', 'n > 3')])
            lines += head + ['  std::shared_ptr<%s> m;' % m.full, '  bool big = %s;' % first,
                             '  if (big) m = std::make_shared<%s>(%s);' % (m.full, given[1]), '  else m = std::make_shared<%s>(%s);' % (m.full, given[0]),
                             '  std::string path = %s ? "%s" : "%s";' % ('big' if first == second else second, files[1], files[0])]
        elif rng.random() < 0.3:  # a helper makes the model
            lines += ['static std::shared_ptr<%s> build%d(int n) {' % (m.full, m.seed), '  auto made = std::make_shared<%s>(%s);' % (m.full, given[0]),
                      '  made->train(n > 1);', '  return made;', '}'] + head + ['  auto m = build%d(n);' % m.seed, '  std::string path = %s;' % path_of(files[0])]
        elif rng.random() < 0.3:  # from a struct of settings
            lines += ['struct Settings%d {' % m.seed, '  int n = 3;', '  std::string path = %s;' % path_of(files[0]), '};'] + head + [
                '  Settings%d settings;' % m.seed, '  settings.n = n;', '  const std::string path = settings.path;',
                '  auto m = [&settings] {', '    int n = settings.n;', '    (void)n;', '    return std::make_shared<%s>(%s);' % (m.full, given[0]), '  }();']
        else:
            lines += head + ['  auto m = std::make_shared<%s>(%s);' % (m.full, given[0]), '  std::string path = %s;' % path_of(files[0])]
        lines.append('  watch(m);')
        for text in rng.choice(FRAMES):
            is_load = text == '{load}' or text.startswith(('m->load(', 'torch::load('))
            lines.append('  ' + text.replace('{load}', 'torch::load(m, path);'))
            if is_load:
                at[len(lines)] = m.seed
        if source is not None:  # the oracle's side of the command line
            lines += ['  return 0;', '}', '#ifdef CKPTLINT_ORACLE', 'void load%d(int n) {' % m.seed, '  std::string value = std::to_string(n);',
                      '  std::vector<char *> words{value.data(), value.data(), value.data()};', '  words.resize(%s, value.data());' % ('n + 2' if 'argc - 2' in source else '2'),
                      '  program%d((int)words.size(), words.data());' % m.seed, '}', '#else', 'void load%d(int) {}' % m.seed, '#endif', '']
        else:
            lines += ['}', '']
        for arguments_of, file in zip(given, files):
            save += ['  {', '    int n = %d;' % rng.choice(VALUES), '    auto m = std::make_shared<%s>(%s);' % (m.full, arguments_of), '    ' + change(rng),
                     '    torch::NoGradGuard no_grad;', '    for (auto &p : m->parameters()) p.fill_(1);', '    for (auto &b : m->buffers()) b.fill_(1);',
                     '    torch::save(m, "%s");' % file, '    (void)n;', '  }']
    lines += ['#ifdef CKPTLINT_ORACLE', 'void save() {'] + save + ['}', '#endif', '', 'void loads() {', '#ifdef CKPTLINT_ORACLE', '  save();', '#endif']
    lines += ['  run("load%d", load%d);' % (m.seed, m.seed) for m in models] + ['}', '']
    return '\n'.join(lines), at


def judge(findings, sites, runs):
    """(verdict, why) of one site."""
    for f in findings:
        keys = run_loads.key_names(f)
        if f['id'] == 'unexpected-key' and ', when `' not in f['message']:  # else it is of other runs than these, perhaps
            for run in runs:
                claimed = [k for k in keys if k in run['keys']]
                if claimed:
                    return 'wrong', 'says %s is unexpected, with n = %d the model has it' % (claimed[0], run['argument'])
        if f['severity'] != 'error':
            continue
        for run in runs:
            e = run_loads.Expectation('error', f['id'], None, ' '.join('"%s"' % k for k in keys))
            if f['id'] == 'shape-mismatch':
                held = bool(set(keys) & set(run['reshaped'])) or run['outcome'] != 'ok'
            elif f['id'] == 'dtype-mismatch':
                held = bool(set(keys) & set(run['garbled'])) or run['outcome'] != 'ok'
            elif f['id'] in ('missing-key', 'missing-module'):
                # whichever difference comes first is the one that libtorch tells
                held = run['outcome'] == 'throws'
            else:
                held = run_loads.happened(e, run)
            if not held:
                return 'wrong', '%s[%s] %s, yet with n = %d: %s' % (f['severity'], f['id'], oracle.cut(keys), run['argument'], run['outcome'])
    status = sites[0]['status'] if sites else 'none'
    harmed = [r for r in runs if r['outcome'] != 'ok' or r['reshaped'] or r['garbled']]
    if status == 'checked' and not [f for f in findings if f['id'] not in run_loads.SILENT]:
        if harmed:
            r = harmed[0]
            return 'wrong', 'silent and checked, yet with n = %d: %s %s, reshaped %s, garbled %s' % (r['argument'], r['outcome'], r['text'], oracle.cut(r['reshaped']), oracle.cut(r['garbled']))
    return ('equal' if status == 'checked' else status), '' if status == 'checked' else (sites[0].get('reason') or '' if sites else 'no site')


def main():
    parser = oracle.arguments(__doc__)
    parser.add_argument('--count', type=int, default=40, help='how many load sites')
    parser.add_argument('--seed', type=int, default=1)
    parser.add_argument('--per-unit', type=int, default=SITES_PER_UNIT)
    a = parser.parse_args()
    compiler, folder = oracle.Compiler(a.build, a.cxx), os.path.join(os.path.abspath(a.build), 'generated-loads')
    compiler.pch()
    os.makedirs(folder, exist_ok=True)
    units = []
    for seed in range(a.seed, a.seed + a.count, a.per_unit):
        text, at = unit_text(seed, min(a.per_unit, a.seed + a.count - seed))
        path = os.path.join(folder, 'load_%d.cpp' % seed)
        oracle.replace(path, text)
        units.append((path, at))

    def examine(unit):
        path, at = unit
        fresh = all(os.path.exists(os.path.join(folder, 'gen%d.pt' % s)) for s in at.values())
        out, error = compiler.output([path], defines=('CKPTLINT_ORACLE',), cwd=folder, extra='' if fresh else os.urandom(4).hex())
        result, problem = oracle.ckptlint(a.ckptlint, 'check', [path], timeout=a.timeout, cwd=folder) if a.ckptlint and not error else (None, None)
        return out, error, result, problem

    score = oracle.Score('generated loads')
    for (path, at), (out, error, result, problem) in zip(units, oracle.parallel(examine, units, a.j)):
        if error:
            score.add(False, 'error', path, error, a.v)
            continue
        runs = [json.loads(line) for line in out.splitlines() if line.startswith('{')]
        for line, seed in at.items():
            place, mine = '%s:%d load%d' % (path, line, seed), [r for r in runs if r['name'] == 'load%d' % seed]
            if problem:
                score.add(False, 'error', place, problem, a.v)
            elif result is None:
                score.add(len(mine) == len(VALUES), 'truth', place, ', '.join(r['outcome'] for r in mine), a.v)
            else:
                mine = [r for r in mine if r['text'] != 'skipped']
                verdict, why = judge([f for f in result['findings'] if f.get('line') == line], [s for s in result['sites'] if s.get('line') == line], mine)
                score.add(verdict != 'wrong', verdict, place, why, a.v)
    score.finish()


if __name__ == '__main__':
    main()
