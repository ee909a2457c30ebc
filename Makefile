# SPDX-License-Identifier: AGPL-3.0-or-later
#
# make [MODE=debug|asan|tsan|cov|release] [CC=gcc|clang] [target]
#
#   all           build/MODE/tessera and tessera-media (MODE=release: also in build/); the default
#   test-binary   build/MODE/tests
#   programs      the programs of bench/, tests/story/ and tests/sim/, in build/MODE/
#   sim           those of tests/sim/ alone
#   fuzz          every tests/fuzz/NAME_fuzz.c with libFuzzer, in build/fuzz/
#   objects       compile everything, link nothing
#   clean         remove build/
#
# Sources are found by name, so a new room needs no line here. Everything a rule
# makes lies under build/; what mksql and the browser build make is shared by all modes.

MODE ?= debug
ifeq ($(origin CC),default)
CC := gcc
endif
MAKEFLAGS += --no-builtin-rules
.SUFFIXES:
.DELETE_ON_ERROR:
.DEFAULT_GOAL := all

IS_CLANG := $(findstring clang,$(CC))
OUT := build/$(MODE)$(if $(IS_CLANG),-clang)
GEN := build/gen

# V=1 shows the whole command lines.
Q := $(if $(V),,@)
# Of the flags only the letters: a long one has an s of its own.
quiet := $(findstring s,$(filter-out --%,$(firstword -$(MAKEFLAGS))))
say = $(if $(V)$(quiet),,@printf '%-7s %s\n' $(1) $(2))

# --- flags ---

WARNINGS := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wconversion \
	-Wno-sign-conversion -Wvla -Wformat=2 -Werror
FLAGS_debug := -Og -g -DCRASH_POINTS
FLAGS_asan := -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all
FLAGS_tsan := -O1 -g -fno-omit-frame-pointer -fsanitize=thread
FLAGS_cov := -O0 -g --coverage
FLAGS_release := -O2 -g -DNDEBUG -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3 -fstack-protector-strong \
	-fstack-clash-protection
FLAGS_fuzz := -O1 -g -fno-omit-frame-pointer -fsanitize=fuzzer-no-link,address,undefined \
	-fno-sanitize-recover=all
LINK_asan := -fsanitize=address,undefined
LINK_tsan := -fsanitize=thread
LINK_cov := --coverage
LINK_release := -pie -Wl,-z,relro,-z,now,-z,noexecstack
LINK_fuzz := -fsanitize=fuzzer,address,undefined

ifeq ($(filter $(MODE),debug asan tsan cov release fuzz),)
$(error MODE is one of debug, asan, tsan, cov, release)
endif

PACKAGES := libuv sqlite3 libpq openssl libsodium libcmark libarchive libcurl libxml-2.0 zlib libzstd
ifeq ($(filter clean,$(MAKECMDGOALS)),)
PACKAGE_CFLAGS := $(shell pkg-config --cflags $(PACKAGES))
PACKAGE_LIBS := $(shell pkg-config --libs $(PACKAGES))
endif

LLHTTP := /usr/share/llhttp
LANGUAGE := -std=c17 -D_GNU_SOURCE -fPIE -pthread
INCLUDES := -Ilib -Isrc -I. -I$(GEN) -isystem /usr/share/include/llhttp \
	$(patsubst -I%,-isystem %,$(PACKAGE_CFLAGS))
CFLAGS_ALL = $(LANGUAGE) $(FLAGS_$(MODE)) $(WARNINGS) $(INCLUDES) $(CFLAGS)
LDFLAGS_ALL = -pie -pthread $(LINK_$(MODE)) -Wl,--as-needed $(LDFLAGS)
LIBS := $(PACKAGE_LIBS) -lm

# --- sources ---

CODE := $(sort $(wildcard lib/*/*.c src/*/*.c src/*/*/*.c))
TESTS := $(filter %_test.c,$(CODE)) $(sort $(wildcard tests/*.c))
HOUSE := $(filter-out %_test.c src/app/main.c,$(CODE))
PROGRAMS := $(sort $(wildcard bench/*.c tests/story/*.c))
# Several programs of one folder: NAME_main.c each, the other files are theirs together.
SIM := $(sort $(wildcard tests/sim/*.c))
# The program that opens media, and what it shares with the house.
MEDIA := $(sort $(wildcard media/*.c))
MEDIA_SHARED := $(filter-out %_test.c,$(sort $(wildcard lib/base/*.c))) lib/media/form.c
FUZZERS := $(sort $(wildcard tests/fuzz/*_fuzz.c))
SQL := $(sort $(wildcard lib/*/*.sql src/*/*.sql src/*/*/*.sql))

# The house does without some functions of libc (lib/base/banned.h). Few files may take memory; the
# wrappers of foreign libraries read headers that name what is banned.
MAY_ALLOCATE := lib/base/arena.c lib/store/lite.c
FOREIGN := $(shell grep -lE '^\#include (<(uv|sodium|cmark|libpq-fe)\.h>|"web/web_in\.h")' $(CODE))
banned = $(if $(filter lib/% src/%,$(1)),$(if $(filter $(FOREIGN),$(1)),,-include base/banned.h \
	$(if $(filter $(MAY_ALLOCATE),$(1)),-DBASE_MAY_ALLOCATE)))

# What mksql makes is only known after it ran: make starts anew when files.mk changed.
ifeq ($(filter clean,$(MAKECMDGOALS)),)
-include $(GEN)/files.mk
endif

object = $(patsubst %.c,$(OUT)/obj/%.o,$(1))
LLHTTP_OBJECTS := $(patsubst %,$(OUT)/obj/llhttp/%.o,api http llhttp)
HOUSE_OBJECTS := $(call object,$(HOUSE) $(GEN_SOURCES)) $(LLHTTP_OBJECTS) $(OUT)/obj/assets.o
MAIN_OBJECTS := $(call object,$(wildcard src/app/main.c))
TEST_OBJECTS := $(call object,$(TESTS))
PROGRAM_FILES := $(patsubst %.c,$(OUT)/%,$(PROGRAMS))
MEDIA_OBJECTS := $(call object,$(MEDIA) $(MEDIA_SHARED))
SIM_OBJECTS := $(call object,$(filter-out %_main.c,$(SIM)))
SIM_MAINS := $(filter %_main.c,$(SIM))
SIM_FILES := $(patsubst tests/sim/%_main.c,$(OUT)/%,$(SIM_MAINS))

.PHONY: all objects test-binary programs sim fuzz clean
all: $(OUT)/tessera $(OUT)/tessera-media compile_commands.json
ifeq ($(MODE),release)
all: build/tessera build/tessera-media
endif
objects: $(call object,$(CODE) $(GEN_SOURCES) $(TESTS) $(PROGRAMS) $(SIM) $(MEDIA))
test-binary: $(OUT)/tests $(OUT)/tessera-media
programs: $(PROGRAM_FILES) $(SIM_FILES)
sim: $(SIM_FILES)

# --- C ---

$(OUT)/obj/%.o: %.c Makefile $(GEN)/files.mk
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(CFLAGS_ALL) $(call banned,$<) -MMD -MP -c -o $@ $<

# The loops whose speed is that of a whole command: rows of classes become vector instructions,
# also where they choose, since nobody looks at the flags of floating-point exceptions.
$(patsubst %,$(OUT)/obj/src/model/confusion_%.o,float odds): FLAGS_release += -O3 -fno-trapping-math

$(OUT)/obj/llhttp/%.o: $(LLHTTP)/%.c Makefile
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(LANGUAGE) $(FLAGS_$(MODE)) -DLLHTTP_STRICT_MODE=1 -Wno-unused-parameter $(INCLUDES) -MMD -MP -c -o $@ $<

$(OUT)/tessera: $(HOUSE_OBJECTS) $(MAIN_OBJECTS)
	$(call say,LINK,$@)
	$(Q)$(CC) $(LDFLAGS_ALL) -o $@ $^ $(LIBS)

VIPS_CFLAGS := $(patsubst -I%,-isystem %,$(shell pkg-config --cflags vips))
$(call object,$(MEDIA)): CFLAGS_ALL += $(VIPS_CFLAGS)
$(OUT)/tessera-media: $(MEDIA_OBJECTS)
	$(call say,LINK,$@)
	$(Q)$(CC) $(LDFLAGS_ALL) -o $@ $^ $(shell pkg-config --libs vips) -lm

# The demo and the manuals call build/tessera: always the release build.
build/tessera build/tessera-media: build/%: build/release/%
	@cp -f $< $@.new && mv -f $@.new $@

$(OUT)/tests: $(HOUSE_OBJECTS) $(TEST_OBJECTS) $(call object,media/confine.c)
	$(call say,LINK,$@)
	$(Q)$(CC) $(LDFLAGS_ALL) -o $@ $^ $(LIBS) -lcmocka

$(PROGRAM_FILES): $(OUT)/%: $(OUT)/obj/%.o $(HOUSE_OBJECTS)
	@mkdir -p $(@D)
	$(call say,LINK,$@)
	$(Q)$(CC) $(LDFLAGS_ALL) -o $@ $^ $(LIBS)

$(SIM_FILES): $(OUT)/%: $(OUT)/obj/tests/sim/%_main.o $(SIM_OBJECTS) $(HOUSE_OBJECTS)
	@mkdir -p $(@D)
	$(call say,LINK,$@)
	$(Q)$(CC) $(LDFLAGS_ALL) -o $@ $^ $(LIBS)

# Its calls to the outside go through it.
$(OUT)/torture: LDFLAGS_ALL += -Wl,--wrap=write,--wrap=fsync,--wrap=rename

ifeq ($(MODE),fuzz)
FUZZ_FILES := $(patsubst tests/fuzz/%.c,build/fuzz/%,$(FUZZERS))
$(FUZZ_FILES): build/fuzz/%: $(OUT)/obj/tests/fuzz/%.o $(HOUSE_OBJECTS)
	@mkdir -p $(@D)
	$(call say,LINK,$@)
	$(Q)$(CC) $(LDFLAGS_ALL) -o $@ $^ $(LIBS)
fuzz: $(FUZZ_FILES)
else
fuzz:
	+$(MAKE) MODE=fuzz CC=clang fuzz
endif

# --- tools that run while building ---

MKSQL := $(wildcard tools/mksql*.c)
build/tools/mksql: $(MKSQL) tools/mksql_in.h
	@mkdir -p $(@D)
	$(call say,TOOL,$@)
	$(Q)gcc -std=c17 -D_GNU_SOURCE -O1 -g $(WARNINGS) -o $@ $(MKSQL)

build/tools/%: tools/%.c
	@mkdir -p $(@D)
	$(call say,TOOL,$@)
	$(Q)gcc -std=c17 -D_GNU_SOURCE -O1 -g $(WARNINGS) -o $@ $<

# --- statements and schema steps become C; untouched files keep their time ---

$(GEN)/files.mk: $(SQL) Makefile $(if $(wildcard tools/mksql.c),build/tools/mksql)
	@mkdir -p $(GEN) build/gen.new
	$(if $(wildcard tools/mksql.c),@rm -rf build/gen.new && mkdir -p build/gen.new && \
		build/tools/mksql build/gen.new $(SQL))
	@cd build/gen.new && find . -type f | while read -r f; do \
		cmp -s "$$f" "../gen/$$f" || { mkdir -p "../gen/$$(dirname "$$f")"; cp "$$f" "../gen/$$f"; }; \
	done
	@cd $(GEN) && find . -type f ! -name files.mk | while read -r f; do \
		[ -f "../gen.new/$$f" ] || rm -f "$$f"; done
	@rm -rf build/gen.new
	@{ printf 'GEN_SOURCES :='; find $(GEN) -name '*.c' | sort | sed 's/^/ /' | tr -d '\n'; echo; } > $@

# --- the browser app, embedded ---

ifneq ($(wildcard ui/build.mjs),)
UI_SOURCES := $(shell find ui -type f ! -path '*/node_modules/*')
ui/node_modules/.package-lock.json: ui/package-lock.json
	cd ui && npm ci --ignore-scripts --no-audit --no-fund$(if $(quiet), --silent)
	@touch $@
build/ui.stamp: $(UI_SOURCES) ui/node_modules/.package-lock.json
	@rm -rf build/ui && mkdir -p build/ui
	$(Q)node ui/build.mjs$(if $(quiet), >/dev/null)
	@touch $@
else
# No browser app in this tree: a shell that says so, so that the server links and answers.
build/ui.stamp: Makefile
	@rm -rf build/ui && mkdir -p build/ui
	@printf '<!doctype html>\n<html lang="en"><title>Tessera</title><p>This build has no browser app.</p></html>\n' \
		> build/ui/index.html
	@printf '/\ttext/html; charset=utf-8\tbuild/ui/index.html\t-\t-\t0\n' > build/ui/assets.tsv
	@touch $@
endif

build/assets.c: build/ui.stamp build/tools/embed
	$(call say,EMBED,build/ui)
	$(Q)build/tools/embed build/ui/assets.tsv build/assets.S build/assets.c

$(OUT)/obj/assets.o: build/assets.c
	@mkdir -p $(@D)
	$(Q)$(CC) $(LANGUAGE) $(FLAGS_$(MODE)) $(WARNINGS) $(INCLUDES) -c -o $(OUT)/obj/assets-table.o build/assets.c
	$(Q)$(CC) -c -o $(OUT)/obj/assets-bytes.o build/assets.S
	$(Q)ld -r -o $@ $(OUT)/obj/assets-table.o $(OUT)/obj/assets-bytes.o

# --- for editors and clang-tidy ---

compile_commands.json: Makefile $(CODE) $(TESTS) $(PROGRAMS) $(SIM) $(MEDIA)
	@{ echo '['; for f in $(CODE) $(filter tests/%,$(TESTS)) $(PROGRAMS) $(SIM) $(MEDIA); do \
		printf '%s{"directory":"%s","file":"%s","arguments":["clang"' "$$comma" "$(CURDIR)" "$$f"; \
		for a in $(CFLAGS_ALL); do printf ',"%s"' "$$a"; done; \
		printf ',"-c","%s"]}\n' "$$f"; comma=,; done; echo ']'; } > $@

clean:
	rm -rf build compile_commands.json

-include $(shell find $(OUT)/obj -name '*.d' 2>/dev/null)
