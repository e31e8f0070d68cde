# ckptlint.mk - ckptlint in a Makefile: `include ckptlint.mk` after CXX is set, and every compile and link is checked as it runs.
#
# CKPTLINT               the program; empty switches it off
# CKPTLINT_FLAGS         its options (-Wno-ckpt-unexpected-key --warn-only ...)
# CKPTLINT_CHECKPOINTS   files whose change checks again, and
# CKPTLINT_OBJECTS       the objects that load them: for Makefiles without depfiles. With -MMD and `-include *.d` nothing need be
#                        said: the launcher adds what it read to the depfile.
CKPTLINT ?= ckptlint
export CKPTLINT_FLAGS
ifneq ($(strip $(CKPTLINT)),)
  CXX := $(CKPTLINT) cc $(CXX)
  ifneq ($(strip $(CKPTLINT_OBJECTS)),)
    # the rule that follows is not what `make` alone means
    CKPTLINT_GOAL := $(.DEFAULT_GOAL)
    $(CKPTLINT_OBJECTS): $(CKPTLINT_CHECKPOINTS)
    .DEFAULT_GOAL := $(CKPTLINT_GOAL)
  endif
endif
