#!/usr/bin/env python3
"""House rules that no compiler checks: the folder dependencies of analyzer/, the layout of the sources, the tables against the docs.

Folder rule: a file of analyzer/X includes headers of X and of the folders that X may use, nothing above. Only analyzer/frontend
includes clang-c/. A file includes its own header first."""
import math
import os
import re
import shutil
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

# folder -> folders it may include besides itself
MAY = {
    'base': [],
    'compdb': ['base'],
    'ckpt': ['base'],
    'ir': ['base'],
    'frontend': ['ir', 'base', 'compdb'],
    'eval': ['ir', 'base'],
    'torch': ['eval', 'ir', 'base'],
    'match': ['torch', 'eval', 'ckpt', 'base'],  # eval: the types of torch's results (symbols, dimensions)
    'report': ['match', 'torch', 'eval', 'ckpt', 'base'],
    'cli': ['report', 'match', 'torch', 'eval', 'ir', 'ckpt', 'compdb', 'base', 'include'],
    'lsp': ['report', 'match', 'torch', 'eval', 'ir', 'ckpt', 'compdb', 'base', 'include'],
    'include': [],
}
LIBRARIES = {'zip.h': ['ckpt'], 'jansson.h': ['ckpt', 'compdb', 'report', 'cli', 'frontend'], 'yaml.h': ['report'], 'xxhash.h': ['base'], 'openssl/': ['base'], 'clang-c/': ['frontend']}

bad = []


def sources():
    for top, dirs, names in os.walk(os.path.join(ROOT, 'analyzer')):
        for name in sorted(names):
            if name.endswith(('.c', '.h', '.def')):
                yield os.path.relpath(os.path.join(top, name), ROOT)


def check_includes(path):
    folder = path.split('/')[1]
    if folder not in MAY:
        bad.append('%s: folder %s is not in the table of tests/house/check.py' % (path, folder))
        return
    includes = re.findall(r'^\s*#\s*include\s*(?:"([^"]+)"|<([^>]+)>)', open(os.path.join(ROOT, path)).read(), re.M)
    for quoted, angled in includes:
        if quoted:
            other = quoted.split('/')[0] if '/' in quoted else folder
            if other != folder and other not in MAY[folder]:
                bad.append('%s: includes "%s", which stands above it' % (path, quoted))
        for header, folders in LIBRARIES.items():
            if angled.startswith(header) and folder not in folders:
                bad.append('%s: includes <%s>, which only %s may' % (path, angled, ', '.join(folders)))
    own = path[len('analyzer/'):-1] + 'h'
    if path.endswith('.c') and os.path.exists(os.path.join(ROOT, 'analyzer', own)):
        first = includes[0][0] if includes else ''
        if first not in (own, os.path.basename(own)):
            bad.append('%s: does not include its own header first' % path)


def check_head(path):
    text = open(os.path.join(ROOT, path)).read()
    if path.endswith('.h') and not text.startswith('/*'):
        bad.append('%s: no head comment' % path)


def check_diagnostics():
    """Every id of diagnostics.def has a page, and every page an id."""
    table = set(re.findall(r'CK_DIAG\("([^"]+)"', open(os.path.join(ROOT, 'analyzer/base/diagnostics.def')).read()))
    folder = os.path.join(ROOT, 'docs/diagnostics')
    pages = {n[:-3] for n in os.listdir(folder) if n.endswith('.md') and n != 'README.md'}
    for missing in sorted(table - pages):
        bad.append('docs/diagnostics/%s.md: missing' % missing)
    for extra in sorted(pages - table):
        bad.append('docs/diagnostics/%s.md: no such id in diagnostics.def' % extra)


def check_limits():
    """Each bound of the evaluator stands in the docs, with its value and, where it cuts an analysis short, its message."""
    page = ' '.join(open(os.path.join(ROOT, 'docs/use/trouble.md')).read().split())
    header = ''.join(open(os.path.join(ROOT, 'analyzer/eval', name)).read() for name in ('eval.h', 'eval_int.h'))
    for name, value in re.findall(r'^\s*(?:#define )?(CK_LIMIT_\w+)(?: =)? \(?([^,/\n]+)', header, re.M):
        factors = [int(f) for f in re.findall(r'\d+', value.split('<<')[0].replace('(size_t)', ''))]
        unit = {'<< 30': ' GiB', '<< 20': ' MiB'}.get(''.join(re.findall(r'<< \d+', value)), '')
        number = '{:,}'.format(math.prod(factors)).replace(',', ' ') + unit
        if not re.search(r'(?<!\d)(?<!\d )%s[^|.;]*`%s`' % (number, name), page):
            bad.append('docs/use/trouble.md: does not say that %s is %s' % (name, number))
    folder = os.path.join(ROOT, 'analyzer/eval')
    for source in sorted(os.listdir(folder)):
        for message in re.findall(r'(?:ck_ev_stop\(ev, |ev->limit = )"([^"]+)"', open(os.path.join(folder, source)).read()):
            if '| %s |' % message not in page:
                bad.append('docs/use/trouble.md: says nothing of the message "%s"' % message)


def check_format():
    tool = shutil.which('clang-format-22')
    if not tool:
        return
    files = subprocess.run(['git', '-C', ROOT, 'ls-files', 'analyzer/*.[ch]', 'tests/*.[ch]'], capture_output=True, text=True).stdout.split()
    out = subprocess.run([tool, '--dry-run', *files], capture_output=True, text=True, cwd=ROOT)
    for name in sorted(set(re.findall(r'^([^:\n]+):\d+:\d+: warning', out.stderr, re.M))):
        bad.append('%s: not formatted (make format)' % name)


for source in sources():
    check_includes(source)
    check_head(source)
check_diagnostics()
check_limits()
check_format()
for line in bad:
    print(line)
print('house rules: %s' % ('%d broken' % len(bad) if bad else 'kept'))
sys.exit(1 if bad else 0)
