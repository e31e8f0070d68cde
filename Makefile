# A thin front on CMake. `make demo` and `make test` do all set-up on a fresh Debian 12 (as root; else they say what to install).
#   make            build build/ckptlint
#   make demo       build it, then show it at work on the small libtorch project in fixtures/demo
#   make test       build it (with and without sanitizers), run every test
#   make check-one TEST=unit.base_strbuf    one test by name
#   make tidy       clang-tidy over every C source (.clang-tidy), with assertions, which tell it what holds
#   make bench      performance, as ratios against what a user would use instead
BUILD     ?= build
SANITIZED ?= build-asan
JOBS      ?= $(shell nproc 2>/dev/null || echo 2)

all: $(BUILD)/CMakeCache.txt
	@cmake --build $(BUILD) -j $(JOBS)

$(BUILD)/CMakeCache.txt: | deps-build
	@cmake -S . -B $(BUILD) -G Ninja > $(BUILD).cmake.log 2>&1 || { cat $(BUILD).cmake.log; exit 1; }
	@mv $(BUILD).cmake.log $(BUILD)/configure.log

# The fresh machine: each list is installed only if something of it is missing.
deps: deps-build deps-run deps-test
deps-build deps-run deps-test deps-extra: deps-%:
	@tests/house/deps.sh $*

demo: deps-run all
	@fixtures/demo/run.sh $(BUILD)

test: deps-run deps-test plugins all
	@tests/run.sh $(BUILD) $(SANITIZED)

# A build folder that was made before the compilers' plugin headers were there is configured again.
plugins: deps-extra
	@[ ! -f $(BUILD)/CMakeCache.txt ] || [ -f $(BUILD)/ckptlint_gcc.so ] || cmake -S . -B $(BUILD) >/dev/null

check-one: all
	@ctest --test-dir $(BUILD) --output-on-failure -R '$(TEST)'

bench: deps-run all
	@tests/bench/run.sh $(BUILD)

tidy: deps-test
	@cmake -S . -B $(BUILD)-tidy -G Ninja -DCMAKE_BUILD_TYPE=Debug > /dev/null
	@ls analyzer/*/*.c | xargs -P $(JOBS) -n 4 clang-tidy-22 --quiet -p $(BUILD)-tidy 2> $(BUILD)-tidy/log || { tail -n 20 $(BUILD)-tidy/log; exit 1; }

format:
	@clang-format-22 -i $$(git ls-files 'analyzer/*.[ch]' 'tests/*.[ch]')

clean:
	rm -rf $(BUILD) $(BUILD)-tidy $(SANITIZED)

.PHONY: all deps deps-build deps-run deps-test deps-extra plugins demo test check-one bench tidy format clean
