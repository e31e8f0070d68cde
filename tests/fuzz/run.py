#!/usr/bin/env python3
"""Builds and runs the fuzz targets: one per checkpoint reader (fuzz_ckpt.c) and one for the reader of the IR (fuzz_ir.c).

  run.py ci FOLDER                        what `make test` runs: each target a few seconds, and one of them, another with every commit, half a minute
  run.py long FOLDER [-n RUNS] TARGET...  so many executions of each target, one after the other; a line for each
  run.py corpus FOLDER [TARGET...]        rewrites tests/fuzz/corpus from what the runs in FOLDER have found

FOLDER holds the programs, the corpora as they grow (corpus-TARGET) and inputs that crash (crash-TARGET). The seeds are the fixtures,
and tests/fuzz/corpus/TARGET.tar.xz, the inputs that earlier runs found worth keeping: each of them is run first, so what was once
found stays found. Any clang with libFuzzer will do (Debian: clang-N with libclang-rt-N-dev); ASan and UBSan are on."""
import argparse
import glob
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
HERE = os.path.dirname(os.path.abspath(__file__))
# -O2 and counters without comparisons: twice the executions of -fsanitize=fuzzer; small arena blocks: every overrun is seen
FLAGS = ['-std=gnu11', '-g', '-O2', '-D_GNU_SOURCE', '-DCK_ARENA_BLOCK=256', '-I' + ROOT + '/analyzer', '-fsanitize=address,undefined',
         '-fno-sanitize-recover=undefined', '-fno-omit-frame-pointer']
COVERAGE = ['-fsanitize-coverage=inline-8bit-counters,pc-table']
LIBRARIES = ['-lzip', '-ljansson', '-lxxhash', '-lcrypto']
ASAN = {'ASAN_OPTIONS': 'quarantine_size_mb=4:malloc_context_size=1:detect_stack_use_after_return=0'}
MAX_LEN = {'IR': 4096, 'ZIP': 1024, 'FILE_': 1024, 'ARCHIVE': 1024}  # others 512: longer inputs are slower, not deeper
SHORT, LONG = 4, 30  # seconds
KEPT = 60  # inputs of a target that are kept: those that reach most; fuzzing finds the rest again soon


def targets():
    names = re.search(r'enum \{ FILE_,(.*?)\};', open(HERE + '/fuzz_ckpt.c').read(), re.S).group(1)
    return [n.strip() for n in names.split(',')] + ['FILE_', 'IR']


def find_clang():
    with tempfile.TemporaryDirectory() as folder:
        with open(folder + '/x.c', 'w') as f:
            f.write('int LLVMFuzzerTestOneInput(const char *d, long n) { (void)d; return n > 1000000; }\n')
        for clang in ['clang-22', 'clang-21', 'clang-20', 'clang-19', 'clang'] + ['clang-%d' % n for n in range(18, 13, -1)]:
            if shutil.which(clang) and subprocess.run([clang, '-fsanitize=fuzzer,address,undefined', folder + '/x.c', '-o', folder + '/x'],
                                                      capture_output=True).returncode == 0:
                return clang
    sys.exit('no clang with libFuzzer: install clang-22 and libclang-rt-22-dev')


def build(folder, wanted):
    clang = find_clang()
    os.makedirs(folder + '/o', exist_ok=True)

    def run(command):
        subprocess.run(command, check=True)

    def stale(out, sources):
        return not os.path.exists(out) or any(os.path.getmtime(s) > os.path.getmtime(out) for s in sources)

    headers = glob.glob(ROOT + '/analyzer/*/*.h') + glob.glob(ROOT + '/analyzer/*/*.def')
    objects = {part: [(s, '%s/o/%s_%s.o' % (folder, part, os.path.basename(s)[:-2])) for s in sorted(glob.glob('%s/analyzer/%s/*.c' % (ROOT, part)))]
               for part in ('base', 'ckpt', 'ir')}
    with ThreadPoolExecutor(os.cpu_count() or 2) as pool:
        todo = [[clang, *FLAGS, *COVERAGE, '-c', s, '-o', o] for pairs in objects.values() for s, o in pairs if stale(o, [s] + headers)]
        list(pool.map(run, todo))

        def link(target):
            source = HERE + ('/fuzz_ir.c' if target == 'IR' else '/fuzz_ckpt.c')
            linked = [o for part in ('base', 'ir' if target == 'IR' else 'ckpt') for _, o in objects[part]]
            main = '%s/o/%s.o' % (folder, target)
            if stale(folder + '/' + target, linked + [source]):
                run([clang, *FLAGS, '-DFRAME=' + target, '-c', source, '-o', main])
                run([clang, '-fsanitize=fuzzer,address,undefined', main, *linked, '-o', folder + '/' + target, *LIBRARIES])
        list(pool.map(link, wanted))


def seed(folder, target):
    corpus = '%s/corpus-%s' % (folder, target)
    os.makedirs(corpus, exist_ok=True)
    os.makedirs('%s/crash-%s' % (folder, target), exist_ok=True)
    fixtures = [] if target == 'IR' else sorted(f for f in glob.glob(ROOT + '/fixtures/checkpoints/**', recursive=True)
                                                if os.path.isfile(f) and not f.endswith(('.py', '.cpp', '.jsonl', 'listing.json')))
    subprocess.run(['%s/%s' % (folder, target), '--seeds', corpus, *fixtures], check=True)
    kept = '%s/corpus/%s.tar.xz' % (HERE, target)
    if os.path.exists(kept):
        with tarfile.open(kept) as tar:
            for member in tar.getmembers():
                with open(os.path.join(corpus, os.path.basename(member.name)), 'wb') as f:
                    f.write(tar.extractfile(member).read())
    return corpus


def fuzz(folder, target, limit):
    """True: nothing was found."""
    start, log = time.time(), '%s/log-%s' % (folder, target)
    with open(log, 'w') as f:
        code = subprocess.run(['%s/%s' % (folder, target), *limit, '-max_len=%d' % MAX_LEN.get(target, 512), '-timeout=30', '-rss_limit_mb=1500',
                               '-print_final_stats=1', '-artifact_prefix=%s/crash-%s/' % (folder, target), seed(folder, target)],
                              stdout=f, stderr=f, env=dict(os.environ, **ASAN)).returncode
    text = open(log, errors='replace').read()
    runs = re.search(r'number_of_executed_units: (\d+)', text)
    covered = re.findall(r'cov: (\d+)', text)
    seconds = time.time() - start
    n = int(runs.group(1)) if runs else 0
    print('%-11s %10d executions, %5d/s, %s edges, %.0f s%s' % (target, n, n / max(seconds, 0.1), covered[-1] if covered else '?', seconds,
                                                             '' if code == 0 else ': FAILED'), flush=True)
    if code != 0:
        print(text[-3000:])
    return code == 0


def ci(folder):
    names = targets()
    build(folder, names)
    count = subprocess.run(['git', '-C', ROOT, 'rev-list', '--count', 'HEAD'], capture_output=True, text=True).stdout.strip()
    turn = names[int(count or 0) % len(names)]
    return all([fuzz(folder, t, ['-max_total_time=%d' % (LONG if t == turn else SHORT)]) for t in names])


def reached(control):
    """What each input reaches, from the control file of a merge: counts of inputs, their paths, then a line `FT i feature...` of each; a
    feature is 8 times an edge, plus how often it was taken."""
    with open(control) as f:
        count, _ = int(f.readline()), f.readline()
        paths = [f.readline().strip() for _ in range(count)]
        lines = [line.split()[1:] for line in f if line.startswith('FT ')]
    return {paths[int(i)]: {int(feature) for feature in features} for i, *features in lines}


def choose(inputs):
    """The KEPT inputs that, taken in turn, each add most edges, then most features; small ones first."""
    kept, edges, features = [], set(), set()
    edges_of = {path: {f // 8 for f in found} for path, found in inputs.items()}
    left = sorted(inputs, key=lambda path: (os.path.getsize(path), path))
    while left and len(kept) < KEPT:
        best = max(left, key=lambda path: (len(edges_of[path] - edges), len(inputs[path] - features)))
        if not inputs[best] - features:
            break
        kept.append(best)
        left.remove(best)
        edges |= edges_of[best]
        features |= inputs[best]
    return kept, edges, len(set().union(*edges_of.values()))


def keep(folder, wanted):
    os.makedirs(HERE + '/corpus', exist_ok=True)
    for target in wanted:
        source, merged, control = ('%s/%s-%s' % (folder, what, target) for what in ('corpus', 'merged', 'control'))
        if not os.path.isdir(source):
            continue
        for inputs in (source, merged):  # the second time from the smaller set: all that its inputs reach, not just what is new
            out = merged if inputs == source else folder + '/none'
            shutil.rmtree(out, ignore_errors=True)
            os.mkdir(out)
            if os.path.exists(control):
                os.remove(control)
            subprocess.run(['%s/%s' % (folder, target), '-merge=1', '-set_cover_merge=1', '-merge_control_file=' + control,
                            '-max_len=%d' % MAX_LEN.get(target, 512), out, inputs], check=True, stderr=subprocess.DEVNULL, env=dict(os.environ, **ASAN))
        kept, edges, of = choose(reached(control))
        with tarfile.open('%s/corpus/%s.tar.xz' % (HERE, target), 'w:xz') as tar:
            for path in sorted(kept):
                info = tarfile.TarInfo(os.path.basename(path))
                info.size = os.path.getsize(path)
                with open(path, 'rb') as f:
                    tar.addfile(info, f)
        print('%-11s %4d inputs reach %d of %d edges' % (target, len(kept), len(edges), of), flush=True)
    return True


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('what', choices=['ci', 'long', 'corpus'])
    parser.add_argument('folder')
    parser.add_argument('-n', type=int, default=10_000_000)
    parser.add_argument('target', nargs='*')
    args = parser.parse_intermixed_args()
    folder = os.path.abspath(args.folder)
    os.makedirs(folder, exist_ok=True)
    if args.what == 'ci':
        return ci(folder)
    if args.what == 'corpus':
        return keep(folder, args.target or targets())
    build(folder, args.target or targets())
    return all([fuzz(folder, t, ['-runs=%d' % args.n]) for t in args.target or targets()])


if __name__ == '__main__':
    sys.exit(0 if main() else 1)
