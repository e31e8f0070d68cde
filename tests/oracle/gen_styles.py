"""More statements for the random constructors of gen_models.py: styles in which people drive a construction.

Each method writes statements into self.text, in the scope of a constructor of a torch::nn::Module; names are made unique by fresh(),
sizes come from size() and are from 1 to about 16. None of them stands in a loop. What a statement needs beside the constructor
(methods, static tables) is written by declare_styles().
"""


class Styles:
    def declare_styles(self):
        """Members that the statements below use."""
        self.has_styles = self.chance(0.7)
        if not self.has_styles:
            return
        r = self.random
        put, name = self.text.put, self.name
        put('struct Spec { std::string kind; int64_t width; bool bias = true; std::optional<int64_t> repeat{}; };')
        put('struct Sizes { int64_t low = %d, high = %d; int64_t area() const { return low * high %% 13 + 1; } };' % (r.randint(1, 6), r.randint(1, 9)))
        put('static constexpr std::array<std::pair<int64_t, bool>, 3> kStages_%s = {{%s}};' %
            (name, ', '.join('{%d, %s}' % (r.randint(1, 9), self.pick(['true', 'false'])) for _ in range(3))))
        put('static nn::Sequential stack_%s(int64_t in, const std::vector<int64_t> &widths, bool norm) {' % name)
        put('  nn::Sequential s;')
        put('  for (auto w : widths) {')
        put('    s->push_back(nn::Linear(nn::LinearOptions(in, w).bias(!norm)));')
        put('    if (norm) s->push_back(nn::BatchNorm1d(w));')
        put('    s->push_back(nn::%s());' % self.pick(['ReLU', 'GELU', 'Tanh']))
        put('    in = w;')
        put('  }')
        put('  return s;')
        put('}')
        put('std::shared_ptr<nn::Module> tree_%s(int64_t depth, int64_t n) {' % name)
        put('  auto node = std::make_shared<nn::Module>("node");')
        put('  node->register_module("fc", nn::Linear(n, depth + 1));')
        put('  if (depth > 0) node->register_module("left", tree_%s(depth - 1, n + 1));' % name)
        put('  if (depth > 1) node->register_module("right", tree_%s(depth - 2, n));' % name)
        put('  return node;')
        put('}')
        put('template <class... Rest> int64_t chain_%s(const std::string &key, int64_t in, int64_t out, Rest... rest) {' % name)
        put('  register_module(key + std::to_string(sizeof...(rest)), nn::Linear(in, out));')
        put('  if constexpr (sizeof...(rest) > 0) return chain_%s(key, out, rest...);' % name)
        put('  return out;')
        put('}')
        put('void put_%s(const std::string &key, const nn::Linear &m) { register_module(key, m); }' % name)
        put('void put_%s(const std::string &key, const torch::Tensor &t) { register_buffer(key, t); }' % name)
        put('void put_%s(const std::string &key, int64_t n) { register_parameter(key, torch::ones({n})); }' % name)

    def styled(self):
        if not self.has_styles or self.loops:
            return self.register()
        return self.pick([self.from_specs, self.from_members, self.by_overload, self.by_stack, self.by_recursion, self.by_pack,
                          self.by_variant, self.from_table, self.by_registry, self.through_list, self.through_dict, self.options_edited,
                          self.computed_buffer, self.bits, self.searched, self.zipped, self.by_pointer, self.by_algorithm, self.parsed])()

    def from_specs(self):
        name, base, i = self.fresh('specs'), self.fresh('sp'), self.fresh('i')
        rows = []
        for _ in range(self.random.randint(1, 4)):
            kind = self.pick(['fc', 'norm', 'buffer', 'none'])
            row = '{"%s", %s' % (kind, self.size())
            if self.chance(0.5):
                row += ', %s' % self.condition()
                if self.chance(0.5):
                    row += ', %s' % self.pick(['std::nullopt', '%d' % self.random.randint(0, 2)])
            rows.append(row + '}')
        self.text.put('std::vector<Spec> %s{%s};' % (name, ', '.join(rows)))
        self.text.put('int64_t %s = 0;' % i)
        self.text.open('for (const auto &[kind, width, bias, repeat] : %s)' % name)
        self.text.open('for (int64_t r = 0; r < repeat.value_or(1); r++, %s++)' % i)
        self.text.put('const auto key = "%s_" + kind + std::to_string(%s);' % (base, i))
        self.text.put('if (kind == "fc") register_module(key, nn::Linear(nn::LinearOptions(width, %s + 1).bias(bias)));' % i)
        self.text.put('else if (kind == "norm") register_module(key, nn::BatchNorm1d(nn::BatchNorm1dOptions(width).affine(bias)));')
        self.text.put('else if (kind == "buffer") register_buffer(key, torch::zeros({width, bias ? 2 : 1}));')
        self.text.close()
        self.text.close()

    def from_members(self):
        """Pointers to data members and to member functions."""
        s, base = self.fresh('sizes'), self.fresh('pm')
        self.text.put('Sizes %s;' % s)
        if self.chance(0.5):
            self.text.put('%s.*(%s ? &Sizes::low : &Sizes::high) = %s;' % (s, self.condition(), self.size()))
        self.text.put('for (auto member : {&Sizes::low, &Sizes::high}) register_buffer("%s_" + std::to_string(member == &Sizes::low), torch::zeros({%s.*member, 2}));' % (base, s))
        self.text.put('register_parameter("%s_area", torch::zeros({(%s.*(&Sizes::area))()}));' % (base, s))

    def by_overload(self):
        f, base = self.fresh('each'), self.fresh('ov')
        self.text.put('auto %s = [&](const auto &...items) { int at = 0; (put_%s("%s_" + std::to_string(at++), items), ...); };' % (f, self.name, base))
        items = [self.pick([lambda: 'nn::Linear(%s, 2)' % self.size(), lambda: 'torch::zeros({%s})' % self.size(), lambda: 'int64_t(%s)' % self.size()])()
                 for _ in range(self.random.randint(1, 3))]
        self.text.put(self.pick(['%s(%s);', 'std::apply(%s, std::make_tuple(%s));']) % (f, ', '.join(items)))

    def by_stack(self):
        s, key = self.fresh('st'), self.fresh('stack')
        widths = ', '.join(self.size() for _ in range(self.random.randint(1, 3)))
        self.text.put('nn::Sequential %s = stack_%s(%s, std::vector<int64_t>{%s}, %s);' % (s, self.name, self.size(), widths, self.condition()))
        if self.chance(0.5):
            self.text.put('%s->extend(*stack_%s(2, std::vector<int64_t>{3}, false));' % (s, self.name))
        self.text.put('register_module("%s", %s);' % (key, s))
        if self.chance(0.5):
            self.text.put('register_buffer("%s_size", torch::zeros({(int64_t)%s->size()}));' % (key, s))

    def by_recursion(self):
        self.text.put('register_module("%s", tree_%s((%s) %% 4, %s));' % (self.fresh('tree'), self.name, self.size(), self.size()))

    def by_pack(self):
        v, key = self.fresh('v'), self.fresh('chain')
        rest = ', '.join('(int64_t)(%s)' % self.size() for _ in range(self.random.randint(0, 3)))
        self.text.put('int64_t %s = chain_%s("%s_", (int64_t)(%s), (int64_t)(%s)%s);' % (v, self.name, key, self.size(), self.size(), ', ' + rest if rest else ''))
        self.variables.append(self.variable(v, 20))

    def by_variant(self):
        v, key = self.fresh('var'), self.fresh('vk')
        value = self.pick(['int64_t(%s)' % self.size(), 'std::string("two")', '%s > 3' % self.size()])
        self.text.put('std::variant<int64_t, std::string, bool> %s = %s;' % (v, value))
        if self.chance(0.5):
            self.text.open('std::visit([&](auto &&value)')
            self.text.put('using T = std::decay_t<decltype(value)>;')
            self.text.put('if constexpr (std::is_same_v<T, int64_t>) register_buffer("%s_n", torch::zeros({value}));' % key)
            self.text.put('else if constexpr (std::is_same_v<T, std::string>) register_module("%s_" + value, nn::Linear(1, (int64_t)value.size()));' % key)
            self.text.put('else if (value) register_module("%s_b", nn::PReLU());' % key)
            self.text.close('}, %s);' % v)
        else:
            self.text.put('if (std::holds_alternative<int64_t>(%s)) register_buffer("%s_n", torch::zeros({std::get<int64_t>(%s)}));' % (v, key, v))
            self.text.put('else if (%s.index() == 1) register_module("%s_" + std::get<1>(%s), nn::Linear(1, (int64_t)std::get<std::string>(%s).size()));' % (v, key, v, v))
            self.text.put('else if (std::get<bool>(%s)) register_module("%s_b", nn::PReLU());' % (v, key))
        if self.chance(0.4):
            self.text.put('if (auto *n = std::get_if<int64_t>(&%s)) register_parameter("%s_p", torch::ones({*n + 1}));' % (v, key))

    def from_table(self):
        key, i = self.fresh('stage'), self.fresh('i')
        self.text.open('for (size_t %s = 0; %s < kStages_%s.size(); ++%s)' % (i, i, self.name, i))
        self.text.put('if (!kStages_%s[%s].second%s) continue;' % (self.name, i, self.pick(['', ' && %s' % self.condition()])))
        self.text.put('register_module("%s" + std::to_string(%s), nn::Conv2d(nn::Conv2dOptions(kStages_%s[%s].first, 4, {1, %s}).bias(false)));' % (key, i, self.name, i, self.size()))
        self.text.close()

    def by_registry(self):
        """A map from names to functions that make modules."""
        m, key = self.fresh('makers'), self.fresh('made')
        names = self.random.sample(['linear', 'conv', 'norm', 'act'], self.random.randint(2, 4))
        bodies = {'linear': 'nn::Linear(n, 2).ptr()', 'conv': 'nn::Conv1d(n, n, 3).ptr()', 'norm': 'nn::LayerNorm(nn::LayerNormOptions({n})).ptr()', 'act': 'nn::PReLU(nn::PReLUOptions().num_parameters(n)).ptr()'}
        kind = self.pick(['std::map', 'std::unordered_map'])
        self.text.open('const %s<std::string, std::function<std::shared_ptr<nn::Module>(int64_t)>> %s =' % (kind, m))
        for n in names:
            self.text.put('{"%s", [](int64_t n) -> std::shared_ptr<nn::Module> { return %s; }},' % (n, bodies[n]))
        self.text.close('};')
        self.text.put('for (const std::string &name : {%s}) register_module("%s_" + name, %s.at(name)(%s));' %
                      (', '.join('std::string("%s")' % n for n in self.random.sample(names, self.random.randint(1, len(names)))), key, m, self.size()))
        if self.chance(0.5):
            self.text.put('if (auto it = %s.find("%s"); it != %s.end()) register_module("%s_found", it->second(%s));' % (m, self.pick(['linear', 'norm', 'other']), m, key, self.size()))

    def through_list(self):
        ml, key = self.fresh('ml'), self.fresh('list')
        self.text.put('nn::ModuleList %s(%s);' % (ml, ', '.join('nn::Linear(%s, %d)' % (self.size(), k + 1) for k in range(self.random.randint(1, 3)))))
        if self.chance(0.5):
            self.text.put('%s->insert(0, nn::Identity());' % ml)
        else:
            self.text.put('%s->push_back(nn::Linear(%s->ptr<nn::LinearImpl>(0)->options.in_features(), 5));' % (ml, ml))
        self.text.put('register_module("%s", %s);' % (key, ml))
        self.text.put('for (const auto &m : *%s) if (auto *l = m->as<nn::Linear>()) register_buffer("%s_" + std::to_string(l->options.out_features()), torch::zeros({l->options.in_features()}));' % (ml, key))

    def through_dict(self):
        md, key = self.fresh('md'), self.fresh('dict')
        names = self.random.sample(['left', 'right', 'up', 'down'], 2)
        self.text.put('nn::ModuleDict %s(torch::OrderedDict<std::string, std::shared_ptr<nn::Module>>({{"%s", nn::Linear(%s, 2).ptr()}, {"%s", nn::Linear(%s, 3).ptr()}}));' %
                      (md, names[0], self.size(), names[1], self.size()))
        self.text.put('register_module("%s", %s);' % (key, md))
        if self.chance(0.4):
            self.text.put('if (%s->contains("%s")) %s->pop("%s");' % (md, self.pick(names + ['none']), md, names[0])) if self.chance(0.5) else self.text.put('%s->pop("%s");' % (md, names[0]))
        self.text.put('register_buffer("%s_n", torch::zeros({(int64_t)%s->size() + 1}));' % (key, md))
        self.text.put('for (auto &item : %s->items()) register_parameter("%s_" + item.first, torch::ones({item.second->as<nn::Linear>()->options.out_features()}));' % (md, key))

    def options_edited(self):
        """A module's options changed after it was made, and another made from them."""
        m, key = self.fresh('m'), self.fresh('again')
        kind, edit = self.pick([('Linear', 'out_features'), ('Embedding', 'embedding_dim'), ('BatchNorm1d', 'num_features')])
        more = {'Linear': ', 2', 'Embedding': ', 3', 'BatchNorm1d': ''}[kind]
        self.text.put('nn::%s %s(%s%s);' % (kind, m, self.size(), more))
        self.text.put('%s->options.%s(%s);' % (m, edit, self.size()))
        self.text.put('register_module("%s", %s);' % (key, m))
        if self.chance(0.7):
            self.text.put('register_module("%s_b", nn::%s(%s->options));' % (key, kind, m))

    def computed_buffer(self):
        t, key = self.fresh('t'), self.fresh('comp')
        self.text.put('torch::Tensor %s = %s;' % (t, self.pick([
            lambda: 'torch::arange(0, 2 * (%s), 2)' % self.size(),
            lambda: 'torch::ones({%s, %s})' % (self.size(), self.size()),
            lambda: 'torch::rand({%s, 1, %s}, torch::kDouble)' % (self.size(), self.size()),
            lambda: 'torch::zeros({%s}, torch::kInt)' % self.size()])()))
        for _ in range(self.random.randint(1, 3)):
            self.text.put(('%s = ' % t) + self.pick(['%s.unsqueeze(-1)', '%s * 2', '%s.to(torch::kFloat)', '%s.flatten()', '%s.reshape({-1})',
                                                     'torch::stack({%s, %s})', 'torch::cat({%s, %s}, 0)', '%s.transpose(0, -1)', '%s.repeat_interleave(2, 0)', '%s.narrow(0, 0, 1)', '%s + 0.5',
                                                     '%s / 2', '%s.exp()', '%s.gt(0)', '%s.clone().contiguous()', '%s.cumsum(0)', '%s.flip({0})', '%s.index({0}).unsqueeze(0)']).replace('%s', t) + ';')
        self.text.put('register_buffer("%s", %s);' % (key, t))
        if self.chance(0.5):
            self.text.put('register_parameter("%s_p", torch::zeros({%s.size(0), %s.dim()}));' % (key, t, t))

    def bits(self):
        v = self.fresh('v')
        a, k = self.size(), self.random.randint(1, 3)
        self.text.put('int64_t %s = %s;' % (v, self.pick(['((%s) << %d) | 1' % (a, k), '(%s) >> %d' % (a, k), '((%s) + 7) & ~7' % a, '(%s) ^ %d' % (a, k), '~(%s) & 15' % a,
                                                          'static_cast<uint8_t>(%s) << %d' % (a, k), '(1 << (%s)) %% 11' % a, '((%s) & (%s)) + 1' % (a, self.size())])))
        self.variables.append(self.variable(v, 140))
        self.text.put('if (%s & 1) register_buffer("%s", torch::zeros({%s %% 9 + 1}));' % (v, self.fresh('odd'), v))

    def searched(self):
        v, key = self.fresh('levels'), self.fresh('lev')
        self.text.put('const std::vector<int64_t> %s{%s};' % (v, ', '.join(str(self.random.randint(1, 8)) for _ in range(3))))
        self.text.open('for (int64_t level : {1, 2, 4, 8})')
        self.text.put('const bool found = %s;' % self.pick(['std::find(%s.begin(), %s.end(), level) != %s.end()', 'std::count(%s.begin(), %s.end(), level) > 0', 'std::any_of(%s.begin(), %s.end(), [level](int64_t x) { return x == level; })',
                                                            'std::binary_search(%s.begin(), %s.begin() + 1, level)']).replace('%s', v))
        self.text.put('if (found) register_module("%s_attn" + std::to_string(level), nn::Linear(level, %s));' % (key, self.size()))
        self.text.close()

    def zipped(self):
        key = self.fresh('zip')
        self.text.open('for (auto [name, out, on] : std::vector<std::tuple<std::string, int64_t, bool>>{{"q", %s, true}, {"k", %s, %s}, {"v", %s, false}})' % (self.size(), self.size(), self.condition(), self.size()))
        self.text.put('auto layer = register_module("%s_" + name, nn::Linear(nn::LinearOptions(3, out).bias(on)));' % key)
        self.text.put('if (on) nn::init::zeros_(layer->bias);')
        self.text.close()

    def by_pointer(self):
        a, b, p, key = self.fresh('a'), self.fresh('b'), self.fresh('p'), self.fresh('ptr')
        self.text.put('nn::Sequential %s{nn::Linear(%s, 2)}, %s;' % (a, self.size(), b))
        self.text.put('nn::Sequential *%s = %s ? &%s : &%s;' % (p, self.condition(), a, b))
        self.text.put('(*%s)->push_back(nn::Linear(2, %s));' % (p, self.size()))
        self.text.put('register_module("%s_a", %s);' % (key, a))
        self.text.put('if (!%s->is_empty()) register_module("%s_b", %s);' % (b, key, b))

    def by_algorithm(self):
        v, w, key = self.fresh('in'), self.fresh('out'), self.fresh('alg')
        self.text.put('std::vector<int64_t> %s{%s}, %s;' % (v, ', '.join(self.size() for _ in range(3)), w))
        self.text.put(self.pick(['std::transform(%(v)s.begin(), %(v)s.end(), std::back_inserter(%(w)s), [](int64_t x) { return x * 2 + 1; });',
                                 'std::copy_if(%(v)s.begin(), %(v)s.end(), std::back_inserter(%(w)s), [](int64_t x) { return x > 4; });',
                                 'std::partial_sum(%(v)s.begin(), %(v)s.end(), std::back_inserter(%(w)s));',
                                 '%(w)s.assign(%(v)s.rbegin(), %(v)s.rend());',
                                 '%(w)s.resize(3, 2); std::iota(%(w)s.begin(), %(w)s.end() - 1, %(v)s[0]);',
                                 '%(w)s = %(v)s; std::rotate(%(w)s.begin(), %(w)s.begin() + 1, %(w)s.end());',
                                 '%(w)s = %(v)s; std::sort(%(w)s.begin(), %(w)s.end(), std::greater<int64_t>()); %(w)s.erase(std::unique(%(w)s.begin(), %(w)s.end()), %(w)s.end());',
                                 '%(w)s.insert(%(w)s.end(), {%(v)s.front(), std::accumulate(%(v)s.begin(), %(v)s.end(), int64_t{0})});']) % {'v': v, 'w': w})
        self.text.put('for (size_t k = 0; k + 1 < %s.size(); ++k) register_module("%s" + std::to_string(k), nn::Linear(%s[k], %s[k + 1]));' % (w, key, w, w))

    def parsed(self):
        """A configuration in a string."""
        s, key, part = self.fresh('stream'), self.fresh('cfg'), self.random
        words = ' '.join(self.pick(['fc:%d', 'conv:%d', 'drop', 'norm:%d']).replace('%d', str(part.randint(1, 9))) for _ in range(part.randint(1, 4)))
        self.text.put('std::istringstream %s("%s");' % (s, words))
        self.text.put('int64_t %s_at = 0;' % s)
        self.text.open('for (std::string word; %s;)' % (self.pick(['%s >> word', "std::getline(%s, word, ' ')"]) % s))
        self.text.put("const auto colon = word.find(':');")
        self.text.put('const auto kind = word.substr(0, colon);')
        self.text.put('const int64_t n = colon == std::string::npos ? 0 : std::stol(word.substr(colon + 1));')
        self.text.put('if (kind == "fc") register_module("%s_" + kind + std::to_string(%s_at), nn::Linear(n, 2));' % (key, s))
        self.text.put('else if (kind == "conv") register_module("%s_" + kind + std::to_string(%s_at), nn::Conv1d(n, 2, 3));' % (key, s))
        self.text.put('else if (n) register_buffer("%s_" + kind + std::to_string(%s_at), torch::zeros({n}));' % (key, s))
        self.text.put('%s_at++;' % s)
        self.text.close()
