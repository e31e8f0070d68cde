#!/usr/bin/env python3
"""Every stock module of libtorch, with every option that changes its keys: does `ckptlint keys` derive what was measured?

  stock.py --build DIR [--ckptlint PROGRAM] [--only TEXT] [--measure] [-v]

fixtures/stock/stock_modules.json holds constructs and the keys and modules that the constructed object had. They are written
into a few units, one construct a line, which ckptlint reads. --measure also compiles those units against the installed libtorch and
compares what it prints with the file: by hand, and whenever another libtorch is at hand.
"""
import json
import os

import oracle

TRUTH = os.path.join(oracle.ROOT, 'fixtures', 'stock', 'stock_modules.json')
UNITS = 2  # as many as CI has cores


def write_unit(folder, number, cases):
    """A unit with one construct a line; returns (path, {line: case index})."""
    path = os.path.join(folder, 'stock%d.cpp' % number)
    lines, at = ['#include "dump.h"', '#include <torch/torch.h>', ''], {}
    for index, case in cases:
        at[len(lines) + 1] = index
        lines.append('static void stock%d() { auto m = %s; dump("%d", m); }' % (index, case['construct'], index))
    lines += ['', 'void models() {'] + ['  stock%d();' % index for index, _ in cases] + ['}', '']
    text = '\n'.join(lines)
    if not os.path.exists(path) or open(path).read() != text:
        with open(path, 'w') as f:
            f.write(text)
    return path, at


def measure(compiler, units, cases, score, a):
    compiler.pch()
    outputs = oracle.parallel(lambda u: compiler.output([u[0]], defines=('CKPTLINT_ORACLE',)), units, a.j)
    for (path, at), (out, error) in zip(units, outputs):
        if error:
            score.add(False, 'error', os.path.basename(path), error, a.v)
            continue
        found = {int(m['name']): m for m in map(json.loads, out.splitlines())}
        for index in at.values():
            same = all(found[index][k] == cases[index][k] for k in ('keys', 'modules'))
            score.add(same, 'equal' if same else 'wrong', cases[index]['construct'], '' if same else 'libtorch says %s' % found[index], a.v)


def main():
    parser = oracle.arguments(__doc__)
    parser.add_argument('--measure', action='store_true', help='compare the file with libtorch instead of with ckptlint')
    a = parser.parse_args()
    cases = json.load(open(TRUTH, encoding='utf-8'))
    chosen = [(i, c) for i, c in enumerate(cases) if a.only in c['construct']]
    os.makedirs(a.build, exist_ok=True)
    units = [write_unit(a.build, n, chosen[n::UNITS]) for n in range(UNITS)]
    score = oracle.Score('stock')
    if a.measure:
        measure(oracle.Compiler(a.build, a.cxx), units, cases, score, a)
        score.finish()
    if not a.ckptlint:
        parser.error('--ckptlint or --measure is needed')
    outputs = oracle.parallel(lambda u: oracle.ckptlint(a.ckptlint, 'keys', [u[0]], timeout=a.timeout), units, a.j)
    for (path, at), (result, error) in zip(units, outputs):
        for line, index in at.items():
            if error:
                score.add(False, 'error', cases[index]['construct'], error, a.v)
                continue
            verdict, why = oracle.judge_line([cases[index]], result, path, line)
            score.add(verdict == 'equal', verdict, cases[index]['construct'], why, a.v)
    score.finish()


if __name__ == '__main__':
    main()
