"""Three executables in one compile database, each with a class Net of its own in the same folder: which of them the checkpoint fits is known from
what the build systems leave behind when they configure. Nothing is compiled."""
import os

from lib import test

NETS = {
    'CMakeLists.txt': """cmake_minimum_required(VERSION 3.18)
project(nets CXX)
set(CMAKE_CXX_STANDARD 17)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
include_directories(SYSTEM /usr/include/torch/csrc/api/include)
add_library(net_a STATIC src/net_a.cpp)
add_library(net_b SHARED src/net_b.cpp)
add_library(net_c OBJECT src/net_c.cpp)
# else its units have flags of their own, for which libtorch's headers would be precompiled
set_target_properties(net_b PROPERTIES DEFINE_SYMBOL "" POSITION_INDEPENDENT_CODE OFF)
foreach(n a b c)
  add_executable(app_${n} src/main_${n}.cpp)
  target_link_libraries(app_${n} PRIVATE net_${n})
endforeach()
add_custom_command(OUTPUT ran COMMAND app_a COMMAND app_b COMMAND app_c DEPENDS app_a app_b app_c)
add_custom_target(run ALL DEPENDS ran)
""",
    'meson.build': """project('nets', 'cpp', default_options: ['cpp_std=c++17'])
torch = include_directories('/usr/include/torch/csrc/api/include', is_system: true)
a = static_library('net_a', 'src/net_a.cpp', include_directories: torch)
b = shared_library('net_b', 'src/net_b.cpp', include_directories: torch)
executable('app_a', 'src/main_a.cpp', link_with: a, include_directories: torch)
executable('app_b', 'src/main_b.cpp', link_with: b, include_directories: torch)
executable('app_c', 'src/main_c.cpp', 'src/net_c.cpp', include_directories: torch)
""",
}
WANTED = [('main_b.cpp:4:10', 'error', 'shape-mismatch'), ('main_c.cpp:4:10', 'error', 'shape-mismatch')]


def three_nets(w):
    for name, text in NETS.items():
        w.write(name, text)
    for name, width in (('a', 8), ('b', 16), ('c', 32)):
        w.write('src/net_%s.h' % name, '#pragma once\n#include <torch/torch.h>\nstruct NetImpl : torch::nn::Module {\n  NetImpl();\n};\nTORCH_MODULE(Net);\n')
        w.write('src/net_%s.cpp' % name, '#include "net_%s.h"\nNetImpl::NetImpl() {\n  register_module("fc1", torch::nn::Linear(4, %d));\n'
                '  register_module("bn", torch::nn::BatchNorm1d(%d));\n  register_module("fc2", torch::nn::Linear(%d, 2));\n}\n' % (name, width, width, width))
        w.write('src/main_%s.cpp' % name, '#include "net_%s.h"\nint main() {\n  Net net;\n  torch::load(net, "net.pt");\n}\n' % name)
    w.checkpoint('net.pt')


def without_links(w):
    """The File API's reply alone: the records of the generator are removed."""
    w.write('b/.cmake/api/v1/query/codemodel-v2', '')
    r = w.run('cmake', '-S', '.', '-B', 'b', '-G', 'Unix Makefiles')
    for top, _, names in os.walk(w.path('b')):
        for name in names:
            if name == 'link.txt':
                os.remove(os.path.join(top, name))
    return r


KINDS = [
    ('Ninja', ['cmake', 'ninja'], lambda w: w.run('cmake', '-S', '.', '-B', 'b', '-G', 'Ninja'), 'build.ninja'),
    ('Makefiles', ['cmake', 'make'], lambda w: w.run('cmake', '-S', '.', '-B', 'b', '-G', 'Unix Makefiles'), 'link.txt'),
    ('File API', ['cmake', 'make'], without_links, 'CMake File API'),
    ('Meson', ['meson', 'ninja'], lambda w: w.run('meson', 'setup', 'b', '-Db_staticpic=false'), 'build.ninja'),
]


def add_kind(name, needs, configure, record):
    def row(w):
        three_nets(w)
        configure(w).expect(0)
        w.run('ckptlint', 'check', '-p', 'b').expect(1, '3 load sites: 3 checked', found=WANTED)
        w.run('ckptlint', 'check', '-p', 'b', 'src/main_a.cpp').expect(0, '1 load site: 1 checked')
        w.run('ckptlint', 'doctor', '-p', 'b').expect(None, 'ok    programs         3, from ' + record)
    row.__name__ = 'three programs in one database, ' + name
    test('programs', *needs)(row)


for kind in KINDS:
    add_kind(*kind)
