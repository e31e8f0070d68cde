#!/usr/bin/env python3
"""Compares the state dicts that `ckptlint keys` derives with those of the same models running under libtorch.

  run_models.py --build DIR [--ckptlint PROGRAM] [--only TEXT] [-v]

A fixture (fixtures/models/*.cpp) marks each construction on its line, and dumps the object under the same name:
  Net net(5, 4);          // model: net
A marker may carry what is known of it:
  // model: net, undecidable: why    depends on run-time data; must come out partial, with nothing untrue
  // model: net, known-partial: why  could be derived, is not yet: partial is allowed, equal must be told (the mark is stale)
  // model: net, known-wrong: why    comes out wrong today; anything better must be told
`// environment: NAME=VALUE ...` lines have the program run once for each; what is derived must hold for all of the runs.
Verdicts: see judge() in oracle.py. Every model must be equal unless its marker says otherwise; `wrong` never passes unmarked.
"""
import glob
import json
import os
import re

import oracle

MARK = re.compile(r'//\s*model:\s*([\w.]+)\s*(?:,\s*(undecidable|known-partial|known-wrong):\s*(.*))?$')
ENVIRONMENT = re.compile(r'^// environment:(.*)$', re.M)
FOLDER = os.path.join(oracle.ROOT, 'fixtures', 'models')


def marks(path):
    """[(line, name, mark, why)] of a fixture."""
    found = []
    for number, text in enumerate(open(path, encoding='utf-8'), 1):
        m = MARK.search(text.rstrip())
        if m:
            found.append((number, m.group(1), m.group(2), m.group(3) or ''))
    return found


def environments(path):
    """The environments in which a fixture is to be run: one, unless it says otherwise."""
    found = [m.group(1).split() for m in ENVIRONMENT.finditer(open(path, encoding='utf-8').read())]
    return found or [[]]


def truth_of(compiler, path):
    """{name: [what libtorch says in each environment]}, checked against the markers; (dict, None) or (None, message)."""
    truth, wanted = {}, [m[1] for m in marks(path)]
    for env in environments(path):
        out, error = compiler.output([path], defines=('CKPTLINT_ORACLE',), cwd=FOLDER, env=env)
        if error:
            return None, error
        models = [json.loads(line) for line in out.splitlines() if line.startswith('{')]
        names = [m['name'] for m in models]
        if len(set(names)) != len(names) or sorted(names) != sorted(wanted):
            odd = set(names) ^ set(wanted) or {n for n in names if names.count(n) + wanted.count(n) > 2}
            return None, 'markers and dumps differ: ' + ', '.join(sorted(odd))
        for m in models:
            truth.setdefault(m['name'], []).append(m)
    return truth, None


def passes(mark, verdict):
    if mark == 'undecidable':
        return verdict in ('partial', 'equal')
    if mark == 'known-partial':
        return verdict in ('partial', 'none')
    if mark == 'known-wrong':
        return verdict == 'wrong'
    return verdict == 'equal'


def main():
    a = oracle.arguments(__doc__).parse_args()
    compiler = oracle.Compiler(a.build, a.cxx)
    paths = [p for p in sorted(glob.glob(os.path.join(FOLDER, '*.cpp'))) if a.only in os.path.basename(p)]
    compiler.pch()
    truths = oracle.parallel(lambda p: truth_of(compiler, p), paths, a.j)
    score = oracle.Score('models')
    outputs = oracle.parallel(lambda p: oracle.ckptlint(a.ckptlint, 'keys', [p], timeout=a.timeout), paths, a.j) if a.ckptlint else None
    for i, path in enumerate(paths):
        base, (truth, error) = os.path.basename(path), truths[i]
        if error:
            score.add(False, 'error', base, error, a.v)
            continue
        if not outputs:
            for line, name, _, _ in marks(path):
                score.add(True, 'truth', '%s:%d %s' % (base, line, name), '%d keys' % len(truth[name][0]['keys']), a.v)
            continue
        result, error = outputs[i]
        for line, name, mark, _ in marks(path):
            place = '%s:%d %s%s' % (base, line, name, ' [%s]' % mark if mark else '')
            if error:
                score.add(False, 'error', place, error, a.v)
                continue
            verdict, why = oracle.judge_line(truth[name], result, path, line)
            ok = passes(mark, verdict)
            if not ok and verdict == 'equal':
                why = 'the mark is stale: remove it'
            score.add(ok, verdict, place, why, a.v)
    score.finish()


if __name__ == '__main__':
    main()
