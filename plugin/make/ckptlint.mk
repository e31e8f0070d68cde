# ckptlint.mk - ckptlint in a Makefile: `include ckptlint.mk` after CXX is set, and every compile and link is checked as it runs.
# CKPTLINT= (empty) switches it off; CKPTLINT_FLAGS holds options (-Wno-ckpt-unexpected-key --warn-only ...).
CKPTLINT ?= ckptlint
export CKPTLINT_FLAGS
ifneq ($(strip $(CKPTLINT)),)
  CXX := $(CKPTLINT) cc $(CXX)
endif
