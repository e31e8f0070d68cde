"""What the tests of the program share: where things are, the flags of libtorch, one model that fits fixtures/loads/ckpt/net.pt, and
a folder of its own for each test."""
import os
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
CHECKPOINTS = os.path.join(ROOT, 'fixtures/loads/ckpt')
FLAGS = ['-std=c++17', '-isystem', '/usr/include/torch/csrc/api/include']
NET = '''#include <torch/torch.h>
struct NetImpl : torch::nn::Module {
  explicit NetImpl(int64_t width = 8, int64_t out = 2) {
    register_module("fc1", torch::nn::Linear(4, width));
    register_module("bn", torch::nn::BatchNorm1d(width));
    register_module("fc2", torch::nn::Linear(width, out));
  }
};
TORCH_MODULE(Net);
'''


def cache_of(build):
    """Shared by all suites: the same headers, precompiled once. A test about caches has its own."""
    return os.path.join(os.path.realpath(build), 'cache')


class Folder:
    def __init__(self, prefix):
        self.folder = os.path.realpath(tempfile.mkdtemp(prefix=prefix))

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, content):
        os.makedirs(os.path.dirname(self.path(name)), exist_ok=True)
        with open(self.path(name), 'wb') as f:
            f.write(content.encode() if isinstance(content, str) else content)
        return name
