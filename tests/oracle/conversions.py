"""The lines of Python that `ckptlint check` gives as a way out, for files of fixtures/loads/ckpt: file, loader, what it prints.

make_checkpoints.py runs each of them and keeps the result as converted_NAME.pt, which libtorch's loaders read (fixtures/checkpoints/make.cpp
--loaders); tests/ckpt/run.py checks that the program prints exactly these lines."""

SCRIPT = 'torch.jit.script(model.eval()).save("converted.pt")'
CPU = 'map_location="cpu"'

# name of the result, file, loader, lines
CONVERSIONS = [
    ('state_dict', 'python_state_dict.pt', 'load', 'model = Net(...); model.load_state_dict(torch.load("python_state_dict.pt", %s)); %s' % (CPU, SCRIPT)),
    ('nested', 'python_nested.pt', 'load', 'model = Net(...); model.load_state_dict(torch.load("python_nested.pt", %s)["state_dict"]); %s' % (CPU, SCRIPT)),
    ('legacy', 'python_legacy.pt', 'load', 'model = Net(...); model.load_state_dict(torch.load("python_legacy.pt", %s)); %s' % (CPU, SCRIPT)),
    ('module', 'python_module.pt', 'load', 'model = torch.load("python_module.pt", %s); %s' % (CPU, SCRIPT)),
    ('safetensors', 'whole.safetensors', 'load', 'model = Net(...); model.load_state_dict(safetensors.torch.load_file("whole.safetensors")); %s' % SCRIPT),
    ('dict', 'python_state_dict.pt', 'pickle_load',
     'torch.save({k: v.detach() for k, v in torch.load("python_state_dict.pt", %s).items()}, "converted.pt")' % CPU),
    ('nested_dict', 'python_nested.pt', 'pickle_load',
     'torch.save({k: v.detach() for k, v in torch.load("python_nested.pt", %s)["state_dict"].items()}, "converted.pt")' % CPU),
    ('safetensors_dict', 'whole.safetensors', 'pickle_load',
     'torch.save({k: v.detach() for k, v in safetensors.torch.load_file("whole.safetensors").items()}, "converted.pt")'),
]

# Another way that the program gives, where the class cannot be scripted.
TRACE = 'torch.jit.trace(model.eval(), example_input).save("converted.pt")'
