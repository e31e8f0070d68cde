/* Comments of the user: which line they speak of. */
#include "rows.h"

#include "match/comments.h"

static const struct row {
  const char *name, *text;
  size_t count;
  ck_comment_kind kind; /* of the first */
  uint32_t line, about;
  const char *word;
} rows[] = {
    {"none", "int a; // an ordinary comment\n", 0, CK_COMMENT_IGNORE, 0, 0, NULL},
    {"on the line", "int a;\nload(); // ckptlint: ignore[format] why\n", 1, CK_COMMENT_IGNORE, 2, 2, "format"},
    {"above the line", "// ckptlint: ignore[format] why\nload();\n", 1, CK_COMMENT_IGNORE, 1, 2, "format"},
    {"above, with more comments between", "// ckptlint: ignore[format]\n// more\n\nload();\n", 1, CK_COMMENT_IGNORE, 1,
     4, "format"},
    {"two ids", "load(); // ckptlint: ignore[format, missing-key]\n", 2, CK_COMMENT_IGNORE, 1, 1, "format"},
    {"no bracket at the end", "load(); // ckptlint: ignore[format\n", 0, CK_COMMENT_IGNORE, 0, 0, NULL},
    {"a checkpoint", "Net n; // ckptlint: checkpoint \"w/net.pt\"\n", 1, CK_COMMENT_CHECKPOINT, 1, 1, "w/net.pt"},
    {"a checkpoint without quotes", "Net n; // ckptlint: checkpoint net.pt\n", 0, CK_COMMENT_CHECKPOINT, 0, 0, NULL},
    {"a block comment", "load(); /* ckptlint: ignore[format] */\n", 1, CK_COMMENT_IGNORE, 1, 1, "format"},
    {"after a division", "a / b; // ckptlint: ignore[format]\n", 1, CK_COMMENT_IGNORE, 1, 1, "format"},
    {"no line break at the end", "load(); // ckptlint: ignore[format]", 1, CK_COMMENT_IGNORE, 1, 1, "format"},
    {"at the end of the file, alone", "// ckptlint: ignore[format]", 1, CK_COMMENT_IGNORE, 1, 1, "format"},
    {"Windows line ends", "load(); // ckptlint: ignore[format]\r\nx\r\n", 1, CK_COMMENT_IGNORE, 1, 1, "format"},
};

static void read_comments(void **state) {
  const struct row *row = *state;
  ck_arena arena;
  ck_arena_init(&arena);
  ck_comments c = ck_comments_read(&arena, "main.cpp", row->text);
  assert_int_equal(c.n, row->count);
  if (c.n > 0) {
    assert_int_equal(c.at[0].kind, row->kind);
    assert_int_equal(c.at[0].loc.line, row->line);
    assert_int_equal(c.at[0].about, row->about);
    assert_string_equal(c.at[0].text, row->word);
  }
  ck_arena_release(&arena);
}

int main(void) { return RUN_ROWS("comments", rows, read_comments); }
