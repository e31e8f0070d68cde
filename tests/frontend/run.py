#!/usr/bin/env python3
"""Tests of ckptlint-frontend: small sources with the IR that they must become, as comments.

    tests/frontend/run.py BUILD [NAME...]

In a source
    // flags: -std=c++20           compile flags; default -std=c++17
    // expect-ir: TEXT             occurs in the IR's text without types; `...` stands for anything
    // expect-typed: TEXT          occurs in the text with types
    // expect-not: TEXT            does not occur in the text without types
    // expect-note: TEXT           a remark of the unit
    // allow-unknown               else no UNKNOWN node may occur at all
    // same-with-pch               the unit is the same with a precompiled header
USRs, places and spacing are left out of the text that is compared. What a program means is the C++ standard's word, what the
IR says that ir/nodes.def's; none of the expectations is taken from the program's own output.
"""
import os, re, subprocess, sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from common import cache_of  # noqa: E402 (found beside this folder)


def normal(text, typed):
    text = re.sub(r' (usr|as)="([^"\\]|\\.)*"', '', text)
    text = re.sub(r' @("[^"]*":)?\d+:\d+(\[\d+,\d+\])?', '', text)
    out, i, quoted = [], 0, False
    while i < len(text):
        c = text[i]
        if c == '"' and (i == 0 or text[i - 1] != '\\'):
            quoted = not quoted
        if not typed and not quoted and c == ':' and text[i - 1] == ' ':
            depth = 0
            while i < len(text) and not (depth == 0 and text[i] in ' \n)'):
                depth += {'(': 1, ')': -1}.get(text[i], 0)
                i += 1
            if out and out[-1] == ' ':
                out.pop()
            continue
        out.append(c)
        i += 1
    return re.sub(r'\s+', ' ', ''.join(out))


def pattern(text):
    return re.compile('.*?'.join(re.escape(part) for part in text.split('...')))


def run(frontend, source, extra):
    lines = open(source).read().split('\n')
    flags = [l.split(':', 1)[1].split() for l in lines if l.startswith('// flags:')]
    command = [frontend, '--text', *extra, '--', source, *(flags[0] if flags else ['-std=c++17'])]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    if done.returncode:
        raise RuntimeError('exit status %d: %s' % (done.returncode, done.stderr.strip()))
    return done.stdout


def check(frontend, source, cache):
    faults = []
    lines = open(source).read().split('\n')
    same = '// same-with-pch' in lines
    ir = run(frontend, source, ['--cache-dir', cache] if same else ['--no-pch'])
    plain, typed = normal(ir, False), normal(ir, True)
    notes = '\n'.join(re.findall(r'^\(note .*$', ir, re.M))
    for number, line in enumerate(lines, 1):
        found = re.search(r'// expect-(ir|typed|not|note): (.*)$', line)
        if not found:
            continue
        kind, want = found.groups()
        text = {'ir': plain, 'typed': typed, 'not': plain, 'note': notes}[kind]
        if bool(pattern(want.strip()).search(text)) == (kind == 'not'):
            faults.append('%s:%d: %s: %s' % (source, number, 'unexpected' if kind == 'not' else 'missing', want))
    if '// allow-unknown' not in lines:
        for reason in re.findall(r'\(unknown "([^"]*)"[^@]*(@.*)?', ir):
            faults.append('%s: unknown: %s %s' % (source, reason[0], reason[1][:20]))
    if same:
        keep = lambda text: '\n'.join(l for l in text.split('\n') if not l.startswith('(dependency'))
        if keep(ir) != keep(run(frontend, source, ['--no-pch'])):
            faults.append('%s: the unit differs without a precompiled header' % source)
    return faults


def main():
    build, names = sys.argv[1], sys.argv[2:]
    here = os.path.dirname(os.path.abspath(__file__))
    frontend = os.path.abspath(os.path.join(build, 'ckptlint-frontend'))
    cache = os.path.join(cache_of(build), 'ckptlint')
    sources = sorted(f for f in os.listdir(here) if f.endswith('.cpp') and (not names or f[:-4] in names))
    failed = 0
    for name in sources:
        try:
            faults = check(frontend, os.path.join(here, name), cache)
        except (RuntimeError, subprocess.TimeoutExpired) as error:
            faults = ['%s: %s' % (name, error)]
        print('%-24s %s' % (name, 'FAILED' if faults else 'ok'))
        for fault in faults:
            print('  ' + fault)
        failed += bool(faults)
    print('%d sources, %d failed' % (len(sources), failed))
    return 1 if failed or not sources else 0


if __name__ == '__main__':
    sys.exit(main())
