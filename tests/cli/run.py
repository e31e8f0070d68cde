#!/usr/bin/env python3
"""The program ckptlint as its users meet it: arguments, exit status, messages, forms of output, cache, launcher.

  run.py BUILD [--only TEXT] [-v]

What libtorch does with the checkpoints used here is measured by tests/oracle; here it is the program around it that is tested.
The launcher is tested with a script in place of the compiler: what it must pass on does not depend on the compiler."""
import argparse
import json
import os
import resource
import shutil
import stat
import subprocess
import sys
import tempfile
import time
import zipfile

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from common import CHECKPOINTS, FLAGS, NET, ROOT, Folder, cache_of  # noqa: E402 (found beside this folder)

MAIN = 'int main() {\n  Net net;\n  torch::load(net, "%s");%s\n}\n'
FAKE_COMPILER = '''#!/bin/sh
# writes its arguments to the output, so that each object differs
out=a.out
for word; do [ "$previous" = -o ] && out=$word; previous=$word; done
case "$*" in *FAIL*) echo "compiler: failed" >&2; exit 3;; *KILL*) kill -15 $$;; esac
echo "compiled: $*" > "$out"
echo "compiler: $*" >&2
'''

tests = []


def test(f):
    tests.append(f)
    return f


class Result:
    def __init__(self, run):
        self.status, self.out, self.err = run.returncode, run.stdout, run.stderr

    def expect(self, status, *texts, absent=()):
        both = self.out + self.err
        problems = [] if self.status == status else ['exit status %d, not %d' % (self.status, status)]
        problems += ['lacks %r' % t for t in texts if t not in both]
        problems += ['has %r' % t for t in absent if t in both]
        if problems:
            raise AssertionError('; '.join(problems) + '\n--- stdout\n' + self.out + '--- stderr\n' + self.err)
        return self


class Place(Folder):
    """A folder of its own, with the program in reach. The cache is shared between tests unless `cache` is given."""

    def __init__(self, build, cache):
        super().__init__('ckptlint-cli-')
        self.build, self.cache = build, cache

    def own_cache(self):
        """The environment of a cache of units for this test alone; libtorch's headers are not precompiled again."""
        os.makedirs(self.path('cache/ckptlint'))
        os.symlink(os.path.join(self.cache, 'ckptlint/pch'), self.path('cache/ckptlint/pch'))
        return {'XDG_CACHE_HOME': self.path('cache')}

    def script(self, name, text):
        self.write(name, text)
        os.chmod(self.path(name), 0o755)
        return self.path(name)

    def checkpoint(self, name, as_name=None):
        shutil.copy(os.path.join(CHECKPOINTS, name), self.path(as_name or name))

    def net(self, checkpoint, name='net.cpp', comment=''):
        return self.write(name, NET + MAIN % (checkpoint, comment))

    def run(self, *args, env=None, **more):
        environment = dict(os.environ, XDG_CACHE_HOME=self.cache, LC_ALL='C.UTF-8')
        for name in ('CKPTLINT_FLAGS', 'NO_COLOR', 'CKPTLINT_FRONTEND'):
            environment.pop(name, None)
        environment.update(env or {})
        return Result(subprocess.run([os.path.join(self.build, 'ckptlint'), *args], cwd=self.folder, env=environment,
                                     capture_output=True, text=True, errors='replace', timeout=300, **more))

    def check(self, *args, **more):
        return self.run('check', *args, '--', *FLAGS, **more)


# --- Arguments ---------------------------------------------------------------------------------------------------------

@test
def help_and_version(p):
    p.run('--help').expect(0, 'usage: ckptlint COMMAND', 'check', 'keys', 'show', 'cc')
    for command in ('check', 'keys', 'show', 'cc', 'unit', 'link', 'doctor', 'cache', 'explain', 'ir'):
        p.run(command, '--help').expect(0, 'usage: ckptlint ' + command)
    p.run('--version').expect(0, 'ckptlint ')


@test
def usage_errors(p):
    p.run('frob').expect(2, 'there is no command "frob"')
    p.run('check', '--frob', 'x.cpp').expect(2, 'there is no option --frob')
    p.run('check', '--format').expect(2, '--format needs a value')
    p.run('check', '--format', 'xml', 'x.cpp').expect(2, 'there is no format "xml"')
    p.run('check', '-j', 'many').expect(2, '-j takes a number')
    p.run('check', '-Wckpt-nonsense', 'x.cpp').expect(2, 'there is no diagnostic "nonsense"')
    p.run('check', '--checkpoint', '=x', 'x.cpp').expect(2, '--checkpoint takes CLASS=PATH')
    p.run('check', '--', '-std=c++17').expect(2, 'no file is given before --')
    p.run('show').expect(2, 'no checkpoint is given')
    p.run('keys').expect(2, 'no file is given')
    p.run('cc').expect(2, 'no compiler is given')
    p.run('unit', '-o', 'x.unit').expect(2, 'usage: ckptlint unit')
    p.run('link').expect(2, 'usage: ckptlint link')
    p.run('cache').expect(2, 'usage: ckptlint cache')
    p.run('cache', 'frob').expect(2, 'there are stats, clear and path')
    p.run('check', '--stdin').expect(2, '--stdin needs --stdin-filename FILE')
    p.run('explain', 'nonsense').expect(2, 'there is no diagnostic "nonsense"')
    p.run('check', 'net.cpp', env={'CKPTLINT_FLAGS': '--nonsense'}).expect(2, 'CKPTLINT_FLAGS: there is no option --nonsense')


@test
def files_that_are_none(p):
    p.run('check', 'no_such.cpp').expect(2, 'ckptlint: no_such.cpp: no such file')
    os.mkdir(p.path('folder'))
    p.run('check', 'folder').expect(2, 'ckptlint: folder is a folder')
    p.run('check', '-p', 'nowhere').expect(2, 'compile_commands.json')


# --- Units ---------------------------------------------------------------------------------------------------------------

@test
def code_that_does_not_parse(p):
    p.checkpoint('net.pt')
    p.write('bad.cpp', NET + 'int main() { Net net; torch::load(net, "net.pt"); undeclared(; }\n')
    p.check('bad.cpp').expect(0, 'bad.cpp:10:', 'note:', '1 load site')


OTHER = '''
struct OtherImpl : torch::nn::Module {
  explicit OtherImpl(int n = 1) { register_parameter("other", torch::zeros({n})); }
};
TORCH_MODULE(Other);
'''


@test
def what_does_not_compile_claims_nothing(p):
    """The compiler leaves out the argument, and even the helper's statement: neither may be taken for a default."""
    p.checkpoint('net.pt')
    p.write('argument.cpp', NET + OTHER + 'int main() { Other other(undeclared + 1); torch::load(other, "net.pt"); }\n')
    p.check('argument.cpp').expect(0, '1 load site: 0 checked, 0 in part, 1 not checked')
    p.write('helper.cpp', NET + OTHER + 'void finish(Other &other) { undeclared(other); }\n'
            'int main() { Other other; finish(other); torch::load(other, "net.pt"); }\n')
    p.check('helper.cpp').expect(0, '1 load site: 0 checked, ')
    p.write('overload.cpp', NET + OTHER + 'int main() { auto other = std::make_shared<OtherImpl>(undeclared); torch::load(other, "net.pt"); }\n')
    p.check('overload.cpp').expect(0, '1 load site: 0 checked, 0 in part, 1 not checked')
    p.write('classes.cpp', '#include <torch/torch.h>\n' + ''.join('struct %s : torch::nn::Module { %s() {} NO_MEMBERS(x) };\n' % (c, c) for c in 'ABC'))
    text = 'this class does not compile, members may be missing (and so in 2 more places of this unit)'
    r = p.run('keys', 'classes.cpp', '--', *FLAGS).expect(0, 'classes.cpp:2:8: note: ' + text)
    assert r.err.count('does not compile') == 1, r.err
    hidden = '  torch::nn::Linear fc{nullptr}; if (undeclared()) { }\n  %s(int n) { fc = register_module("fc", torch::nn::Linear(n, 2)); }\n};\n'
    p.write('members.cpp', '#include <torch/torch.h>\nstruct Plain : torch::nn::Module {\n' + hidden % 'Plain'
            + 'template <class T> struct Instance : torch::nn::Module {\n' + hidden % 'Instance'
            + 'int main() { auto plain = std::make_shared<Plain>(3); auto instance = std::make_shared<Instance<int>>(3); }\n')
    for name in ('Plain at members.cpp:10:19', 'Instance<int> at members.cpp:10:60'):
        p.run('keys', 'members.cpp', '--', *FLAGS).expect(0, name + ': 0 keys, perhaps more')


@test
def what_an_archive_holds(p):
    """All that torch::save writes is one format: what is in the file is said, and where it belongs."""
    p.checkpoint('net.pt')
    p.write('optimizer.cpp', NET + 'int main() {\n  Net net;\n  torch::optim::SGD sgd(net->parameters(), 0.1);\n  torch::load(sgd, "net.pt");\n}\n')
    p.check('optimizer.cpp').expect(1, '"net.pt" is a libtorch archive with the state of a module ("fc1.weight" ...), which torch::load(Optimizer) cannot read',
                                    "a module's state is loaded into the module")


@test
def header_that_is_not_there(p):
    p.write('bad.cpp', '#include "third/party.h"\nint main() {}\n')
    p.check('bad.cpp').expect(0, "'third/party.h' file not found", 'ckptlint: 0 load sites; 1 unit did not compile and may hold more\n')
    p.write('two.cpp', '#include "third/party.h"\n#include "fourth.h"\nint main() { return fifth; }\n')
    p.check('two.cpp').expect(0, "'third/party.h' file not found", "'fourth.h' file not found", absent=['undeclared'])
    p.write('fourth.h', 'const int fifth = 5;\n')
    p.check('two.cpp').expect(0, "'third/party.h' file not found", absent=["'fourth.h' file not found"])


@test
def written_somewhere(p):
    """What is written through a pointer or iterator to an unknown place of a container may be any of its elements; what is only looked
    for stays what it is."""
    table = '{{"a", 1}, {"b", 1}, {"c", 1}, {"d", 1}, {"e", 1}, {"f", 1}, {"g", 1}, {"h", 1}}'
    cases = (('auto it = m.find(key); if (it != m.end()) it->second = 5;', 'm["a"]'), ('m.at(key) = 5;', 'm["a"]'),
             ('*(v.begin() + n) = 5;', 'v[1]'), ('auto it = v.begin(); std::advance(it, n); *it = 5;', 'v[1]'),
             ('int *at = a + n; *at = 5;', 'a[1]'), ('int *at = a; at += n; at[0] = 5;', 'a[1]'), ('std::fill(v.begin() + n, v.end(), 5);', 'v[1]'))
    cases += (('auto it = v.begin(); while (std::getline(std::cin, key)) ++it; *it = 5;', 'v[1]'),
              ('int *at = a; while (std::getline(std::cin, key)) at++; *at = 5;', 'a[1]'),
              ('int x = 1, y = 1, *at = &x; while (std::getline(std::cin, key)) at = &y; *at = 5;', 'y'))
    reads = (('if (m.find(key) == m.end()) std::cerr << key;', 'm["a"]'), ('if (v.begin() + n == v.end()) std::cerr << n;', 'v[1]'))
    head = OTHER + '#include <iostream>\n#include <map>\n'
    body = ''.join('  { std::map<std::string, int> m%s; std::vector<int> v{1, 1, 1, 1, 1, 1, 1, 1}; int a[8] = {1, 1, 1, 1, 1, 1, 1, 1}; %s Other other(%s); }\n'
                   % (table, write, read) for write, read in cases + reads)
    p.write('places.cpp', NET + head + 'int main(int n, char **argv) {\n  std::string key = argv[1];\n' + body + '}\n')
    found = p.run('keys', 'places.cpp', '--', *FLAGS).expect(0).out.split('\n  other  parameter  ')[1:]
    shapes = [text.split(']')[0] + ']' for text in found]
    assert len(shapes) == len(cases + reads), shapes
    assert all(shape != '[1]' for shape in shapes[:len(cases)]) and shapes[len(cases):] == ['[1]', '[1]'], shapes


@test
def setters_by_name(p):
    """Flags whose setters stand in a table: what any of them writes is not known after a loop over the arguments."""
    p.write('flags.cpp', NET + OTHER + '''#include <map>
#include <string>
#include <vector>
using Setter = void (*)(const std::string &);
int width = 4, height = 4, depth = 4, kept = 4;
static std::map<std::string, Setter> &table() { static std::map<std::string, Setter> setters; return setters; }
static bool add(const char *name, Setter setter) { table()[name] = setter; return true; }
static const bool added = add("width", [](const std::string &v) { width = std::stoi(v); });
static const std::map<std::string, Setter> fixed = {{"height", [](const std::string &v) { height = std::stoi(v); }}};
static void set_depth(const std::string &v) { depth = std::stoi(v); }
static std::vector<Setter> setters = {set_depth};
int main(int argc, char **argv) {
  for (int i = 1; i + 1 < argc; i += 2) {
    std::string name = argv[i], value = argv[i + 1];
    auto it = table().find(name);
    if (it != table().end()) it->second(value);
    auto other = fixed.find(name);
    if (other != fixed.end()) other->second(value);
    setters[name.size() - 5](value);
  }
  Other a(width), b(height), c(depth), d(kept + 0);
}
''')
    out = p.run('keys', 'flags.cpp', '--', *FLAGS).expect(0).out
    shapes = [text.split(']')[0] + ']' for text in out.split('\n  other  parameter  ')[1:]]
    assert len(shapes) == 4 and '[4]' not in shapes[:3] and shapes[3] == '[4]', out


@test
def options_from_elsewhere(p):
    """What a function that is not in sight gives as options may lack a bias; a number that it gives is one."""
    p.write('options.cpp', NET + 'torch::nn::LinearOptions linear(int n);\ntorch::nn::BatchNormOptions norm(int n);\nint width();\n'
            'struct Parts : torch::nn::Module {\n  Parts(torch::nn::LinearOptions options) {\n    register_module("a", torch::nn::Linear(linear(3)));\n'
            '    register_module("b", torch::nn::Linear(options));\n    register_module("c", torch::nn::BatchNorm1d(norm(3)));\n'
            '    register_module("d", torch::nn::BatchNorm1d(width()));\n  }\n};\nvoid make(torch::nn::LinearOptions o) { Parts parts(o); }\n')
    out = p.run('keys', '--format', 'json', 'options.cpp', '--', *FLAGS).expect(0).out
    keys = {k['key']: k['certainty'] for m in json.loads(out)['models'] if m['class'] == 'Parts' for k in m['keys']}
    definite = sorted(k for k in keys if keys[k] == 'definite')
    assert definite == ['a.weight', 'b.weight', 'd.bias', 'd.num_batches_tracked', 'd.running_mean', 'd.running_var', 'd.weight'], keys
    assert 'a.bias' in keys and 'b.bias' in keys and 'c.weight' in keys and 'c.running_mean' in keys, keys


@test
def model_in_a_training_loop(p):
    """Rounds that may go several ways, and be left, do not make what they name unknown; what they may change is."""
    p.write('train.cpp', NET + OTHER + '#include <iostream>\n#include <string>\nint main(int n, char **argv) {\n  Other model(2);\n'
            '  std::string line;\n  int even = 3, odd = 3;\n'
            '  while (std::getline(std::cin, line)) {\n    model->train();\n    if (line == "skip") break;\n'
            '    int *counted = line == "even" ? &even : &odd;\n    *counted = 5;\n    model->eval();\n    if (line == "end") break;\n  }\n'
            '  Other after(even);\n}\n')
    head = (NET + OTHER).count('\n')
    keys = p.run('keys', 'train.cpp', '--', *FLAGS).expect(0, 'OtherImpl at train.cpp:%d:9: 1 key\n  other  parameter  [2] float32' % (head + 4),
                                                           absent=['perhaps more', '[3]', '[5]'])
    keys.expect(0, 'OtherImpl at train.cpp:%d:9: 1 key\n' % (head + 15))


@test
def header_of_a_library(p):
    """Nothing is derived of libtorch's own headers, and that is said at once."""
    header = '/usr/include/torch/csrc/api/include/torch/nn/modules/conv.h'
    p.run('keys', header, '--', *FLAGS).expect(0, 'conv.h:1:1: note: a header of a library: its modules are known by name')
    os.makedirs(p.path('include'))
    p.write('include/conv.h', NET)
    p.run('keys', 'include/conv.h', '--', *FLAGS).expect(0, 'fc1.weight', absent=['a header of a library'])


@test
def what_a_missing_header_leaves(p):
    """Statements that do not compile cost what they may change, and nothing else."""
    p.checkpoint('net.pt')
    models = ((4, 'Other first(3)', '[3]'), (11, 'Other asked(n)', '[n]'), (13, 'Other second(n)', '[4]'),
              (14, 'Other wide(width)', '[1]'), (16, 'Other high(height)', '[n]'))
    body = ['  acme::Camera camera(argv[1]);', '  if (camera.closed()) { return 1; }', models[0][1],
            '  Net net;\n  torch::load(net, "net.pt");',
            '  while (camera.read()) {', '    auto frame = camera.frame();  if (acme::wait(1) == 27) break;', '  }',
            '  int n = 1;  acme::ask("n", n);', models[1][1], '  n = 4;', models[2][1], models[3][1], '  resize(acme::size(2));', models[4][1]]
    text = NET + OTHER + '#include <acme/camera.hpp>\nint height = 1;\nconst int width = 1;\nvoid resize(int n) { height = n; }\n'
    head = text.count('\n')
    p.write('camera.cpp', text + 'int main(int argc, char **argv) {\n' + ';\n'.join(body) + ';\n}\n')
    keys = p.run('keys', 'camera.cpp', '--', *FLAGS).expect(0, "'acme/camera.hpp' file not found")
    for line, _, shape in models:
        keys.expect(0, ':%d:7: 1 key\n  other  parameter  %s' % (head + line, shape))
    p.check('camera.cpp').expect(0, '1 load site: 1 checked')
    os.remove(p.path('net.pt'))
    p.checkpoint('net_without_bias.pt', 'net.pt')
    p.check('camera.cpp').expect(1, 'missing-key', '1 load site: 1 checked')


@test
def what_a_missing_header_hides(p):
    """The header declares the handle, and defines the macro; without it neither what uses the one nor what stands below the other is known."""
    p.write('acme.h', '#define WIDTH 12\n#define SHALLOW 0\n'
            'namespace acme { struct Handle { template <class T> void get(T &out) { out = WIDTH; } }; const int layers = 3; }\n')
    p.write('net.cpp', '#include <torch/torch.h>\n#include "acme.h"\n' + OTHER + 'class Node {\n  acme::Handle handle;\n public:\n'
            '  Node() { int n = 1; handle.get(n); Other other(n); }\n};\n'
            'static const std::vector<int> widths = {1, acme::layers};\n'
            'int by_list() { Other other(widths.size()); return 0; }\n'
            'int by_macro() {\n  int n = 3;\n#if SHALLOW == 0\n  n = WIDTH;\n#endif\n  Other other(n);\n  return 0;\n}\n'
            'int main() { Node node; return by_list() + by_macro(); }\n')
    keys = lambda: p.run('keys', 'net.cpp', '--', *FLAGS)
    keys().expect(0, *(':%d:%d: 1 key\n  other  parameter  [%d]' % at for at in ((11, 44, 12), (14, 23, 2), (20, 9, 12))))
    os.remove(p.path('acme.h'))
    keys().expect(0, "'acme.h' file not found", absent=['[0]', '[1]', '[2]', '[3]'])


@test
def front_end_that_dies(p):
    p.net('net.pt')
    for body, text in (('kill -11 $$', 'signal 11'), ('exit 1', 'status 1'), ('echo gone wrong >&2; exit 1', 'gone wrong')):
        front_end = p.script('front', '#!/bin/sh\n%s\n' % body)
        p.check('net.cpp', env={'CKPTLINT_FRONTEND': front_end}).expect(2, 'net.cpp', 'note: this unit is not checked', text)
    p.check('net.cpp', env={'CKPTLINT_FRONTEND': '/nowhere'}).expect(2, 'ckptlint-frontend was not found')


# --- Findings --------------------------------------------------------------------------------------------------------------

@test
def fits(p):
    p.checkpoint('net.pt')
    p.net('net.pt')
    p.check('net.cpp').expect(0, 'ckptlint: 1 load site: 1 checked, 0 in part, 0 not checked', absent=['error', 'warning'])


@test
def missing_key(p):
    p.checkpoint('net_without_bias.pt')
    p.net('net_without_bias.pt')
    r = p.check('net.cpp').expect(1, 'net.cpp:12:', 'error: "net_without_bias.pt" does not fit Net: Missing key(s) in state_dict: "fc2.bias" [-Wckpt-missing-key]',
                                  '   12 |   torch::load(net, "net_without_bias.pt");', "No such serialized tensor 'fc2.bias'", '; 1 error')
    assert r.out == '', r.out
    p.check('--diagnostics=stdout', 'net.cpp').expect(1)
    os.mkdir(p.path('weights'))
    p.checkpoint('net_without_bias.pt', 'weights/net.pt')
    p.net('weights/net.pt', name='inner.cpp')
    p.check('inner.cpp').expect(1, 'error: "weights/net.pt" does not fit Net')  # as the code has it: many are named net.pt
    p.check('-Wno-ckpt-missing-key', 'net.cpp').expect(0, absent=['missing-key'])
    p.check('-Wno-error=ckpt-missing-key', 'net.cpp').expect(0, 'warning: ')
    p.check('--warn-only', 'net.cpp').expect(0, 'error: ')
    p.check('net.cpp', env={'CKPTLINT_FLAGS': '-Wno-ckpt-missing-key'}).expect(0)


@test
def the_number_that_is_to_blame(p):
    """A hint is right if the load fits once the source has been changed as it says; what a fit is, tests/oracle measures."""
    p.checkpoint('net.pt')  # fc1: 4 to 8, norm: 8, fc2: 8 to 2
    model = """#include <torch/torch.h>
struct Options { int64_t in = 4, width = 8; bool bias = true; int classes = 2; };
struct NetImpl : torch::nn::Module {
  explicit NetImpl(Options o) {
    fc1 = register_module("fc1", torch::nn::Linear(o.in, o.width));
    bn = register_module("bn", torch::nn::BatchNorm1d(o.width));
    fc2 = register_module("fc2", torch::nn::Linear(torch::nn::LinearOptions(2 * (o.width / 2), o.classes).bias(o.bias)));
  }
  torch::nn::Linear fc1{nullptr}, fc2{nullptr};
  torch::nn::BatchNorm1d bn{nullptr};
};
TORCH_MODULE(Net);
int main() {
  Options options;
  Net net(options);
  torch::load(net, "net.pt");
}
"""
    p.write('net.cpp', model)
    p.check('net.cpp').expect(0, '1 checked', absent=['note'])
    for right, wrong, value in (('width = 8', 'width = 6', '8'), ('bias = true', 'bias = false', 'true'), ('classes = 2', 'classes = 10', '2')):
        changed = model.replace(right, wrong)
        p.write('net.cpp', changed)
        found = json.loads(p.check('--format=json', 'net.cpp').out)['findings']
        fixits = [x for f in found for x in f['fixits']]
        assert len(fixits) == 1 and fixits[0]['text'] == value, found
        line, column = fixits[0]['line'] - 1, fixits[0]['column'] - 1
        lines = changed.split('\n')
        lines[line] = lines[line][:column] + value + lines[line][column + fixits[0]['length']:]
        assert '\n'.join(lines) == model, lines[line]
        p.check('net.cpp').expect(1 if right != 'bias = true' else 0, 'net.cpp:2:', 'note: with %s here instead of' % value, 'all of the checkpoint fits')
    p.write('net.cpp', model.replace('width = 8', 'width = 6').replace('in = 4', 'in = 5'))  # two numbers: no hint
    p.check('net.cpp').expect(1, 'shape-mismatch', absent=['instead of'])
    p.write('net.cpp', NET.replace('(4, width)', '(4, 6)').replace('(width)', '(6)').replace('(width, out)', '(6, 2)') + MAIN % ('net.pt', ''))
    found = json.loads(p.check('--format=json', 'net.cpp').out)['findings']  # in three places, which only do together
    assert [(x['line'], x['text']) for f in found for x in f['fixits']] == [(4, '8'), (5, '8'), (6, '8')], found


@test
def numbers_of_a_macro_are_not_to_blame(p):
    """Both stand where the macro does. Exchanging one for a try must not leave the other changed."""
    p.checkpoint('net.pt')
    source = NET.replace('(4, width)', '(SIZES)').replace(', int64_t out = 2', '').replace('(width, out)', '(width, 4)')
    source = source.replace('torch.h>\n', 'torch.h>\n#define SIZES 4, 8\n')
    p.write('net.cpp', source + MAIN % ('net.pt', ''))
    p.check('net.cpp').expect(1, 'net.cpp:7:', 'note: with 2 here instead of 4, all of the checkpoint fits')


@test
def the_count_that_is_to_blame(p):
    layers = """#include <torch/torch.h>
struct NetImpl : torch::nn::Module {
  NetImpl() {
    for (int i = 0; i < LAYERS; i++) layers->push_back(torch::nn::Linear(4, 4));
    register_module("layers", layers);
  }
  torch::nn::Sequential layers;
};
TORCH_MODULE(Net);
"""
    entries = [{'key': 'layers.%d.%s' % (i, k), 'kind': 'parameter', 'dtype': 'float32', 'shape': [4, 4] if k == 'weight' else [4]}
               for i in range(3) for k in ('weight', 'bias')]
    p.write('net.headers', 'ckptlint-headers 1\n' + json.dumps({
        'sha256': '0' * 64, 'size': 1, 'format': 'libtorch', 'root': 'module', 'modules': ['layers', 'layers.0', 'layers.1', 'layers.2'],
        'entries': entries, 'parts': [{'path': [], 'path_text': '', 'kind': 'module'}], 'others': [], 'metadata': [], 'unsafe': [], 'problems': []}))
    load = 'int main() { Net net; torch::load(net, "net.headers"); }\n'
    for n in (2, 5):
        p.write('net.cpp', (layers + load).replace('LAYERS', str(n)))
        p.check('net.cpp').expect(1 if n == 5 else 0, 'net.cpp:4:25: note: with 3 here instead of %d' % n)


@test
def warnings_as_errors(p):
    p.checkpoint('net_extra.pt')
    p.net('net_extra.pt')
    p.check('net.cpp').expect(0, 'warning: ', 'Unexpected key(s) in state_dict: ', '-Wckpt-unexpected-key')
    p.check('-Werror', 'net.cpp').expect(1, 'error: ')
    p.check('-Werror=ckpt-unexpected-key', 'net.cpp').expect(1, 'error: ')


@test
def checkpoints_that_are_none(p):
    p.write('empty.pt', '')
    p.net('empty.pt')
    p.check('net.cpp').expect(1, '"empty.pt" is damaged: the file is empty', '[-Wckpt-corrupt]')
    os.mkdir(p.path('folder.pt'))
    p.net('folder.pt')
    p.check('net.cpp').expect(1, '"folder.pt" is a folder', '[-Wckpt-format]')
    p.net('nowhere.pt')
    p.write('nowhere.py', '')
    p.check('net.cpp').expect(0, 'note: "nowhere.pt" is not there at build time', '[-Wckpt-file-not-found]', '1 not checked')
    p.check('net.cpp').expect(0, absent=['did you mean'])
    p.checkpoint('net.pt', 'nowhere2.pt')
    p.check('net.cpp').expect(0, 'did you mean "nowhere2.pt"?')


@test
def names_of_strangers_reach_no_terminal(p):
    """What a file calls a thing is printed, its control characters are not: in text, with colours, and in lines."""
    with zipfile.ZipFile(p.path('evil.pt'), 'w') as z:
        z.writestr('evil/data.pkl', b'\x80\x02cos\nsys\x1b[2Jtem\x1b]0;title\x07\nU\x01x\x85R.')
        z.writestr('evil/version', '3\n')
    p.net('evil.pt')
    for form in ((), ('--color=always',), ('--format=lines',)):
        p.check(*form, 'net.cpp').expect(1, 'os.sys', 'ckpt-unsafe-pickle', 'torch.load("evil.pt", map_location="cpu", weights_only=True)', absent=['\x1b[2J', '\x1b]0', '\x07'])
    for form in ('json', 'sarif'):
        p.check('--format=' + form, 'net.cpp').expect(1, 'os.sys', absent=['\x1b', '\x07'])
    p.net('a\\x1b[2J\\nnet.cpp:1:1: error: b.pt')
    p.check('net.cpp').expect(0, '[-Wckpt-file-not-found]', absent=['\x1b', '\nnet.cpp:1:1: error'])


@test
def where_checkpoints_are_looked_for(p):
    os.mkdir(p.path('src'))
    p.net('net_without_bias.pt', 'src/net.cpp')
    p.check('src/net.cpp').expect(0, 'file-not-found')
    os.mkdir(p.path('models'))
    p.checkpoint('net_without_bias.pt', 'models/net_without_bias.pt')
    p.write('.ckptlint', 'directories: [models]\n')
    p.check('src/net.cpp').expect(1, 'missing-key')
    p.checkpoint('net_without_bias.pt', 'src/net_without_bias.pt')
    os.remove(p.path('.ckptlint'))
    p.check('src/net.cpp').expect(1, 'missing-key')


@test
def constructors_that_never_end(p):
    p.write('endless.cpp', '#include <torch/torch.h>\n'
            'struct Loop : torch::nn::Module { Loop() { int i = 0; while (true) register_buffer("b" + std::to_string(i++), torch::zeros({1})); } };\n'
            'struct Deep : torch::nn::Module { Deep(int n) { register_module("c", std::make_shared<Deep>(n + 1)); } };\n'
            'struct Spin : torch::nn::Module { Spin() { for (;;) {} } };\n')
    r = p.run('keys', 'endless.cpp', '--', *FLAGS).expect(0)
    for name in ('Loop', 'Deep', 'Spin'):
        assert '%s at endless.cpp' % name in r.out, r.out
    assert r.out.count('the analysis was cut short') == 3, r.out


@test
def models_that_a_loop_makes(p):
    text = ('#include <torch/torch.h>\nstruct NetImpl : torch::nn::Module { NetImpl(int n) { register_module("fc", torch::nn::Linear(n, 3)); } };\n'
            'TORCH_MODULE(Net);\nint main() {\n  std::vector<Net> nets;\n  for (int i = 1; i < 4; i++) {\n    %s\n  }\n}\n')
    p.write('named.cpp', text % 'Net net(i);')
    p.write('loose.cpp', text % 'nets.push_back(Net(i));')
    for name in ('named.cpp', 'loose.cpp'):  # none of the three stands for the others
        p.run('keys', name, '--', *FLAGS).expect(0, 'fc.bias    parameter  [3] float32', '[3, ?]', absent=['[3, 1]', '[3, 3]'])


@test
def one_place_that_opens_a_module_is_told_once(p):
    p.write('opens.cpp', '#include <torch/torch.h>\nvoid adapt(torch::nn::Module &m);\nbool differs(int i);\n'
            'struct Net : torch::nn::Module { Net() { register_module("fc", torch::nn::Linear(2, 3)); } };\n'
            'int main() {\n  Net net;\n  for (int i = 0; i < 300; i++)\n    if (differs(i)) adapt(net);\n}\n')
    r = p.run('keys', 'opens.cpp', '--', *FLAGS).expect(0, '2 keys, perhaps more')
    assert r.out.count('note: ') == r.out.count('opens.cpp:8') == 2, r.out  # of the model, and of its child
    model = json.loads(p.run('keys', '--format', 'json', 'opens.cpp', '--', *FLAGS).expect(0).out)['models'][0]
    assert not model['complete'] and len(model['notes']) < 20, model['notes']


@test
def the_same_path_in_two_places(p):
    os.mkdir(p.path('sub'))
    p.net('net.pt', name='sub/net.cpp')
    p.checkpoint('net_without_bias.pt', 'net.pt')
    p.check('sub/net.cpp').expect(1, 'error: "net.pt" does not fit Net')
    p.checkpoint('net.pt', 'sub/net.pt')  # a run in sub/ loads this one
    p.check('--explain', 'sub/net.cpp').expect(0, 'warning: "net.pt" does not fit Net', 'depends on the working directory', '1 in part')
    p.checkpoint('net.pt')
    p.check('sub/net.cpp').expect(0, '1 checked')
    p.checkpoint('net_without_bias.pt', 'sub/net.pt')
    p.check('--explain', 'sub/net.cpp').expect(0, 'does not fit: which of the two', '1 in part', absent=['warning'])
    p.checkpoint('net_without_bias.pt', 'net.pt')
    p.check('sub/net.cpp').expect(1, 'error: "net.pt" does not fit Net')


@test
def checkpoint_given(p):
    p.checkpoint('net_without_bias.pt')
    p.write('net.cpp', NET + 'int main(int, char **argv) {\n  Net net;\n  torch::load(net, argv[1]);\n}\n')
    p.check('net.cpp').expect(0, '1 not checked', '--explain')
    p.check('--explain', 'net.cpp').expect(0, 'this load was not checked: ')
    p.check('--checkpoint', 'Net=net_without_bias.pt', 'net.cpp').expect(1, 'missing-key')
    p.check('--checkpoint=net_without_bias.pt', 'net.cpp').expect(1, 'missing-key')
    p.check('--checkpoint=Other=net_without_bias.pt', 'net.cpp').expect(0, '1 not checked')
    p.write('.ckptlint', 'checkpoints: {Net: net_without_bias.pt}\n')
    p.check('net.cpp').expect(1, 'missing-key')
    os.remove(p.path('.ckptlint'))
    p.write('net.cpp', NET + 'int main(int, char **argv) {\n  Net net;\n  // ckptlint: checkpoint "net_without_bias.pt"\n  torch::load(net, argv[1]);\n}\n')
    p.check('net.cpp').expect(1, 'missing-key')


@test
def configuration(p):
    p.checkpoint('net_without_bias.pt')
    p.net('net_without_bias.pt')
    p.write('.ckptlint', 'severity:\n  missing-key: off\n')
    p.check('net.cpp').expect(0)
    p.check('-Wckpt-missing-key', 'net.cpp').expect(1)  # the command line stands before the file
    p.write('.ckptlint', 'severity:\n  missing-key: off\nfrob: 1\n')
    p.check('net.cpp').expect(2, '.ckptlint:3:1: ', 'frob')


@test
def suppression(p):
    p.checkpoint('net_without_bias.pt')
    p.net('net_without_bias.pt', comment='  // ckptlint: ignore[missing-key] known')
    p.check('net.cpp').expect(0, absent=['missing-key]\n', 'unused'])
    p.net('net_without_bias.pt', comment='  // ckptlint: ignore[format] wrong')
    p.check('net.cpp').expect(1, 'ignore[format] suppresses nothing here [-Wckpt-unused-ignore]')
    p.net('net_without_bias.pt', comment='  // ckptlint: ignore[frob] wrong')
    p.check('net.cpp').expect(1, 'there is no diagnostic "frob" to ignore')


# --- Forms ---------------------------------------------------------------------------------------------------------------------

@test
def json_form(p):
    p.checkpoint('net_without_bias.pt')
    p.net('net_without_bias.pt')
    r = p.check('--format=json', 'net.cpp').expect(1)
    result = json.loads(r.out)
    assert result['schema'] == 1
    finding, site = result['findings'][0], result['sites'][0]
    assert finding['id'] == 'missing-key' and finding['severity'] == 'error' and finding['keys'] == ['fc2.bias'], finding
    assert finding['file'].endswith('net.cpp') and finding['line'] == 12 and finding['column'] > 0, finding
    assert {'message', 'model', 'checkpoint', 'notes', 'fixits'} <= set(finding), finding
    assert site['status'] == 'checked' and site['loader'] == 'torch::load' and site['line'] == 12, site
    assert {'model', 'checkpoint', 'reason', 'file', 'column'} <= set(site), site
    assert p.check('--format=json', 'net.cpp').out == r.out  # deterministic


@test
def sarif_form(p):
    p.checkpoint('net_without_bias.pt')
    p.net('net_without_bias.pt')
    log = json.loads(p.check('--format=sarif', 'net.cpp').expect(1).out)
    assert log['version'] == '2.1.0'
    run = log['runs'][0]
    result = run['results'][0]
    assert run['tool']['driver']['rules'][result['ruleIndex']]['id'] == result['ruleId'] == 'missing-key'
    assert result['level'] == 'error' and result['locations'][0]['physicalLocation']['region']['startLine'] == 12


@test
def lines_form(p):
    p.checkpoint('net_without_bias.pt')
    p.net('net_without_bias.pt')
    lines = p.check('--format=lines', '--unit', 'net.cpp').expect(1).out.strip().split('\n')
    assert ':12:' in lines[0] and ': error: ' in lines[0], lines
    assert all(': note: ' in line for line in lines[1:]), lines


@test
def colours(p):
    p.checkpoint('net_without_bias.pt')
    p.net('net_without_bias.pt')
    p.check('net.cpp').expect(1, absent=['\033['])
    p.check('--color=always', 'net.cpp').expect(1, '\033[1;31merror')


@test
def keys(p):
    p.net('net.pt')
    p.run('keys', 'net.cpp', '--', *FLAGS).expect(0, 'fc1.weight', '[8, 4] float32', 'bn.num_batches_tracked', 'buffer')
    models = json.loads(p.run('keys', '--format', 'json', 'net.cpp', '--', *FLAGS).expect(0).out)['models']
    assert [k['key'] for k in models[0]['keys']][:2] == ['fc1.weight', 'fc1.bias'], models
    assert models[0]['complete'] is True and models[0]['keys'][0]['certainty'] == 'definite', models
    p.run('keys', '--model', 'Frob', 'net.cpp', '--', *FLAGS).expect(2, 'there is no module class "Frob"')


@test
def keys_of_unknown_values(p):
    """What has no value at build time is shown as the source calls it: sizes, conditions, names of a loop."""
    p.write('net.cpp', '''#include <torch/torch.h>
#include <cstdlib>
namespace nn = torch::nn;
bool wants(const char *what);
struct Net : nn::Module {
  Net(int64_t hidden, int depth, bool norm) {
    int64_t in = 8;
    for (int i = 0; i < depth; i++) {
      register_module("layer" + std::to_string(i), nn::Linear(in, hidden * 4));
      if (norm) register_module("norm" + std::to_string(i), nn::LayerNorm(nn::LayerNormOptions({hidden})));
      in = 4 * hidden;
    }
    register_module("out", nn::Linear(in, wants("wide") ? 64 : 32));
  }
};
int main(int argc, char **argv) {
  auto net = std::make_shared<Net>(argc > 1 ? atoi(argv[1]) : 16, atoi(argv[2]), !wants("no norm"));
}
''')
    flags = [f for f in FLAGS if f != '-Werror']
    r = p.run('keys', 'net.cpp', '--', *flags).expect(
        0, 'layer0.weight  parameter  [(argc > 1 ? 4*atoi(argv[1]) : 64), 8] float32  when `atoi(argv[2]) > 0` at net.cpp:8\n',
        'layer*.weight  parameter  [(argc > 1 ? 4*atoi(argv[1]) : 64), (argc > 1 ? 4*atoi(argv[1]) : 64)] float32  when `atoi(argv[2]) > 1` at net.cpp:8\n',
        'norm0.weight   parameter  [(argc > 1 ? atoi(argv[1]) : 16)] float32  when `norm` at net.cpp:6 and `atoi(argv[2]) > 0` at net.cpp:8\n',
        'out.bias       parameter  [(wants("wide") ? 64 : 32)] float32\n', absent=['condition', '?]', '[?'])
    keys = json.loads(p.run('keys', '--format', 'json', 'net.cpp', '--', *flags).expect(0).out)['models'][0]['keys']
    assert {k['key']: k.get('when') for k in keys}['layer*.weight'].startswith('when `atoi(argv[2]) > 1`'), keys
    assert r.out.count('\n') == len(keys) + 1, r.out


@test
def keys_of_modules_in_a_vector(p):
    """What rounds of an unknown number push into a vector is known, as long as no element that may be any is changed."""
    p.write('net.cpp', '''#include <torch/torch.h>
#include <vector>
namespace nn = torch::nn;
struct BlockImpl : nn::Module {
  explicit BlockImpl(int64_t width) { fc = register_module("fc", nn::Linear(width, width)); }
  void grow() { register_buffer("grown", torch::zeros({1})); }
  nn::Linear fc{nullptr};
};
TORCH_MODULE(Block);
struct Pushed : nn::Module {
  Pushed(int n, int64_t dim) {
    for (int i = 0; i < n; i++) blocks.push_back(register_module("res_" + std::to_string(i), Block(dim)));
  }
  std::vector<Block> blocks;
};
struct Last : nn::Module {
  Last(int n, int64_t dim) {
    for (int i = 0; i < n; i++) {
      blocks.emplace_back(dim);
      register_module("last_" + std::to_string(i), blocks.back());
    }
  }
  std::vector<Block> blocks;
};
struct Grown : nn::Module {
  Grown(int n, int64_t dim) {
    for (int i = 0; i < n; i++) {
      if (i > 0) blocks[0]->grow();
      blocks.push_back(register_module("grown_" + std::to_string(i), Block(dim)));
    }
  }
  std::vector<Block> blocks;
};
''')
    flags = [f for f in FLAGS if f != '-Werror']
    p.run('keys', 'net.cpp', '--', *flags).expect(
        0, 'res_*.fc.weight  parameter  [dim, dim] float32  when `n > 0` at net.cpp:12\n', 'last_*.fc.weight  parameter  [dim, dim] float32',
        'note: grown_*: ', absent=['note: res_*', 'note: last_*'])


@test
def keys_beside_quiet_statements(p):
    """Statements that no module notices and that make too many combinations are passed over: what they may write is not known, the rest is."""
    p.write('many.cpp', '''#include <torch/torch.h>
bool ask(int i);
struct Buffer { std::unique_ptr<int> last; };
struct Net : torch::nn::Module {
  Net(int64_t n) { register_module("fc", torch::nn::Linear(n, 2)); }
};
void fill(Buffer &b, int &width) {
  if (ask(1)) b.last = std::make_unique<int>(1);
  else b.last = std::make_unique<int>(2);
  *b.last += 1;
  width = *b.last;
}
int main() {
  Net net(4);
  Buffer b;
  int width = 3, kept = 5;
  fill(b, width); fill(b, width); fill(b, width); fill(b, width); fill(b, width); fill(b, width); fill(b, width); fill(b, width);
  Net other(kept), third(width);
}
''')
    run = p.run('keys', 'many.cpp', '--', *FLAGS).expect(0, 'Net at many.cpp:14:7: 2 keys\n', 'Net at many.cpp:18:7: 2 keys\n', 'Net at many.cpp:18:20: 2 keys\n',
                                                         absent=['cut short', 'perhaps more', ' when '])
    weights = [line.split('  parameter  ')[1] for line in run.out.split('\n') if 'fc.weight' in line]
    assert weights[:2] == ['[2, 4] float32', '[2, 5] float32'] and weights[2][:4] == '[2, ' and not weights[2][4].isdigit(), weights


@test
def keys_of_variants_by_name(p):
    """A table of variants, asked with a name from the command line; a text that is not known at build time is one text."""
    p.write('net.cpp', '''#include <map>
#include <torch/torch.h>
namespace nn = torch::nn;
std::string read_setting(const char *name);
struct Net : nn::Module {
  Net(const std::vector<int64_t> &widths, bool deep) {
    register_module("in", nn::Linear(widths[0], widths[1]));
    if (deep) register_module("out", nn::Linear(widths[1], 2));
  }
};
int main(int argc, char **argv) {
  const std::map<std::string, std::vector<int64_t>> variants = {{"t", {8, 16}}, {"s", {8, 16}}, {"m", {8, 32}}, {"b", {8, 32}},
                                                                {"l", {8, 64}}, {"x", {8, 128}}, {"h", {8, 128}}, {"g", {8, 128}}};
  Net net(variants.at(argv[1]), variants.at(argv[1])[1] > 16);
  std::string kind = read_setting("kind");
  Net other({4, kind == "wide" ? 64 : 32}, kind != "wide");
  if (kind == "wide") other.register_buffer("wide", torch::zeros({1}));
  if (kind == "narrow" && kind == "wide") other.register_buffer("never", torch::zeros({1}));
}
''')
    run = p.run('keys', 'net.cpp', '--', *[f for f in FLAGS if f != '-Werror']).expect(
        0, 'Net at net.cpp:14:7: 4 keys\n',
        'in.bias     parameter  [(argv[1] == "b" ? 32 : (argv[1] == "g" || argv[1] == "h" ? 128 : (argv[1] == "l" ? 64 : '
        '(argv[1] == "m" ? 32 : (argv[1] == "s" || argv[1] == "t" ? 16 : 128)))))] float32\n',
        'Net at net.cpp:16:7: 5 keys\n', 'in.bias     parameter  [(kind == "wide" ? 64 : 32)] float32\n',
        'out.bias    parameter  [2] float32  when `kind != "wide"`', 'wide        buffer     [1] float32  when `kind == "wide"`', absent=['never', '?]'])
    assert 'out.bias    parameter  [2] float32  when `argv[1]' in run.out, run.out


@test
def keys_of_a_class_in_a_header(p):
    """The class in a header, its constructor in the unit, and one that does nothing beside it."""
    p.write('net.h', '#include <torch/torch.h>\nstruct NetImpl : torch::nn::Module {\n  NetImpl() {}\n  explicit NetImpl(int64_t width);\n'
            '  torch::nn::Linear out{nullptr};\n};\nTORCH_MODULE(Net);\n')
    p.write('net.cpp', '#include "net.h"\nNetImpl::NetImpl(int64_t width) { out = register_module("out", torch::nn::Linear(width, 2)); }\n')
    p.run('keys', 'net.cpp', '--', *FLAGS).expect(0, 'NetImpl at net.h:2:8: 2 keys', '[2, width] float32')
    p.run('keys', 'net.h', '--', *FLAGS).expect(0, '0 keys, perhaps more', 'constructor of `NetImpl`, whose body is not in sight')
    p.write('init.h', '#include <torch/torch.h>\nvoid init(torch::nn::Module &m);\nstruct Net : torch::nn::Module {\n'
            '  Net() { register_module("out", torch::nn::Linear(3, 2)); apply(init); }\n};\n')
    p.run('keys', 'init.h', '--', *FLAGS).expect(0, '2 keys, perhaps more', 'note: out: `apply` of `init`, whose body is not in sight, at init.h:4')


@test
def show(p):
    p.checkpoint('net.pt')
    p.run('show', 'net.pt').expect(0, 'net.pt: a libtorch archive (libtorch), 9 keys', 'fc1.weight', '[8, 4] float32')
    found = json.loads(p.run('show', '--format', 'json', 'net.pt').expect(0).out)['checkpoints'][0]
    assert found['format'] == 'libtorch' and found['modules'] == ['fc1', 'bn', 'fc2'] and len(found['entries']) == 9, found
    p.run('show', 'nowhere.pt').expect(2, 'nowhere.pt')
    p.write('empty.pt', '')
    p.run('show', 'empty.pt', 'net.pt').expect(1, 'empty.pt: the file is empty', 'fc1.weight')


@test
def show_status(p):
    def fixture(name):
        return os.path.join(ROOT, 'fixtures/checkpoints', name)
    for name, status in (('py-state-dict.pt', 0), ('duplicate-key.pt', 0), ('evil-reduce.pt', 0), ('page.pt', 0), ('pointer.pt', 0), ('sharded/model.safetensors.index.json', 0),
                         ('zip-bad-crc.pt', 1), ('zip-short-storage.pt', 1), ('zip-two-storages.pt', 1), ('st-hole.safetensors', 1), ('zip-half.pt', 1), ('sharded/missing.json', 1)):
        p.run('show', fixture(name)).expect(status)
        p.run('show', '--format', 'json', fixture(name)).expect(status)
    p.run('show', fixture('zip-bad-crc.pt'), fixture('py-state-dict.pt')).expect(1, 'problem: ', 'py-state-dict.pt: ')
    p.run('show', fixture('zip-bad-crc.pt'), 'nowhere.pt').expect(2)
    p.run('show', '--snapshot', fixture('zip-bad-crc.pt')).expect(1, 'ckptlint-headers 1')


@test
def explain(p):
    p.run('explain').expect(0, 'missing-key', 'error', 'undetermined')
    p.run('explain', 'missing-key').expect(0, 'missing-key (error by default): ')
    p.run('explain', '-Wckpt-format').expect(0, 'format (error by default): ')


# --- Cache -------------------------------------------------------------------------------------------------------------------------

def counting_front_end(p):
    real = os.path.join(p.build, 'ckptlint-frontend')
    return p.script('front', '#!/bin/sh\necho x >> "%s"\nexec "%s" "$@"\n' % (p.path('count'), real))


def count(p):
    return len(open(p.path('count')).read().split()) if os.path.exists(p.path('count')) else 0


@test
def cache(p):
    p.write('a.h', 'struct A {};\n')
    p.write('a.cpp', '#include "a.h"\nint main() {}\n')
    env = {'CKPTLINT_FRONTEND': counting_front_end(p), 'XDG_CACHE_HOME': p.path('cache')}
    for step, runs in ((None, 1), (None, 1), ('touch', 1), (None, 1), ('header', 2), ('flags', 3), ('damage', 4), ('none', 5)):
        extra = ['-DX'] if step in ('flags', 'damage', 'none') else []
        if step == 'touch':
            os.utime(p.path('a.h'), ns=(1, 1))
        if step == 'header':
            p.write('a.h', 'struct A { int x; };\n')
        if step == 'damage':
            for name in os.listdir(p.path('cache/ckptlint/units')):
                with open(os.path.join(p.path('cache/ckptlint/units'), name), 'r+b') as f:
                    f.truncate(40)
        p.run('check', *(['--no-cache'] if step == 'none' else []), 'a.cpp', '--', '-std=c++17', *extra, env=env).expect(0)
        assert count(p) == runs, '%s: the front end ran %d times, not %d' % (step, count(p), runs)


@test
def cache_that_cannot_be_written(p):
    p.write('a.cpp', 'int main() {}\n')
    p.write('cache', 'a file where the folder should be')
    p.run('check', 'a.cpp', '--', '-std=c++17', env={'XDG_CACHE_HOME': p.path('cache')}).expect(0, '0 load sites')


@test
def cache_of_a_header_that_appears(p):
    """What would have been read, had it been there, is a dependency too."""
    for name in ('first', 'second', 'src'):
        os.mkdir(p.path(name))
    p.write('second/a.h', 'struct A {};\n')
    p.write('src/a.cpp', '#include "a.h"\nint main() {}\n')
    env = {'CKPTLINT_FRONTEND': counting_front_end(p), 'XDG_CACHE_HOME': p.path('cache')}
    flags = ['src/a.cpp', '--', '-std=c++17', '-Ifirst', '-I', 'second']
    for step, runs in ((None, 1), (None, 1), ('first/a.h', 2), (None, 2), ('src/a.h', 3), (None, 3)):
        if step:
            p.write(step, 'struct A { int x; };\n')
        p.run('check', *flags, env=env).expect(0)
        assert count(p) == runs, '%s: the front end ran %d times, not %d' % (step, count(p), runs)
    p.write('b.cpp', '#include "late.h"\nint main() {}\n')
    for step, runs in ((None, 4), (None, 4), ('first/late.h', 5), (None, 5)):
        if step:
            p.write(step, '')
        p.run('check', 'b.cpp', '--', '-std=c++17', '-Ifirst', env=env).expect(0, *([] if runs == 5 else ["'late.h' file not found"]))
        assert count(p) == runs, '%s: the front end ran %d times, not %d' % (step, count(p), runs)
    p.run('check', 'b.cpp', '--', '-std=c++17', '-Ifirst', env=dict(env, CPATH=p.path('second'))).expect(0)
    assert count(p) == 6, 'CPATH is part of the command'


@test
def cache_of_a_file_with_an_old_time(p):
    """Same size, same time, other content, within the step of the file system's clock."""
    p.checkpoint('net.pt')
    source = p.net('net.pt')
    env = p.own_cache()
    now = time.time_ns()
    for text, status in ((NET, 0), (NET.replace('Linear(4, width)', 'Linear(5, width)'), 1), (NET, 0)):
        p.write(source, text + MAIN % ('net.pt', ''))
        os.utime(p.path(source), ns=(now, now))
        p.check(source, env=env).expect(status)
    p.write(source, NET.replace('Linear(4, width)', 'Linear(5, width)') + MAIN % ('net.pt', ''))
    os.utime(p.path(source), ns=(now + 10**13, now + 10**13))  # a clock that was ahead
    p.check(source, env=env).expect(1)
    p.check(source, env=env).expect(1)


@test
def cache_that_belongs_to_another(p):
    p.write('a.cpp', 'int main() {}\n')
    os.makedirs(p.path('cache/ckptlint/units'))
    os.chmod(p.path('cache/ckptlint/units'), 0o555)
    env = {'XDG_CACHE_HOME': p.path('cache')}
    if os.getuid() != 0:
        p.run('doctor', 'a.cpp', env=env).expect(2, 'warn  cache', 'fix: ')
    p.run('check', 'a.cpp', '--', '-std=c++17', env=env).expect(0, 'ckptlint: 0 load sites\n', absent=['note'])


@test
def cache_command(p):
    env = {'XDG_CACHE_HOME': p.path('cache')}
    assert p.run('cache', 'path', env=env).expect(0).out == p.path('cache/ckptlint') + '\n'
    p.run('cache', 'stats', env=env).expect(0, '(not there yet)')
    for i in range(3):
        p.write('a%d.cpp' % i, 'int a%d;\n' % i)
        p.run('check', 'a%d.cpp' % i, '--', '-std=c++17', env=env).expect(0)
    p.run('cache', 'stats', env=env).expect(0, 'units                             3 files')
    p.run('cache', 'clear', env=env).expect(0, ' files removed from ')
    p.run('cache', 'stats', env=env).expect(0, 'units                             0 files')
    assert p.run('cache', 'path', '--cache-dir', 'here', env=env).expect(0).out == 'here\n'


@test
def cache_stays_within_its_bound(p):
    """Those used least lately go first; what a killed process left goes, too."""
    env = {'XDG_CACHE_HOME': p.path('cache'), 'CKPTLINT_CACHE_MIB': '1'}
    units = p.path('cache/ckptlint/units')
    os.makedirs(units)
    for i in range(20):
        with open(os.path.join(units, '%02d.unit' % i), 'wb') as f:
            f.write(b'x' * 100000)
        os.utime(f.name, (1000 + i, 1000 + i))
    with open(os.path.join(units, '99.unit.tmp.abcdef'), 'wb') as f:
        f.write(b'x')
    os.utime(f.name, (1000, 1000))
    p.write('a.cpp', 'int a;\n')
    p.run('check', 'a.cpp', '--', '-std=c++17', env=env).expect(0)
    left = sorted(os.listdir(units))
    assert sum(os.path.getsize(os.path.join(units, n)) for n in left) <= 3 << 18, left
    assert '19.unit' in left and '00.unit' not in left and not any('.tmp.' in n for n in left), left


@test
def two_builds_at_once(p):
    """One makes the unit, the others wait for it."""
    p.write('a.cpp', 'int main() {}\n')
    environment = dict(os.environ, XDG_CACHE_HOME=p.path('cache'), CKPTLINT_FRONTEND=counting_front_end(p))
    runs = [subprocess.Popen([os.path.join(p.build, 'ckptlint'), 'check', 'a.cpp', '--', '-std=c++17'], cwd=p.folder, env=environment,
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) for _ in range(8)]
    for run in runs:
        out = run.communicate(timeout=120)[0]
        assert run.returncode == 0 and out == 'ckptlint: 0 load sites\n', out
    assert count(p) == 1, 'the front end ran %d times' % count(p)


@test
def cache_of_a_response_file(p):
    p.write('a.cpp', 'int main() { return X; }\n')
    env = {'CKPTLINT_FRONTEND': counting_front_end(p), 'XDG_CACHE_HOME': p.path('cache')}
    for text, runs in (('-DX=1', 1), ('-DX=1', 1), ('-DX=2', 2)):
        p.write('words.rsp', text + '\n')
        p.run('check', 'a.cpp', '--', '-std=c++17', '@words.rsp', env=env).expect(0, absent=['note'])
        assert count(p) == runs, '%s: the front end ran %d times, not %d' % (text, count(p), runs)


# --- Launcher ----------------------------------------------------------------------------------------------------------------------

def launcher(p):
    compiler = p.script('cxx', FAKE_COMPILER)
    return lambda *args, **more: p.run('cc', compiler, *args, **more)


@test
def launcher_passes_on(p):
    cc = launcher(p)
    p.write('a.cpp', 'int main() {}\n')
    cc('-std=c++17', '-c', 'a.cpp', '-o', 'a.o').expect(0, 'compiler: -std=c++17 -c a.cpp -o a.o\n')
    cc('-DFAIL', '-c', 'a.cpp', '-o', 'a.o').expect(3, 'compiler: failed')
    cc('-DKILL', '-c', 'a.cpp', '-o', 'a.o').expect(-15)
    cc('-E', 'a.cpp').expect(0)
    cc('--version').expect(0)
    cc('-Wno-ckpt-format', '-Wall', '-c', 'a.cpp', '-o', 'a.o').expect(0, '-Wall', absent=['ckpt-format'])
    p.run('cc', 'no-such-compiler', '-c', 'a.cpp').expect(127, 'no-such-compiler')
    cc('-c', 'a.cpp', '-o', 'a.o', env={'CKPTLINT_FRONTEND': '/nowhere'}).expect(0, 'ckptlint: note: not checked')


@test
def launcher_reports_at_compile(p):
    cc = launcher(p)
    p.checkpoint('net_without_bias.pt')
    p.net('net_without_bias.pt')
    cc(*FLAGS, '-c', 'net.cpp', '-o', 'net.o').expect(1, 'error: "net_without_bias.pt" does not fit Net')
    assert not os.path.exists(p.path('net.o')), 'the object of a failed step must not stay'
    cc(*FLAGS, '-fsyntax-only', 'net.cpp').expect(1, 'error: "net_without_bias.pt" does not fit Net')
    cc(*FLAGS, '-S', 'net.cpp', '-o', 'net.s').expect(1, 'error: "net_without_bias.pt" does not fit Net')
    cc(*FLAGS, '-Wno-error=ckpt-missing-key', '-c', 'net.cpp', '-o', 'net.o').expect(0, 'warning: ')
    cc('net.o', '-o', 'net').expect(0, absent=['missing-key'])  # nothing twice


@test
def launcher_extends_the_depfile(p):
    cc = launcher(p)
    p.checkpoint('net.pt')
    p.net('net.pt')
    p.write('net.d', 'net.o: net.cpp\n')
    cc(*FLAGS, '-MD', '-c', 'net.cpp', '-o', 'net.o').expect(0)
    text = open(p.path('net.d')).read()
    assert text == 'net.o: net.cpp\nnet.o: %s\n%s:\n' % (p.path('net.pt'), p.path('net.pt')), text
    p.write('dep', 'net.o: net.cpp\n')
    cc(*FLAGS, '-MMD', '-MF', 'dep', '-c', 'net.cpp', '-o', 'net.o').expect(0)
    assert p.path('net.pt') in open(p.path('dep')).read()


def two_units(p):
    p.write('net.h', '#pragma once\n' + NET.replace('''{
    register_module("fc1", torch::nn::Linear(4, width));
    register_module("bn", torch::nn::BatchNorm1d(width));
    register_module("fc2", torch::nn::Linear(width, out));
  }''', ';'))
    p.write('net.cpp', '''#include "net.h"
NetImpl::NetImpl(int64_t width, int64_t out) {
  register_module("fc1", torch::nn::Linear(4, width));
  register_module("bn", torch::nn::BatchNorm1d(width));
  register_module("fc2", torch::nn::Linear(width, out));
}
''')
    p.write('main.cpp', '#include "net.h"\n' + MAIN % ('w.pt', ''))


@test
def launcher_reports_at_link(p):
    cc = launcher(p)
    two_units(p)
    p.checkpoint('net_without_bias.pt', 'w.pt')
    for name in ('net', 'main'):
        cc(*FLAGS, '-c', name + '.cpp', '-o', name + '.o').expect(0, absent=['error', 'load site'])
    cc('main.o', 'net.o', '-o', 'app').expect(1, 'main.cpp:4:', 'error: "w.pt" does not fit Net')
    assert not os.path.exists(p.path('app'))
    p.checkpoint('net.pt', 'w.pt')
    cc('main.o', 'net.o', '-o', 'app').expect(0, absent=['error'])
    p.checkpoint('net_without_bias.pt', 'w.pt')
    subprocess.run(['ar', 'rcs', 'libnet.a', 'net.o'], cwd=p.folder, check=True)
    os.remove(p.path('net.o'))
    cc('main.o', 'libnet.a', '-o', 'app').expect(1, 'error: "w.pt" does not fit Net')
    p.write('words.rsp', 'main.o "libnet.a"\n-o app\n')
    cc('@words.rsp').expect(1, 'error: "w.pt" does not fit Net')


@test
def program_of_two_units(p):
    two_units(p)
    p.checkpoint('net_without_bias.pt', 'w.pt')
    p.check('main.cpp', 'net.cpp').expect(1, 'error: "w.pt" does not fit Net', 'net.cpp:5:', 'registered here')
    assert p.check('-j', '1', 'main.cpp', 'net.cpp').err == p.check('-j', '4', 'main.cpp', 'net.cpp').err


@test
def compile_database(p):
    two_units(p)
    p.checkpoint('net_without_bias.pt', 'w.pt')
    os.mkdir(p.path('build'))
    entries = [{'directory': p.path('build'), 'file': '../%s.cpp' % n, 'output': n + '.o',
                'command': ' '.join(['g++', *FLAGS, '-o', n + '.o', '-c', '../%s.cpp' % n])} for n in ('main', 'net')]
    p.write('build/compile_commands.json', json.dumps(entries))
    p.run('check', '-p', 'build').expect(1, 'error: "w.pt" does not fit Net', 'main.cpp:4:')
    p.run('check', '-p', 'build', 'main.cpp').expect(1, 'error: "w.pt" does not fit Net')
    p.run('check').expect(1, 'error: "w.pt" does not fit Net')  # found in build/
    p.run('check', 'main.cpp').expect(1, 'error: "w.pt" does not fit Net')
    p.write('build/compile_commands.json', '{')
    p.run('check', '-p', 'build').expect(2, 'compile_commands.json')


def database(p, names=('main', 'net'), record=True):
    """A build folder with a compile database and, with `record`, the build.ninja that belongs to it."""
    os.makedirs(p.path('build'), exist_ok=True)
    entries = [{'directory': p.path('build'), 'file': '../%s.cpp' % n, 'arguments': ['g++', *FLAGS, '-o', n + '.o', '-c', '../%s.cpp' % n]} for n in names]
    p.write('build/compile_commands.json', json.dumps(entries))
    if record:
        p.write('build/build.ninja', 'rule link\n  command = g++ $in -o $out\n' + ''.join('build %s.o: cxx ../%s.cpp\n' % (n, n) for n in names) +
                'build app: link %s\nbuild all: phony app\ndefault all\n' % ' '.join(n + '.o' for n in names))


@test
def programs_of_a_build_folder(p):
    """Two executables with a class Net each: by build.ninja they stay apart, whatever the folders say."""
    two_units(p)
    p.checkpoint('net.pt', 'w.pt')
    wide = open(p.path('net.cpp')).read().replace('(4, width)', '(5, width)')
    p.write('wide.cpp', wide)
    p.write('other.cpp', open(p.path('main.cpp')).read())
    database(p, ('main', 'net', 'other', 'wide'), record=False)
    p.run('check', '-p', 'build').expect(0, '2 load sites: 0 checked', '2 in part')  # two definitions, equally near: not known
    p.write('build/build.ninja', 'build libwide.a | x.stamp: ar wide.o\nbuild a$ pp: link main.o $\n    net.o\n'
            'build other: link other.o | libwide.a || app\nbuild ran: run a$ pp other\nbuild all: phony ran\n')
    r = p.run('check', '-p', 'build').expect(1, 'other.cpp:4:', 'does not fit Net', '2 load sites: 2 checked', '; 1 error')
    assert 'main.cpp:4' not in r.err, r.err
    p.run('check', '-p', 'build', 'main.cpp').expect(0, '1 load site: 1 checked')
    p.run('check', '-p', 'build', 'other.cpp').expect(1, '1 load site: 1 checked')
    keys = json.loads(p.run('keys', '-p', 'build', '--format', 'json', 'other.cpp').expect(0).out)['models'][0]['keys']
    assert keys[0]['shape'] == [8, 5], keys
    p.run('doctor', '-p', 'build').expect(0, 'ok    programs         2, from build.ninja', 'ok    load             other.cpp:4: ' + p.path('w.pt'))


@test
def registry_that_others_fill(p):
    """A factory that registers itself in a unit of its own: without that unit the registry is not empty, but not known."""
    p.checkpoint('net.pt', 'w.pt')
    p.write('registry.h', '#pragma once\n#include <functional>\n#include <map>\n#include <string>\n' + NET + '''
inline std::map<std::string, std::function<Net()>> &makers() {
  static auto *all = new std::map<std::string, std::function<Net()>>();
  return *all;
}
''')
    p.write('net.cpp', '#include "registry.h"\nstatic const bool added = makers().emplace("wide", [] { return Net(16, 2); }).second;\n')
    p.write('main.cpp', '''#include "registry.h"
int main() {
  Net net;
  if (auto it = makers().find("wide"); it != makers().end()) net = it->second();
  torch::load(net, "w.pt");
}
''')
    p.check('main.cpp').expect(0, '1 load site: 0 checked, 1 in part')  # the default would fit
    p.checkpoint('net_wide.pt', 'w.pt')
    p.check('main.cpp').expect(0, '1 load site: 0 checked, 1 in part', absent=['error'])  # ... would not
    database(p)
    p.run('check', '-p', 'build').expect(0, '1 load site: 1 checked')
    p.checkpoint('net.pt', 'w.pt')
    misfit = ('main.cpp:5:', 'error: "w.pt" does not fit Net')
    p.run('check', '-p', 'build').expect(1, *misfit)
    ninja = open(p.path('build/build.ninja')).read()
    # of the system and of libtorch, and what may be ours: who knows what is in it
    for library, status in (('/opt/libtorch/lib/libtorch_cpu.so', 1), ('/usr/lib/x86_64-linux-gnu/libz.so.1', 1), ('/usr/local/cuda-11.7/lib64/libcudart.so', 1),
                            ('/opt/models/libmodels.a', 0), ('/usr/local/lib/libmodels.so', 0), ('/opt/models/libtorch_models.a', 0)):
        p.write('build/build.ninja', ninja.replace('net.o\nbuild all', 'net.o %s\nbuild all' % library))
        p.run('check', '-p', 'build').expect(status, *(misfit if status else ['1 in part']))
    for name in ('main', 'net'):
        p.run('unit', '-o', name + '.unit', '--cache-dir', os.path.join(p.cache, 'ckptlint'), '--', 'g++', *FLAGS, '-c', name + '.cpp').expect(0)
    p.run('link', 'main.unit', 'net.unit').expect(1, *misfit)
    # behind the launcher all objects are known, but for one
    compiler = p.script('cxx', '#!/bin/sh\nfor word; do [ "$previous" = -o ] && echo "$PWD $*" > "$word"; previous=$word; done\n')
    for name in ('main', 'net'):
        p.run('cc', compiler, *FLAGS, '-c', name + '.cpp', '-o', name + '.o').expect(0, absent=['error'])
    p.run('cc', compiler, 'main.o', 'net.o', '-o', 'app').expect(1, *misfit)
    p.write('other.o', 'compiled elsewhere')
    p.run('cc', compiler, 'main.o', 'net.o', 'other.o', '-o', 'app').expect(0, '1 in part', absent=['error'])


@test
def step_of_a_build(p):
    """--unit, as plugins and CMake's clang-tidy slot call it: each load is told once, by the step that can."""
    two_units(p)
    p.checkpoint('net_without_bias.pt', 'w.pt')
    own = p.own_cache()
    os.makedirs(p.path('build'))

    def step(name, *options, tidy=False, env=None):
        if tidy:
            line = ['g++', *FLAGS, '-MD', '-MT', name + '.o', '-MF', name + '.d', '-o', name + '.o', '-c', '../%s.cpp' % name]
            args = ['--extra-arg-before=--driver-mode=g++', '../%s.cpp' % name, '--', *line]
        else:
            args = ['check', '--unit', '--format=lines', '--list-checkpoints', *options, '../%s.cpp' % name, '--', *FLAGS]
        environment = dict(os.environ, **own)
        environment.pop('XDG_CACHE_HOME', None)
        environment.update(own, **(env or {}))
        return Result(subprocess.run([os.path.join(p.build, 'ckptlint'), *args], cwd=p.path('build'), env=environment, capture_output=True, text=True, timeout=300))

    assert step('main').expect(0, absent=['error']).out == 'checkpoint %s\n' % p.path('w.pt')  # no database: one unit only
    database(p)
    step('net').expect(0, absent=['error'])
    step('main').expect(1, 'main.cpp:4:', 'error: "w.pt" does not fit Net', 'checkpoint ' + p.path('w.pt'))
    step('main').expect(1, 'error: "w.pt" does not fit Net')  # it failed, so it runs and fails again
    step('net').expect(0, absent=['error'])  # told already
    text = open(p.path('net.cpp')).read()
    p.write('net.cpp', text.replace('(4, width)', '(5, width)'))  # the model changes, the load does not
    step('net').expect(1, 'main.cpp:4:', 'error: "w.pt" does not fit Net')
    p.write('net.cpp', text)
    p.checkpoint('net.pt', 'w.pt')
    step('net').expect(0, absent=['error'])
    step('main').expect(0, absent=['error'])
    p.checkpoint('net_without_bias.pt', 'w.pt')
    r = step('main', tidy=True).expect(1, 'main.cpp:4:', 'error: "w.pt" does not fit Net')
    assert r.err == '' and 'load site' not in r.out, r.err
    step('net', tidy=True).expect(0)
    p.checkpoint('net.pt', 'w.pt')
    assert step('main', tidy=True).expect(0).out == ''
    for front_end in ('/nowhere', p.script('front', '#!/bin/sh\nkill -11 $$\n')):
        r = step('main', tidy=True, env={'CKPTLINT_FRONTEND': front_end}).expect(0, 'note: ')
        assert len(r.out.strip().split('\n')) == 1, r.out


@test
def unit_and_link(p):
    two_units(p)
    p.checkpoint('net_without_bias.pt', 'w.pt')
    for name in ('main', 'net'):
        compiler = ['--', 'ccache', 'g++', *FLAGS, '-c', name + '.cpp', '-o', name + '.o']
        p.run('unit', '-o', name + '.unit', '-MF', name + '.d', '--cache-dir', os.path.join(p.cache, 'ckptlint'), *compiler).expect(0)
        first = open(p.path(name + '.unit'), 'rb').read()
        os.utime(p.path('net.h'), (1, 1))
        p.run('unit', '-o', name + '.unit', '--cache-dir', os.path.join(p.cache, 'ckptlint'), *compiler).expect(0)
        assert first == open(p.path(name + '.unit'), 'rb').read(), 'equal inputs, other bytes'
        depfile = open(p.path(name + '.d')).read()
        assert depfile.startswith(name + '.unit:') and p.path('net.h') in depfile and p.path(name + '.cpp') in depfile, depfile
    r = p.run('link', '-o', 'app.checked', 'main.unit', 'net.unit').expect(1, 'main.cpp:4:', 'error: "w.pt" does not fit Net', '1 load site: 1 checked')
    assert not os.path.exists(p.path('app.checked'))
    assert p.run('link', 'main.unit', 'net.unit').err == r.err
    p.write('.ckptlint', 'severity: {missing-key: off}\n')  # not declared, not read
    assert p.run('link', 'main.unit', 'net.unit').err == r.err
    p.run('link', '--config', '.ckptlint', 'main.unit', 'net.unit').expect(0, absent=['missing-key'])
    p.run('link', '--config', 'nowhere', 'main.unit', 'net.unit').expect(2, 'cannot open ', 'nowhere')
    os.remove(p.path('.ckptlint'))
    p.checkpoint('net.pt', 'w.pt')
    p.run('link', '-o', 'app.checked', 'main.unit', 'net.unit').expect(0)
    assert os.path.exists(p.path('app.checked'))
    p.run('link', 'main.unit').expect(0, '1 in part')
    p.run('link', 'w.pt').expect(2, 'w.pt is no unit of this version of ckptlint')
    p.run('unit', '-o', 'x.unit', '--', 'g++', 'main.cpp', 'net.cpp').expect(2, 'the command compiles 2 C++ files, not one')
    p.run('unit', '-o', 'x.unit', '--', 'g++', '-c', 'nowhere.cpp').expect(2, 'nowhere.cpp: no such file')


@test
def unsaved_buffer(p):
    p.checkpoint('net_without_bias.pt', 'w.pt')
    p.write('main.cpp', 'int main() {}\n')
    database(p, ('main',))
    text = '// not saved yet\n' + NET + MAIN % ('w.pt', '')
    p.run('check', '--stdin', '--stdin-filename', 'main.cpp', input=text).expect(1, 'main.cpp:13:', '   13 |   torch::load(net, "w.pt");')
    p.run('check', '--stdin-filename', 'new.cpp', input=text).expect(1, 'new.cpp:13:', 'new.cpp is not in ')
    text = '// not saved yet\n' + NET + MAIN % ('w.pt', ' // ckptlint: ignore[missing-key] known')
    p.run('check', '--stdin-filename=main.cpp', input=text).expect(0, '1 load site: 1 checked')
    assert open(p.path('main.cpp')).read() == 'int main() {}\n'
    p.run('check', 'main.cpp').expect(0, '0 load sites')


@test
def a_buffer_that_cannot_be_had_whole(p):
    """A buffer is checked whole or not at all, and no copy of it stays behind."""
    env = {'TMPDIR': p.folder}
    check = ['check', '--stdin', '--stdin-filename', 'new.cpp']
    p.run(*check, env=env, input=' ' * (64 * 1024 * 1024 + 1)).expect(2, 'new.cpp: what stands on stdin is longer than 64 MiB', absent=['load site'])
    p.run(*check, env=env, input=' ' * 8192, restore_signals=False,  # ... so that SIGXFSZ stays ignored
          preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))).expect(2, 'cannot be kept there')
    folder = os.open(p.folder, os.O_RDONLY)
    p.run(*check, env=env, stdin=folder).expect(2, 'stdin cannot be read')
    os.close(folder)
    assert os.listdir(p.folder) == [], os.listdir(p.folder)


@test
def flags_of_a_header(p):
    os.makedirs(p.path('include/deep'))
    p.write('include/deep/part.h', '#ifndef WITH_NET\n#error not the flags of use.cpp\n#endif\ninline void load_part() {}\n')
    p.write('include/all.h', '#pragma once\n#include "deep/part.h"\n')
    p.write('aaa.cpp', 'int unrelated;\n')
    p.write('use.cpp', '#include <all.h>\nint main() { load_part(); }\n')
    entries = [{'directory': p.folder, 'file': n + '.cpp', 'arguments': ['g++', *FLAGS, *more, '-c', n + '.cpp']}
               for n, more in (('aaa', []), ('use', ['-DWITH_NET', '-Iinclude']))]
    p.write('compile_commands.json', json.dumps(entries))
    p.run('check', 'include/deep/part.h', '--', *FLAGS).expect(0, 'not the flags of use.cpp')
    p.run('check', 'include/all.h').expect(0, 'include/all.h is read with the flags of use.cpp, which includes it', absent=['not the flags'])
    p.run('check', 'use.cpp').expect(0, absent=['not the flags'])
    p.run('check', 'include/deep/part.h').expect(0, 'is read with the flags of use.cpp, which includes it', absent=['not the flags'])  # by the unit in the cache


@test
def load_in_a_header(p):
    p.write('part.h', NET + 'inline void load_part() { Net net; torch::load(net, "w.pt"); }\n')
    p.checkpoint('net_without_bias.pt', 'w.pt')
    p.check('part.h').expect(1, 'part.h:10:', 'error: "w.pt" does not fit Net')


@test
def doctor(p):
    p.checkpoint('net.pt')
    p.net('net.pt')
    p.run('doctor').expect(2, 'ok    front end        libclang ', 'FAIL  compile database', '      fix: ', '1 thing to mend')
    p.run('doctor', 'net.cpp', '--', *FLAGS).expect(0, 'ok    compile database', 'ok    libtorch headers', 'ok    compiler flags', 'ok    load             net.cpp:12: ' + p.path('net.pt'))
    p.run('doctor', 'net.cpp', '--', '-std=c++17').expect(2, 'FAIL  libtorch headers', 'apt-get install libtorch-dev')
    p.net('gone.pt')
    p.run('doctor', 'net.cpp', '--', *FLAGS).expect(0, 'warn  load             net.cpp:12: "gone.pt" is not found', 'fix: ')
    p.run('doctor', 'net.cpp', '--', *FLAGS, env={'CKPTLINT_FRONTEND': '/nowhere'}).expect(2, 'FAIL  front end')
    p.write('plain.cpp', 'int main() {}\n')
    p.run('doctor', '--no-cache', 'plain.cpp', '--', *FLAGS).expect(0, 'warn  cache')


@test
def time_of_a_run(p):
    p.write('a.cpp', 'int main() {}\n')
    p.run('check', '--time', 'a.cpp', '--', '-std=c++17').expect(0, 'ckptlint: time: ', ' by the front end), models and loads ', 'checkpoints ')


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('build')
    parser.add_argument('--only', default='')
    parser.add_argument('-v', action='store_true')
    a = parser.parse_args()
    build = os.path.realpath(a.build)
    cache = cache_of(build)
    failed = 0
    for f in tests:
        if a.only not in f.__name__:
            continue
        place, start = Place(build, cache), time.time()
        try:
            f(place)
            if a.v:
                print('passed %s (%.2f s)' % (f.__name__, time.time() - start))
        except (AssertionError, subprocess.TimeoutExpired) as error:
            failed += 1
            print('FAILED %s: %s' % (f.__name__, error))
        for top, dirs, _ in os.walk(place.folder):
            os.chmod(top, os.stat(top).st_mode | stat.S_IRWXU)
        shutil.rmtree(place.folder)
    print('%d tests, %d failed' % (sum(a.only in f.__name__ for f in tests), failed))
    sys.exit(1 if failed else 0)


if __name__ == '__main__':
    main()
