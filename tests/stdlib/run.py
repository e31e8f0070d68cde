#!/usr/bin/env python3
"""Differential test of the standard library's rows.

Every `long case_x()` and `std::string case_x()` of the .cpp files here is compiled with g++ and run, and evaluated by
ckptlint's own evaluator, as C++17 and as C++20. An evaluated value has to be the compiled program's. A case that evaluates to unknown is no
lie but counts as open; expected_unknown.txt names those, and why. The cases in unknown/ have inputs without a value: a
value reported for one of them would be a guess.

usage: run.py FRONTEND DRIVER [FILE.cpp...]"""
import pathlib
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).parent
CASE = re.compile(r"^(long|std::string) (case_\w+)\(\)", re.M)


def unit(source):
    """The file with one entry point per case, and a main for the compiled side."""
    names = [m.group(2) for m in CASE.finditer(source)]
    out = ["#include <string>\n", source, "\nvoid report(const char *name, long value);\n",
           "void report(const char *name, const std::string &value);\n"]
    out += [f'void entry_{n}() {{ report("{n}", {n}()); }}\n' for n in names]
    out.append("#ifdef COMPILED\n#include <cstdio>\n#undef printf\n"
               'static FILE *results;\n'
               'void report(const char *name, long v) { std::fprintf(results, "%s=%ld\\n", name, v); }\n'
               'void report(const char *name, const std::string &v) { std::fprintf(results, "%s=", name);\n'
               '  for (char c : v) c == 10 ? std::fputs("\\\\n", results) : std::fputc(c, results);\n'
               "  std::fputc(10, results); }\n"
               "int main(int, char **argv) { results = std::fopen(argv[1], \"w\");\n")
    out += [f"  entry_{n}();\n" for n in names]
    out.append("  std::fclose(results); }\n#endif\n")
    return "".join(out), names


def compiled(path, folder):
    exe, results = folder / (path.stem + ".exe"), folder / (path.stem + ".results")
    subprocess.run(["g++", "-std=c++17", "-DCOMPILED", "-w", str(path), "-o", str(exe), "-pthread"], check=True)
    subprocess.run([str(exe), str(results)], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return dict(line.split("=", 1) for line in results.read_text(errors="replace").splitlines())


def evaluated(path, folder, frontend, driver, standard):
    ir = folder / (path.stem + ".ir")
    subprocess.run([frontend, "--binary", "--no-pch", "--output", str(ir), "--", str(path), "-std=" + standard], check=True)
    done = subprocess.run([driver, str(ir)], capture_output=True, text=True, errors="replace")
    found = {}
    for line in done.stdout.splitlines():
        if line.startswith("!"):
            ROWLESS.add(line[1:])
        m = re.match(r"(case_\w+)([=?])(.*)", line)
        if m and (m.group(1) not in found or m.group(2) == "?"):
            found[m.group(1)] = (m.group(2) == "=", m.group(3))
    if done.returncode != 0:
        print(f"{path.name}: the driver ended with {done.returncode}: {done.stderr.strip()[:400]}")
    return found, done.returncode == 0


ROWLESS = set()
EXPECT = re.compile(r"^void entry_(\w+)\(.*// expect: (.+)$", re.M)


def unknowns(frontend, driver, folder):
    """Cases with unknown inputs: lines that say something else than expected. A choice counts as unknown."""
    failed, total = [], 0
    for source in sorted((HERE / "unknown").glob("*.cpp")):
        ir = folder / (source.stem + ".ir")
        subprocess.run([frontend, "--binary", "--no-pch", "--output", str(ir), "--", str(source), "-std=c++17"], check=True)
        done = subprocess.run([driver, str(ir)], capture_output=True, text=True, errors="replace")
        got = {}
        for line in done.stdout.splitlines():
            m = re.match(r"(\w+)([=?])(.*)", line)
            if m:
                got.setdefault(m.group(1), []).append("symbolic" if m.group(3).startswith("symbolic ") else "unknown" if m.group(2) == "?" else m.group(3))
        for name, want in EXPECT.findall(source.read_text()):
            total += 1
            seen = set(got.get(name, ["nothing"]))
            split = "unknown" in seen or len(seen) > 1
            if seen != {want} and not (want in ("unknown", "symbolic") and split):
                failed.append(f"{source.name}: {name}: {', '.join(sorted(seen))}, expected {want}")
        if done.returncode != 0:
            failed.append(f"{source.name}: the driver ended with {done.returncode}")
    return failed, total


def main():
    frontend, driver, *files = sys.argv[1:]
    sources = [pathlib.Path(f) for f in files] or sorted(HERE.glob("*.cpp"))
    allowed = HERE / "expected_unknown.txt"
    allowed = {l.split()[0] for l in allowed.read_text().splitlines() if l and l[0] != "#"} if allowed.exists() else set()
    text = (HERE / "expected_unknown.txt").read_text().splitlines()
    marked = {" ".join(l.split()[:2]) for l in text if l.split()[1:2] == ["wrong"]}
    allowed -= {m.split()[0] for m in marked}
    right, wrong, unknown, broken = 0, [], [], False
    with tempfile.TemporaryDirectory() as tmp:
        for source in sources:
            path = pathlib.Path(tmp) / source.name
            text, names = unit(source.read_text())
            path.write_text(text)
            want = compiled(path, pathlib.Path(tmp))
            got, good = evaluated(path, pathlib.Path(tmp), frontend, driver, "c++17")
            later, good_later = evaluated(path, pathlib.Path(tmp), frontend, driver, "c++20")  # comparisons are written anew there
            broken |= not good or not good_later
            got.update({name: said for name, said in later.items() if got.get(name, (False,))[0]})
            for name in names:
                known, value = got.get(name, (False, "nothing was reported"))
                if not known:
                    unknown.append((name, value))
                elif value == want[name]:
                    right += 1
                else:
                    wrong.append(f"{source.name}: {name} evaluated {value!r}, the program says {want[name]!r}")
        guesses, total = unknowns(frontend, driver, pathlib.Path(tmp)) if not files else ([], 0)
    for line in wrong + guesses:
        name = line.split()[1]
        print("known to be wrong:" if name + " wrong" in marked else "WRONG", line)
    for name in sorted(ROWLESS):
        print("no row" if name not in allowed else "open ", name)
    for name, why in unknown:
        print("open " if name in allowed else "OPEN ", name, "-", why)
    print(f"{right} equal, {len(wrong)} wrong, {len(unknown)} unknown; of {total} cases with unknown inputs {len(guesses)} wrong")
    known_wrong, wrong = [l for l in wrong if l.split()[1] + " wrong" in marked], [l for l in wrong if l.split()[1] + " wrong" not in marked]
    fixed = {m.split()[0] for m in marked} - {l.split()[1] for l in known_wrong} if not files else set()
    stale = fixed | allowed - {name for name, _ in unknown} - ROWLESS if not files else set()
    for name in sorted(stale):
        print("better than expected_unknown.txt says:", name)
    return 1 if wrong or guesses or broken or ROWLESS - allowed or stale or any(n not in allowed for n, _ in unknown) else 0


sys.exit(main())
