# show, diff, headers snapshots and Git LFS pointers on real files.
exec python3 tests/ckpt/run.py "$1"
