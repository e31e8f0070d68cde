#!/usr/bin/env python3
"""Property test: random constructors, written from a grammar, derive what libtorch has.

  gen_models.py --build DIR [--ckptlint PROGRAM] [--count 60] [--seed 1] [--per-unit 30] [-v]

Each model is a class whose constructor mixes loops, conditions, arithmetic, strings, containers, lambdas, options, stock modules,
nested classes, bases and templates; gen_styles.py has more of them. Programs are valid by construction: every name is unique by a counter and the variables of the
enclosing loops, every size is brought into a small positive range, every value is bounded (|value| <= LIMIT), so that nothing
overflows or divides by zero. A failing model is reported with its unit, which stays in DIR/generated; the unit depends on --seed and --per-unit alone.
Verdicts as in oracle.judge; only `wrong` and `error` fail, the others are counted: equal N of N.
"""
import json
import os
import random

import oracle
from gen_styles import Styles

LIMIT = 10**6
HEADERS = ['#include <%s>' % h for h in ('cmath', 'filesystem', 'numeric', 'optional', 'sstream', 'variant')]
MODELS_PER_UNIT = 30


class Writer:
    """C++ text with indentation."""

    def __init__(self, indent=0):
        self.lines, self.depth = [], indent

    def put(self, text):
        self.lines.append('  ' * self.depth + text if text else '')

    def open(self, text):
        self.put(text + ' {')
        self.depth += 1

    def close(self, text='}'):
        self.depth -= 1
        self.put(text)


class Variable:
    def __init__(self, name, kind, bound=0, length=0, constant=False):
        self.name, self.kind, self.bound, self.length, self.constant = name, kind, bound, length, constant


class Model(Styles):
    """Writes one class and its construction. `earlier` are models that it may contain or derive from."""

    def __init__(self, seed, earlier):
        self.random, self.earlier = random.Random(seed), earlier
        self.name = 'M%d' % seed
        self.seed, self.counter = seed, 0
        self.variables, self.loops = [], []
        self.budget = self.random.randint(6, 16)
        self.text = Writer()
        self.call = ''
        self.plain = True   # usable as a child: a class without template parameters
        self.write()

    def variable(self, name, bound):
        return Variable(name, 'int', bound)

    # ---- small tools -------------------------------------------------------------------------------------------
    def fresh(self, prefix):
        self.counter += 1
        return '%s%d' % (prefix, self.counter)

    def chance(self, p):
        return self.random.random() < p

    def pick(self, items):
        return self.random.choice(items)

    def of_kind(self, *kinds, writable=False):
        return [v for v in self.variables if v.kind in kinds and not (writable and v.constant)]

    def bounded(self, text, bound):
        """(text, bound) brought below LIMIT."""
        if bound <= LIMIT:
            return text, bound
        k = self.random.randint(50, 999)
        return '((%s) %% %d)' % (text, k), k

    # ---- expressions -------------------------------------------------------------------------------------------
    def integer(self, depth=0):
        """An int64-valued expression and a bound of its absolute value."""
        atoms = self.of_kind('int')
        choice = self.random.random()
        if depth > 2 or choice < 0.35:
            if atoms and self.chance(0.75):
                v = self.pick(atoms)
                return v.name, v.bound
            n = self.random.randint(0, 12)
            return str(n), n
        if choice < 0.62:
            (a, x), (b, y) = self.integer(depth + 1), self.integer(depth + 1)
            op = self.pick('+-*')
            return self.bounded('(%s %s %s)' % (a, op, b), x * y if op == '*' else x + y)
        if choice < 0.72:
            a, x = self.integer(depth + 1)
            k, op = self.random.randint(2, 6), self.pick('/%')
            return '(%s %s %d)' % (a, op, k), x // k + 1 if op == '/' else k
        if choice < 0.78:
            (a, x), (b, y) = self.integer(depth + 1), self.integer(depth + 1)
            return '(%s ? %s : %s)' % (self.condition(depth + 1), a, b), max(x, y)
        if choice < 0.84:
            (a, x), (b, y) = self.integer(depth + 1), self.integer(depth + 1)
            return 'std::%s<int64_t>(%s, %s)' % (self.pick(['min', 'max']), a, b), max(x, y)
        if choice < 0.89:
            d, x = self.real(depth + 1)
            how = self.pick(['static_cast<int64_t>(%s)', 'static_cast<int64_t>(std::ceil(%s))', 'static_cast<int64_t>(std::floor(%s))',
                             'static_cast<int64_t>(std::round(%s))', 'int(%s)'])
            return how % d, x + 1
        if choice < 0.93:
            a, x = self.integer(depth + 1)
            op, k = self.pick(['&', '|', '^']), self.random.randint(1, 15)
            return '(std::abs(%s) %s %d)' % (a, op, k), x + 16
        vectors = [v for v in self.of_kind('vector') if v.length]
        if vectors:
            v = self.pick(vectors)
            what = self.random.random()
            if what < 0.3:
                return '(int64_t)%s.size()' % v.name, 100
            if what < 0.6:
                return '%s[%d]' % (v.name, self.random.randrange(v.length)), v.bound
            return '%s.%s()' % (v.name, self.pick(['front', 'back'])), v.bound
        strings = self.of_kind('string')
        if strings:
            return '(int64_t)%s.size()' % self.pick(strings).name, 100
        return '7', 7

    def real(self, depth=0):
        reals = self.of_kind('real')
        if reals and self.chance(0.4):
            v = self.pick(reals)
            return v.name, v.bound
        a, x = self.integer(depth + 1)
        k = self.pick(['0.5', '1.5', '0.25', '0.1', '2.7'])
        how = self.pick(['%s * %s', '%s / (%s + 1)', '%s - %s'])
        return '(%s)' % (how % (a, k)), x * 3 + 3

    def condition(self, depth=0):
        flags = self.of_kind('bool')
        choice = self.random.random()
        if flags and choice < 0.25:
            return self.pick(['', '!']) + self.pick(flags).name
        strings = self.of_kind('string')
        if strings and choice < 0.35:
            v = self.pick(strings)
            return self.pick(['%s.empty()', '%s == "relu"', '%s.size() > 4', '%s.find("e") != std::string::npos']) % v.name
        if depth < 2 and choice < 0.5:
            return '(%s %s %s)' % (self.condition(depth + 1), self.pick(['&&', '||']), self.condition(depth + 1))
        (a, _), (b, _) = self.integer(depth + 1), self.integer(depth + 1)
        return '(%s %s %s)' % (a, self.pick(['<', '<=', '>', '>=', '==', '!=']), b)

    def size(self):
        """A size from 1 to about 16."""
        a, _ = self.integer()
        return self.pick(['%s %% 7 + 8', 'std::max<int64_t>(1, %s %% 9)', 'std::abs(%s) %% 11 + 1', 'std::clamp<int64_t>(%s, 1, 12)']) % a

    def key(self):
        """An expression of a name that no other registration has: a counter and the enclosing loops' variables."""
        base = self.fresh(self.pick(['fc', 'conv', 'block_', 'w', 'layer']))
        if not self.loops:
            return self.pick(['"%s"', 'std::string("%s")']) % base
        how = self.random.random()
        if how < 0.5:
            return '"%s" + %s' % (base, ' + "_" + '.join('std::to_string(%s)' % i for i in self.loops))
        if how < 0.75:
            return 'c10::str("%s_", %s)' % (base, ', "_", '.join(self.loops))
        name = self.fresh('name')
        self.text.put('std::string %s = "%s";' % (name, base))
        for i in self.loops:
            self.text.put('%s += "_" + std::to_string(%s);' % (name, i))
        return name

    # ---- modules and tensors -----------------------------------------------------------------------------------
    def stock(self):
        a, b = self.size(), self.size()
        flag = self.pick(['true', 'false', self.condition()])
        return self.pick([
            lambda: 'nn::Linear(%s, %s)' % (a, b),
            lambda: 'nn::Linear(nn::LinearOptions(%s, %s).bias(%s))' % (a, b, flag),
            lambda: 'nn::Conv2d(nn::Conv2dOptions(%s, %s, 3).padding(1).bias(%s))' % (a, b, flag),
            lambda: 'nn::Conv1d(%s, %s, %s)' % (a, b, self.pick(['1', '3', '5'])),
            lambda: 'nn::BatchNorm1d(%s)' % a,
            lambda: 'nn::BatchNorm2d(nn::BatchNorm2dOptions(%s).affine(%s).track_running_stats(%s))' % (a, flag, self.pick(['true', 'false'])),
            lambda: 'nn::LayerNorm(nn::LayerNormOptions({%s}))' % a,
            lambda: 'nn::Embedding(%s, %s)' % (a, b),
            lambda: 'nn::GRU(nn::GRUOptions(%s, %s).num_layers(%d).bidirectional(%s))' % (a, b, self.random.randint(1, 2), flag),
            lambda: 'nn::LSTMCell(%s, %s)' % (a, b),
            lambda: self.pick(['nn::ReLU()', 'nn::Dropout(0.1)', 'nn::Identity()', 'nn::PReLU()', 'nn::MaxPool2d(2)']),
        ])()

    def module(self):
        choice = self.random.random()
        if choice < 0.6:
            return self.stock()
        if choice < 0.75:
            items = [self.pick([self.stock, lambda: 'nn::ReLU()', lambda: 'nn::Functional(torch::relu)'])() for _ in range(self.random.randint(1, 4))]
            return 'nn::Sequential(%s)' % ', '.join(items)
        if choice < 0.82:
            return 'nn::ModuleList(%s)' % ', '.join(self.stock() for _ in range(self.random.randint(1, 3)))
        if self.earlier:
            return self.pick(self.earlier).construct(self)
        return self.stock()

    def construct(self, by):
        """An expression by which another model `by` makes this one."""
        return 'std::make_shared<%s>(%s)' % (self.name, ', '.join(self.arguments(by)))

    def tensor(self):
        sizes = ', '.join(self.size() for _ in range(self.random.randint(0, 3)))
        shape = '{%s}' % sizes
        return self.pick([
            lambda: 'torch::zeros(%s)' % shape,
            lambda: 'torch::randn(%s)' % shape,
            lambda: 'torch::ones(%s, torch::kDouble)' % shape,
            lambda: 'torch::empty(%s, torch::dtype(torch::kHalf))' % shape,
            lambda: 'torch::full({%s}, 0.5)' % self.size(),
            lambda: 'torch::arange(0, %s, torch::kFloat)' % self.size(),
            lambda: 'torch::zeros({%s, %s}).unsqueeze(%d)' % (self.size(), self.size(), self.random.randint(0, 2)),
            lambda: 'torch::zeros({%s, %s}).t()' % (self.size(), self.size()),
            lambda: 'torch::cat({torch::zeros({%s, 3}), torch::ones({%s, 3})})' % (self.size(), self.size()),
        ])()

    # ---- statements --------------------------------------------------------------------------------------------
    def register(self):
        what = self.random.random()
        if what < 0.6:
            name, module = self.key(), self.module()
            if self.chance(0.3):
                local = self.fresh('m')
                self.text.put('auto %s = %s;' % (local, module))
                self.text.put('register_module(%s, %s);' % (name, local))
            else:
                self.text.put('register_module(%s, %s);' % (name, module))
        elif what < 0.8:
            self.text.put('register_parameter(%s, %s);' % (self.key(), self.tensor()))
        else:
            self.text.put('register_buffer(%s, %s);' % (self.key(), self.tensor()))

    def declare(self):
        kind = self.random.random()
        name = self.fresh('v')
        if kind < 0.45:
            a, x = self.integer()
            self.text.put('%s %s = %s;' % (self.pick(['int64_t', 'int64_t', 'auto', 'int']) if x else 'int64_t', name, 'static_cast<int64_t>(%s)' % a if self.chance(0.3) else '(int64_t)(%s)' % a))
            self.variables.append(Variable(name, 'int', x))
        elif kind < 0.58:
            self.text.put('bool %s = %s;' % (name, self.condition()))
            self.variables.append(Variable(name, 'bool'))
        elif kind < 0.7:
            d, x = self.real()
            self.text.put('double %s = %s;' % (name, d))
            self.variables.append(Variable(name, 'real', x))
        elif kind < 0.82:
            self.text.put('std::string %s = "%s";' % (name, self.pick(['relu', 'gelu', 'x', '', 'prelu_net'])))
            self.variables.append(Variable(name, 'string'))
        else:
            items = [self.integer() for _ in range(self.random.randint(1, 4))]
            self.text.put('std::vector<int64_t> %s{%s};' % (name, ', '.join(a for a, _ in items)))
            v = Variable(name, 'vector', max(x for _, x in items), len(items))
            if self.chance(0.4):
                a, x = self.integer()
                self.text.put('%s.push_back(%s);' % (name, a))
                v.length, v.bound = v.length + 1, max(v.bound, x)
            if self.chance(0.2):
                self.text.put('std::%s(%s.begin(), %s.end());' % (self.pick(['reverse', 'sort']), name, name))
            self.variables.append(v)

    def assign(self):
        targets = self.of_kind('int', writable=True)
        if not targets or self.loops:
            return self.declare()   # in a loop an assignment would break the bound of its variable
        v, (a, x) = self.pick(targets), self.integer()
        how = self.random.random()
        if how < 0.4:
            self.text.put('%s = %s;' % (v.name, a))
            v.bound = x
        elif how < 0.6:
            self.text.put('%s += %s;' % (v.name, a))
            v.bound += x
        elif how < 0.75:
            self.text.put('%s /= %d;' % (v.name, self.random.randint(2, 4)))
        elif how < 0.9:
            self.text.put('%s++;' % v.name)
            v.bound += 1
        else:
            self.text.put('%s %%= %d;' % (v.name, self.random.randint(3, 20)))
        if v.bound > LIMIT:
            self.text.put('%s %%= 100;' % v.name)
            v.bound = 100

    def block(self, loop=None):
        """Statements of a nested block; what it declares is forgotten, what it may assign is widened."""
        known = list(self.variables)
        before = {v.name: v.bound for v in known}
        if loop:
            self.loops.append(loop)
        for _ in range(self.random.randint(1, 3)):
            self.statement()
        if loop:
            self.loops.pop()
        self.variables = known
        for v in known:
            v.bound = max(v.bound, before[v.name])

    def branch(self):
        self.text.open('if (%s)' % self.condition())
        self.block()
        while self.chance(0.25):
            self.text.close('} else if (%s) {' % self.condition())
            self.text.depth += 1
            self.block()
        if self.chance(0.5):
            self.text.close('} else {')
            self.text.depth += 1
            self.block()
        self.text.close()

    def loop(self):
        if len(self.loops) > 1:
            return self.register()
        i = self.fresh('i')
        bound = self.pick([str(self.random.randint(0, 4)), 'std::min<int64_t>(4, std::abs(%s))' % self.integer()[0]])
        how = self.random.random()
        counter = Variable(i, 'int', 50, constant=True)
        vectors = [v for v in self.of_kind('vector') if v.length <= 5]
        if how < 0.45:
            self.text.open('for (int64_t %s = 0; %s < %s; %s)' % (i, i, bound, self.pick(['++%s' % i, '%s++' % i, '%s += 2' % i])))
        elif how < 0.6 and vectors:
            v = self.pick(vectors)
            self.text.put('int64_t %s = -1;' % i)
            self.text.open('for (%s %s : %s)' % (self.pick(['auto', 'const auto &', 'int64_t']), self.fresh('e'), v.name))
            self.text.put('++%s;' % i)
            self.variables.append(Variable('e%d' % self.counter, 'int', v.bound, constant=True))
        elif how < 0.8:
            self.text.put('int64_t %s = %s;' % (i, bound))
            self.text.open('while (%s-- > 0)' % i)
        else:
            self.text.put('int64_t %s = 0;' % i)
            self.text.open('do')
            self.variables.append(counter)
            if self.chance(0.3):
                self.text.put('if (%s) break;' % self.condition())
            self.block(i)
            self.variables.remove(counter)
            return self.text.close('} while (++%s < %s);' % (i, bound))
        self.variables.append(counter)
        if self.chance(0.3):
            self.text.put('if (%s) %s;' % (self.condition(), self.pick(['break', 'continue'])))
        self.block(i)
        self.variables = [v for v in self.variables if v is not counter and v.name != 'e%d' % self.counter and not (v.name.startswith('e') and v.constant)]
        self.text.close()

    def switch(self):
        a, _ = self.integer()
        self.text.open('switch (std::abs(%s) %% 4)' % a)
        for value in self.random.sample(range(4), self.random.randint(1, 3)):
            self.text.open('case %d:' % value)
            self.block()
            if self.chance(0.7):
                self.text.put('break;')
            self.text.close()
        if self.chance(0.5):
            self.text.open('default:')
            self.block()
            self.text.close()
        self.text.close()

    def lambda_(self):
        if self.loops:
            return self.register()
        name, base = self.fresh('add'), self.fresh('part')
        self.text.open('auto %s = [%s](const std::string &key, int64_t n)' % (name, self.pick(['this', '&', '=', '&, this'])))
        self.text.put('register_%s;' % self.pick(['module("%s_" + key, nn::Linear(n, n + 1))' % base, 'buffer("%s_" + key, torch::zeros({n}))' % base,
                                                    'parameter("%s_" + key, torch::ones({n, 2}))' % base]))
        self.text.put('return n + 1;')
        self.text.close('};')
        result = self.fresh('v')
        self.text.put('int64_t %s = %s("a", %s);' % (result, name, self.size()))
        self.variables.append(Variable(result, 'int', 20))
        if self.chance(0.5):
            i = self.fresh('i')
            self.text.put('for (int %s = 1; %s < 3; %s++) %s(std::to_string(%s), %s);' % (i, i, i, name, i, i))

    def sequential(self):
        name = self.fresh('seq')
        self.text.put('nn::Sequential %s;' % name)
        first = self.chance(0.4)
        key = self.key()
        if first:
            self.text.put('register_module(%s, %s);' % (key, name))
        for _ in range(self.random.randint(1, 3)):
            if self.chance(0.3):
                i = self.fresh('i')
                self.text.put('for (int %s = 0; %s < %d; %s++) %s->push_back(%s);' % (i, i, self.random.randint(0, 3), i, name, self.stock()))
            elif self.chance(0.3):
                self.text.put('if (%s) %s->push_back(%s);' % (self.condition(), name, self.stock()))
            elif self.chance(0.3):
                self.text.put('%s->push_back("%s", %s);' % (name, self.fresh('named'), self.stock()))
            else:
                self.text.put('%s->push_back(%s);' % (name, self.stock()))
        if not first:
            self.text.put('register_module(%s, %s);' % (key, name))

    # ---- the standard library's containers -----------------------------------------------------------------------
    def container(self):
        name, r = self.fresh('c'), self.random.random()
        sizes = [self.size() for _ in range(self.random.randint(1, 3))]
        if self.loops:
            return self.register()
        base = self.fresh('part')
        if r < 0.25:    # a map, in the order of its keys
            keys = self.random.sample(['enc', 'dec', 'mid', 'a1', 'zz'], len(sizes))
            kind = self.pick(['std::map', 'std::map', 'torch::OrderedDict'])
            self.text.put('%s<std::string, int64_t> %s;' % (kind, name))
            for k, s in zip(keys, sizes):
                self.text.put(('%s["%s"] = %s;' if kind == 'std::map' else '%s.insert("%s", %s);') % (name, k, s))
            if kind == 'std::map':
                self.text.open('for (const auto &[key, size] : %s)' % name)
                self.text.put('register_module("%s_" + key, nn::Linear(size, 2));' % base)
                self.text.close()
                if self.chance(0.5):
                    self.text.put('if (%s.count("%s")) register_buffer("%s_n", torch::zeros({%s.at("%s")}));' % (name, keys[0], base, name, keys[0]))
            else:
                self.text.put('for (auto &item : %s) register_module("%s_" + item.key(), nn::Linear(item.value(), 2));' % (name, base))
        elif r < 0.45:  # pairs and tuples
            self.text.put('std::vector<std::pair<std::string, int64_t>> %s{%s};' % (name, ', '.join('{"k%d", %s}' % (i, s) for i, s in enumerate(sizes))))
            if self.chance(0.5):
                self.text.put('%s.emplace_back("more", %s);' % (name, self.size()))
            i = self.fresh('i')
            self.text.open('for (size_t %s = 0; %s < %s.size(); ++%s)' % (i, i, name, i))
            self.text.put('auto [key, size] = %s[%s];' % (name, i))
            self.text.put('register_parameter("%s_" + key, torch::zeros({size, (int64_t)%s + 1}));' % (base, i))
            self.text.close()
        elif r < 0.65:  # modules kept in a vector, then registered
            self.text.put('std::vector<nn::Linear> %s;' % name)
            for s in sizes:
                self.text.put('%s.%s(nn::Linear(%s, 3));' % (name, self.pick(['push_back', 'emplace_back']), s))
            i = self.fresh('i')
            self.text.put('for (size_t %s = 0; %s < %s.size(); %s++) register_module("%s" + std::to_string(%s), %s[%s]);' % (i, i, name, i, base, i, name, i))
        elif r < 0.85:  # a ModuleDict
            keys = self.random.sample(['left', 'right', 'up'], len(sizes))
            self.text.put('nn::ModuleDict %s;' % name)
            first = self.chance(0.5)
            if first:
                self.text.put('register_module("%s", %s);' % (base, name))
            self.text.put('%s->update(torch::OrderedDict<std::string, std::shared_ptr<nn::Module>>({%s}));' %
                          (name, ', '.join('{"%s", nn::Linear(%s, 2).ptr()}' % (k, s) for k, s in zip(keys, sizes))))
            if not first:
                self.text.put('register_module("%s", %s);' % (base, name))
        else:           # an optional, a set
            self.text.put('std::optional<int64_t> %s;' % name)
            self.text.put('if (%s) %s = %s;' % (self.condition(), name, sizes[0]))
            self.text.put('register_buffer("%s", torch::zeros({%s.value_or(3)}));' % (base, name))
            self.text.put('if (%s) register_buffer("%s_o", torch::zeros({*%s, 2}));' % (name, base, name))

    # ---- the life of a module ------------------------------------------------------------------------------------
    def life(self):
        if self.loops:
            return self.register()
        key, r = self.fresh('life'), self.random.random()
        if r < 0.25:
            self.text.put('register_module("%s", %s);' % (key, self.stock()))
            self.text.put('if (%s) replace_module("%s", %s);' % (self.condition(), key, self.stock()))
        elif r < 0.45:
            self.text.put('register_module("%s", %s);' % (key, self.stock()))
            self.text.put('if (%s) unregister_module("%s");' % (self.condition(), key))
        elif r < 0.65:  # a holder is copied: both name one module
            a, b = self.fresh('h'), self.fresh('h')
            self.text.put(self.pick(['nn::Sequential %s{%s};', 'nn::Sequential %s = nn::Sequential(%s);']) % (a, self.stock()))  # (nn::ReLU()) would declare a function
            self.text.put('register_module("%s", %s);' % (key, a))
            self.text.put('nn::Sequential %s = %s;' % (b, a))
            self.text.put('%s->push_back(%s);' % (b, self.stock()))
            if self.chance(0.5):
                self.text.put('register_module("%s_again", %s);' % (key, a))
        elif r < 0.8:   # frozen, cast
            a = self.fresh('h')
            self.text.put('auto %s = register_module("%s", nn::Linear(%s, 2));' % (a, key, self.size()))
            self.text.put(self.pick(['for (auto &p : %s->parameters()) p.set_requires_grad(false);', '%s->to(torch::kDouble);', '%s->weight.set_requires_grad(false);',
                                     'nn::init::zeros_(%s->bias);', 'if (%%s) %s->to(torch::kHalf);' .replace('%%s', self.condition().replace('%', '%%'))]) % a)
        else:           # an exception that does not leave
            self.text.open('try')
            self.text.put('register_buffer("%s_t", torch::zeros({%s}));' % (key, self.size()))
            self.text.put('if (%s) throw std::runtime_error("no");' % self.condition())
            self.text.put('register_buffer("%s_u", torch::zeros({%s}));' % (key, self.size()))
            self.text.close('} catch (const std::exception &) {')
            self.text.depth += 1
            self.text.put('register_buffer("%s_v", torch::zeros({2}));' % key)
            self.text.close()

    # ---- what stands beside the constructor ----------------------------------------------------------------------
    def helpers(self):
        """Methods, static data and a config that the constructor uses."""
        self.has_method = self.chance(0.6)
        if self.has_method:
            self.text.open('%svoid add_part(const std::string &key, int64_t n%s)' % (self.pick(['', '', 'virtual ']) if not self.base else '', ', bool twice = false'))
            self.text.put('register_module(key, nn::Linear(n, %s));' % self.pick(['2', 'n', 'n + 1']))
            self.text.put('if (twice) add_part(key + "_2", n + 1);' if self.chance(0.5) else 'if (twice) register_buffer(key + "_b", torch::ones({n}));')
            self.text.close()
        if self.chance(0.4):
            name = self.fresh('kTable')
            self.text.put('static constexpr int64_t %s[] = {%s};' % (name, ', '.join(str(self.random.randint(1, 9)) for _ in range(3))))
            self.table = name
        if self.chance(0.4):
            self.text.open('struct Config')
            self.text.put('int64_t width = %d;' % self.random.randint(1, 9))
            self.text.put('bool norm = %s;' % self.pick(['true', 'false']))
            self.text.put('std::vector<int64_t> sizes = {%d, %d};' % (self.random.randint(1, 9), self.random.randint(1, 9)))
            if self.chance(0.5):
                self.text.put('Config &set_width(int64_t w) { width = w; return *this; }')
            self.text.close('};')
            self.config = True
        if self.chance(0.35):
            self.text.open('template <class T> static T scaled(T x, T by)')
            self.text.put('if constexpr (std::is_integral_v<T>) return x * by + 1;')
            self.text.put('return x / by;')
            self.text.close()
            self.scaled = True

    def helped(self):
        if self.loops:
            return self.register()
        ways = []
        if self.has_method:
            ways.append(lambda: self.text.put('add_part("%s", %s%s);' % (self.fresh('help'), self.size(), ', %s' % self.condition() if self.chance(0.5) else '')))
        if self.table:
            def from_table():
                i = self.fresh('i')
                self.text.put('for (int64_t %s : %s) register_buffer("%s_" + std::to_string(%s) + "_" + std::to_string(part_%s++), torch::zeros({%s}));'
                              % (i, self.table, self.fresh('tab'), i, i, i))
                self.text.lines.insert(len(self.text.lines) - 1, '  ' * self.text.depth + 'int part_%s = 0;' % i)
            ways.append(from_table)
        if self.config:
            def from_config():
                c, key = self.fresh('cfg'), self.fresh('conf')
                self.text.put('Config %s;' % c)
                self.text.put('%s.%s = %s;' % ((c,) + self.pick([('width', self.size()), ('norm', self.condition())])))
                self.text.put('if (%s.norm) register_module("%s_n", nn::LayerNorm(nn::LayerNormOptions({%s.width})));' % (c, key, c))
                self.text.put('for (size_t k = 0; k < %s.sizes.size(); ++k) register_parameter("%s_" + std::to_string(k), torch::zeros({%s.sizes[k], %s.width}));' % (c, key, c, c))
            ways.append(from_config)
        if self.scaled:
            def from_template():
                name = self.fresh('v')
                self.text.put('int64_t %s = scaled<int64_t>(%s, 2) + (int64_t)scaled(9.5, 2.0);' % (name, self.size()))
                self.variables.append(Variable(name, 'int', 100))
            ways.append(from_template)
        return self.pick(ways)() if ways else self.register()

    def statement(self):
        self.budget -= 1
        if self.budget < 0:
            return self.register()
        r = self.random.random()
        for limit, make in ((0.25, self.register), (0.40, self.declare), (0.47, self.assign), (0.57, self.branch), (0.67, self.loop),
                            (0.69, self.switch), (0.73, self.lambda_), (0.77, self.sequential), (0.82, self.container), (0.86, self.life),
                            (0.90, self.helped), (1.01, self.styled)):
            if r < limit:
                return make()

    # ---- the class ---------------------------------------------------------------------------------------------
    def arguments(self, by):
        values = []
        for kind in self.parameters:
            values.append({'int': lambda: 'static_cast<int64_t>(%s)' % by.bounded(*by.integer())[0], 'bool': lambda: by.condition(), 'string': lambda: '"%s"' % by.pick(['relu', 'gelu', 'silu_net']),
                           'vector': lambda: 'std::vector<int64_t>{%s, 3}' % by.size()}[kind]())
        keep = len(values) - (by.random.randint(0, self.defaults) if self.defaults else 0)
        return values[:keep]

    def write(self):
        r = self.random
        self.parameters = [self.pick(['int', 'int', 'bool', 'string', 'vector']) for _ in range(r.randint(0, 3))]
        self.defaults = 0
        declared = []
        for n, kind in enumerate(self.parameters):
            name = 'p%d' % n
            kinds = {'int': 'int64_t %s', 'bool': 'bool %s', 'string': 'const std::string &%s', 'vector': 'std::vector<int64_t> %s'}
            default = {'int': '5', 'bool': 'true', 'string': '"relu"', 'vector': '{4, 6}'}[kind]
            if self.defaults or self.chance(0.25):
                self.defaults += 1
                declared.append(kinds[kind] % name + ' = ' + default)
            else:
                declared.append(kinds[kind] % name)
            # arguments come from integer(): bounded by LIMIT; a vector's first two elements always exist
            self.variables.append(Variable(name, kind, LIMIT if kind == 'int' else 20, 2 if kind == 'vector' else 0, constant=kind == 'string'))
        width = None
        if self.chance(0.2):
            self.plain = False
            width = r.randint(1, 9)
            self.text.put('template <int Width>')
            self.variables.append(Variable('Width', 'int', 9, constant=True))
        # a base's keys have other numbers than those of this class, since each class counts from its own thousand
        self.counter = 1000 * (self.seed % 1000)
        bases = [m for m in self.earlier if m.plain]
        base = self.pick(bases) if bases and self.chance(0.2) else None
        self.base = base
        self.has_method, self.table, self.config, self.scaled, self.has_styles = False, None, False, False, False
        self.text.open('struct %s : %s' % (self.name, base.name if base else 'nn::Module'))
        self.helpers()
        self.declare_styles()
        member = self.fresh('member')
        self.text.put('int64_t %s = %d;' % (member, r.randint(1, 9)))
        if self.chance(0.3):
            self.text.put('nn::Linear %s = register_module("%s", nn::Linear(%s, 3));' % (self.fresh('own'), self.fresh('own'), member))
        initialisers = []
        if base:
            saved, self.variables = self.variables, [v for v in self.variables]
            initialisers.append('%s(%s)' % (base.name, ', '.join(base.arguments(self))))
            self.variables = saved
        explicit = 'explicit ' if len(declared) == 1 else ''
        self.variables.append(Variable(member, 'int', 9))
        self.text.open('%s%s(%s)%s' % (explicit, self.name, ', '.join(declared), ' : ' + ', '.join(initialisers) if initialisers else ''))
        while self.budget > 0:
            self.statement()
        self.text.close()
        self.text.close('};')
        self.variables = []
        self.full = '%s<%d>' % (self.name, width) if width is not None else self.name


def unit_text(seed, count):
    """The text of a unit of `count` models, and {line: (name, seed)}."""
    models, lines = [], ['#include "dump.h"', '#include <torch/torch.h>', ''] + HEADERS + ['', 'namespace nn = torch::nn;', '']
    for s in range(seed, seed + count):
        # children and bases are taken from the few before, so that trees stay small
        model = Model(s, [m for m in models[-4:] if m.plain])
        models.append(model)
        lines += model.text.lines + ['']
    lines.append('void models() {')
    at = {}
    for m in models:
        values = {'int': lambda: str(m.random.randint(0, 20)), 'bool': lambda: m.pick(['true', 'false']), 'string': lambda: '"%s"' % m.pick(['relu', 'elu', 'gelu_net']),
                  'vector': lambda: 'std::vector<int64_t>{%s}' % ', '.join(str(m.random.randint(1, 16)) for _ in range(m.random.randint(2, 5)))}
        given = [values[k]() for k in m.parameters]
        lines.append('  auto m%d = std::make_shared<%s>(%s);' % (m.seed, m.full, ', '.join(given)))
        at[len(lines)] = m.seed
        lines.append('  dump("m%d", m%d);' % (m.seed, m.seed))
    return '\n'.join(lines + ['}', '']), at


def main():
    parser = oracle.arguments(__doc__)
    parser.add_argument('--count', type=int, default=60, help='how many models')
    parser.add_argument('--seed', type=int, default=1, help='of the first model; the others follow')
    parser.add_argument('--per-unit', type=int, default=MODELS_PER_UNIT)
    a = parser.parse_args()
    compiler, folder = oracle.Compiler(a.build, a.cxx), os.path.join(a.build, 'generated')
    compiler.pch()
    os.makedirs(folder, exist_ok=True)
    units = []
    for seed in range(a.seed, a.seed + a.count, a.per_unit):
        count = min(a.per_unit, a.seed + a.count - seed)
        text, at = unit_text(seed, count)
        path = os.path.join(folder, 'gen_%d_%d.cpp' % (seed, count))
        oracle.replace(path, text)
        units.append((path, at))
    score = oracle.Score('generated')

    def examine(unit):
        path, at = unit
        out, error = compiler.output([path], defines=('CKPTLINT_ORACLE',))
        result, problem = oracle.ckptlint(a.ckptlint, 'keys', [path], timeout=a.timeout) if a.ckptlint and not error else (None, None)
        return out, error, result, problem

    for (path, at), (out, error, result, problem) in zip(units, oracle.parallel(examine, units, a.j)):
        if error:
            score.add(False, 'error', path, error, a.v)
            continue
        truth = {m['name']: m for m in map(json.loads, out.splitlines())}
        for line, seed in at.items():
            place = '%s:%d m%d' % (path, line, seed)
            if problem:
                score.add(False, 'error', place, problem, a.v)
            elif result is None:
                score.add(True, 'truth', place, '%d keys' % len(truth['m%d' % seed]['keys']), a.v)
            else:
                verdict, why = oracle.judge_line([truth['m%d' % seed]], result, path, line)
                if verdict in ('partial', 'none') and not a.v:
                    print('     %-8s %s  %s' % (verdict, place, why))
                score.add(verdict != 'wrong', verdict, place, why, a.v)
    score.finish()


if __name__ == '__main__':
    main()
