#!/usr/bin/env python3
"""Programs that load: does libtorch do what the fixture expects, and does `ckptlint check` report exactly that?

  run_loads.py --build DIR [--ckptlint PROGRAM] [--only TEXT] [-v]

A fixture is a file of fixtures/loads, or a folder there, whose units are linked. An expectation stands on its line:
  torch::load(net, "a.pt");   // expect-error[missing-key]: "fc.weight", "fc.bias"
  torch::load(net, "b.pt");   // expect-warning[missing-key] when 2, 3: "fc.bias"
  torch::load(net, "c.pt");   // expect-nothing
  torch::load(net, path);     // expect-undetermined: path comes from argv
  torch::load(net, "d.pt");   // expect-partial: an unknown function may have registered more
Several are separated by ` // `. `when` names the arguments of the fixture's function with which libtorch does it; without, it
does so with all. The list of keys is complete, unless it ends in `...`. expect-nothing: the site is checked, and no finding
is raised; expect-silence: no finding is raised, whatever libtorch does. A hand-written loop is said to leave keys alone, to convert or
to broadcast them: `// expect-warning[shape-mismatch]: broadcast "fc.bias"`; left alone without a list: all of them. A line outside of the function that is run names it: `// in: NAME`. A known defect is marked by `// known-wrong: why` at the end of the line; passing all the same fails.

Two verdicts for each line: libtorch (does what it measurably did agree with the expectation?) and ckptlint (are its
findings, and the status of its sites, the expected ones?).
"""
import glob
import json
import os
import re

import oracle

FOLDER = os.path.join(oracle.ROOT, 'fixtures', 'loads')
EXPECT = re.compile(r'^expect-(error|warning|note|nothing|partial|undetermined|silence)(?:\[([\w-]+)\])?(?:\s+when\s+([\d, ]+))?(?::\s*(.*))?$')
FUNCTION = re.compile(r'^(?:static\s+)?(?:void|int)\s+(\w+)\s*\(')


# libtorch does these without a word; whatever else a line expects decides how the run ends.
SILENT = ('unexpected-key', 'kind-mismatch', 'unregistered-module', 'positional')


class Expectation:
    def __init__(self, kind, ident, when, text):
        self.kind, self.id = kind, ident
        self.when = [int(w) for w in re.findall(r'\d+', when)] if when else None
        self.keys = re.findall(r'"([^"]*)"', text or '')
        self.how = next((w for w in ('left alone', 'converted', 'broadcast') if (text or '').startswith(w)), None)
        self.open_list = (text or '').rstrip().endswith('...')

    def __str__(self):
        return '%s%s %s' % (self.kind, '[%s]' % self.id if self.id else '', oracle.cut(self.keys))


def expectations(path):
    """[(line, function, [Expectation], known-wrong or None)] of a file."""
    found, function = [], None
    for number, text in enumerate(open(path, encoding='utf-8'), 1):
        m = FUNCTION.match(text)
        if m:
            function = m.group(1)
        parts = [p.strip() for p in text.rstrip().split('//')[1:]]
        wrong = next((p.split(':', 1)[1].strip() for p in parts if p.startswith('known-wrong:')), None)
        named = next((p[3:].strip() for p in parts if p.startswith('in:')), None)
        expected = [EXPECT.match(p) for p in parts if p.startswith('expect-')]
        if not all(expected):
            raise SystemExit('%s:%d: an expectation that is not understood' % (path, number))
        if expected:
            found.append((number, named or function, [Expectation(*m.groups()) for m in expected], wrong))
    return found


def happened(e, run):
    """Did libtorch, in this run, do what expectation `e` says?"""
    text, failed = run['text'], run['outcome'] in ('throws', 'caught')
    if e.id == 'unexpected-key' and e.kind == 'error':
        return bool(failed and (text.startswith('Key ') and 'is not defined' in text or text.startswith('Expected Tensor but got')))
    if e.id in SILENT:
        return True
    if e.how == 'left alone':
        return run['outcome'] == 'ok' and set(e.keys or run['keys']) <= set(run['untouched'])
    if e.how:   # loaded, in its way, without a word
        return run['outcome'] == 'ok' and not set(e.keys) & set(run['untouched'])
    tensor = re.match(r"No such serialized tensor '(.*)'", text)
    module = re.match(r"No such serialized submodule: '(.*)'", text)
    if e.id == 'missing-key':
        return bool(failed and (text.startswith('Argument passed to at()') or tensor and (tensor.group(1) in e.keys or e.open_list) or
                                module and (not e.keys or any(k.startswith(module.group(1) + '.') for k in e.keys))))
    if e.id == 'missing-module':
        return bool(failed and module and (module.group(1) in e.keys or e.open_list))
    if e.id == 'shape-mismatch':
        return bool(run['reshaped']) and set(e.keys) <= set(run['reshaped']) or failed and ('must match the size of tensor' in text or 'match the broadcast shape' in text)
    if e.id == 'dtype-mismatch':
        return bool(run['garbled']) and set(e.keys) <= set(run['garbled']) or failed and 'not resizable' in text
    if e.id in ('format', 'corrupt', 'nested'):
        return failed or run['outcome'] == 'crash'
    if e.id == 'file-not-found':
        return failed and text.startswith('open file failed')
    if e.id == 'not-loaded':
        return run['outcome'] == 'ok' and set(e.keys) <= set(run['untouched'])
    if e.id == 'duplicate-name':
        return failed and 'already defined' in text
    if e.id == 'invalid-name':
        return failed and ('must not' in text)
    if e.id == 'null-module':
        return run['outcome'] == 'crash' or failed and 'mpty' in text
    raise SystemExit('no measure for ' + e.id)


def libtorch_agrees(expected, others, runs):
    """(agrees, why) for the expectations of one line, over all runs of its function; `others`: those of its other lines."""
    if not runs:
        return False, 'the function is never run'
    for e in expected:
        if e.kind in ('partial', 'undetermined', 'silence'):
            continue
        for run in runs:
            what = '%s%s%s' % (run['outcome'], ' with %d' % run['argument'] if run['argument'] else '', ': ' + run['text'] if run['text'] else '')
            if e.kind == 'nothing':
                if any(o.id and o.id not in SILENT and happened(o, run) for o in others):
                    continue
                harm = [k for k in ('reshaped', 'garbled') if run[k]]
                if run['outcome'] != 'ok' or harm:
                    return False, what + ''.join(' %s %s' % (h, run[h]) for h in harm)
            elif happened(e, run) != (e.when is None or run['argument'] in e.when):
                return False, '%s: libtorch %s, reshaped %s, garbled %s' % (e, what, run['reshaped'], run['garbled'])
    return True, ''


def key_names(finding):
    return [k if isinstance(k, str) else k.get('key') or k.get('name') for k in finding.get('keys') or []]


def ckptlint_agrees(expected, findings, sites):
    """(agrees, why) for one line: findings and site status against the expectations."""
    left = list(findings)
    for e in expected:
        if e.kind not in ('error', 'warning', 'note'):
            continue
        match = next((f for f in left if f['id'] == e.id), None)
        if match is None:
            return False, 'lacks %s%s' % (e, '; has ' + ', '.join('%s[%s]' % (f['severity'], f['id']) for f in findings) if findings else '')
        left.remove(match)
        if match['severity'] != e.kind:
            return False, '%s comes out as %s' % (e, match['severity'])
        keys = key_names(match)
        if e.keys and not (set(e.keys) <= set(keys) if e.open_list else set(e.keys) == set(keys)):
            return False, '%s: names %s' % (e, oracle.cut(keys, 8))
    if left:
        return False, 'also says ' + '; '.join('%s[%s] %s: %s' % (f['severity'], f['id'], oracle.cut(key_names(f)), f['message']) for f in left)
    statuses = [s['status'] for s in sites]
    kinds = [e.kind for e in expected]
    want = next((k for k in ('partial', 'undetermined') if k in kinds), 'checked' if 'nothing' in kinds else None)
    if want == 'undetermined' and 'partial' in statuses:
        return True, ''
    if want and (not statuses or any(s != want for s in statuses)):
        return False, 'the site is %s, not %s%s' % ('/'.join(statuses) or 'not seen', want, ''.join(': ' + s['reason'] for s in sites if s.get('reason')))
    return True, ''


def fixtures(only):
    """[(name, [units])]: a file each, or a folder each."""
    found = []
    for path in sorted(glob.glob(os.path.join(FOLDER, '*'))):
        units = sorted(glob.glob(os.path.join(path, '*.cpp'))) if os.path.isdir(path) else [path] if path.endswith('.cpp') else []
        if units and only in os.path.basename(path):
            found.append((os.path.basename(path), units))
    return found


def main():
    a = oracle.arguments(__doc__).parse_args()
    compiler = oracle.Compiler(a.build, a.cxx)
    compiler.pch()
    cases = fixtures(a.only)
    checkpoints = os.path.join(FOLDER, 'ckpt')
    extra = oracle.digest(*[oracle.read(p) for p in sorted(glob.glob(os.path.join(checkpoints, '*'))) if os.path.isfile(p)])
    truths = oracle.parallel(lambda c: compiler.output(c[1], defines=('CKPTLINT_ORACLE',), cwd=FOLDER, extra=extra), cases, a.j)
    outputs = oracle.parallel(lambda c: oracle.ckptlint(a.ckptlint, 'check', c[1], timeout=a.timeout, cwd=FOLDER), cases, a.j) if a.ckptlint else None
    score = oracle.Score('loads')
    for i, (name, units) in enumerate(cases):
        out, error = truths[i]
        if error:
            score.add(False, 'error', name, error, a.v)
            continue
        runs = [json.loads(line) for line in out.splitlines() if line.startswith('{')]
        result, problem = outputs[i] if outputs else (None, None)
        for path in units:
            base, lines = os.path.basename(path), set()
            here = lambda item, line: item.get('line') == line and os.path.basename(item.get('file') or '') == base
            marked = expectations(path)
            for line, function, expected, wrong in marked:
                lines.add(line)
                others = [o for at, name_of, es, _ in marked if name_of == function and at != line for o in es]
                place = '%s:%d %s' % (base if base == name else name + '/' + base, line, function)
                ok, why = libtorch_agrees(expected, others, [r for r in runs if r['name'] == function])
                if not ok:
                    score.add(False, 'libtorch', place, why, a.v)
                elif problem:
                    score.add(False, 'error', place, problem, a.v)
                elif result is None:
                    score.add(True, 'truth', place, ', '.join(map(str, expected)), a.v)
                else:
                    ok, why = ckptlint_agrees(expected, [f for f in result['findings'] if here(f, line)], [s for s in result['sites'] if here(s, line)])
                    if wrong and ok:
                        score.add(False, 'stale', place, 'the mark is stale: remove it', a.v)
                    else:
                        score.add(ok or bool(wrong), 'equal' if ok else 'known' if wrong else 'differs', place, why, a.v)
            for finding in result['findings'] if result else []:
                if os.path.basename(finding.get('file') or '') == base and finding.get('line') not in lines:
                    score.add(False, 'extra', '%s:%s' % (base, finding.get('line')), '%s[%s]: %s' % (finding['severity'], finding['id'], finding['message']), a.v)
            for site in result['sites'] if result else []:
                if os.path.basename(site.get('file') or '') == base and site.get('line') not in lines:
                    score.add(False, 'extra', '%s:%s' % (base, site.get('line')), 'a load site without expectation (%s)' % site['status'], a.v)
    score.finish()


if __name__ == '__main__':
    main()
