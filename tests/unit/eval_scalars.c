/* Arithmetic: widths, conversions, order of evaluation. The expected values are what C++ prescribes.
 *
 * The units are the text form of the C++ in the comments, as the front end lowers it. */
#include "eval_build.h"
#include "rows.h"

static const struct row {
  const char *name, *text, *entry, *want;
  size_t worlds;
  const char *limit;
} rows[] = {
    /* int fact(int n) { if (n <= 1) return 1; return n * fact(n - 1); }
     * void f() { show(fact(5)); } */
    {"recursion",
     "(unit (function main \"fact\" usr=u1 :int32 (param \"n\" usr=u2 :int32 _) (block "
     "(if _ (binary <= :bool (ref \"n\" usr=u2 :int32) (int 1 :int32)) (block (return (int 1 :int32))) _) "
     "(return (binary * :int32 (ref \"n\" usr=u2 :int32) (call \"fact\" usr=u1 :int32 _ (binary - :int32 "
     "(ref \"n\" usr=u2 :int32) (int 1 :int32))))))) (function main \"f\" usr=u3 :void (block "
     "(expr (call \"show\" usr=u4 :void aux=(args (?)) _ (call \"fact\" usr=u1 :int32 _ (int 5 :int32))))))) ",
     "f", "120\n", 1, NULL},
    /* void f() { unsigned char c = 300; short s = 70000; unsigned u = -1; show(c, s, u); } */
    {"narrowing wraps",
     "(unit (function main \"f\" usr=u1 :void (block (decl (var \"c\" usr=u2 :uint8 (int 300 :int32))) (decl "
     "(var \"s\" usr=u3 :int16 (int 70000 :int32))) (decl "
     "(var \"u\" usr=u4 :uint32 (unary neg :int32 (int 1 :int32)))) "
     "(expr (call \"show\" usr=u5 :void aux=(args (?)) _ (ref \"c\" usr=u2 :uint8) (ref \"s\" usr=u3 :int16) "
     "(ref \"u\" usr=u4 :uint32)))))) ",
     "f", "44 4464 4294967295\n", 1, NULL},
    /* void f() { show(-7 / 2, -7 % 3, 7 % -3); } */
    {"division truncates towards zero",
     "(unit (function main \"f\" usr=u1 :void (block "
     "(expr (call \"show\" usr=u2 :void aux=(args (?)) _ (binary / :int32 (unary neg :int32 (int 7 :int32)) "
     "(int 2 :int32)) (binary % :int32 (unary neg :int32 (int 7 :int32)) (int 3 :int32)) (binary % :int32 "
     "(int 7 :int32) (unary neg :int32 (int 3 :int32)))))))) ",
     "f", "-3 -1 1\n", 1, NULL},
    /* void f() { unsigned u = 3; int m = -1; show(m < u, (long)m < (long)u); } */
    {"signed against unsigned",
     "(unit (function main \"f\" usr=u1 :void (block (decl (var \"u\" usr=u2 :uint32 (int 3 :int32))) (decl "
     "(var \"m\" usr=u3 :int32 (unary neg :int32 (int 1 :int32)))) "
     "(expr (call \"show\" usr=u4 :void aux=(args (?)) _ (binary < :bool (ref \"m\" usr=u3 :int32) "
     "(ref \"u\" usr=u2 :uint32)) (binary < :bool (cast c :int64 (ref \"m\" usr=u3 :int32)) (cast c :int64 "
     "(ref \"u\" usr=u2 :uint32)))))))) ",
     "f", "false true\n", 1, NULL},
    /* void f() { unsigned u = 4000000000u; show(u + u, u * 2l); } */
    {"int arithmetic wraps at 32 bits unsigned",
     "(unit (function main \"f\" usr=u1 :void (block (decl (var \"u\" usr=u2 :uint32 (int 4000000000 :uint32))) "
     "(expr (call \"show\" usr=u3 :void aux=(args (?)) _ (binary + :uint32 (ref \"u\" usr=u2 :uint32) "
     "(ref \"u\" usr=u2 :uint32)) (binary * :int64 (ref \"u\" usr=u2 :uint32) (int 2 :int64))))))) ",
     "f", "3705032704 8000000000\n", 1, NULL},
    /* void f() { float x = 0.1; show(x, 0.1, x == 0.1); } */
    {"float rounds to single",
     "(unit (function main \"f\" usr=u1 :void (block (decl (var \"x\" usr=u2 :float (float 0.1 :double))) "
     "(expr (call \"show\" usr=u3 :void aux=(args (?)) _ (ref \"x\" usr=u2 :float) (float 0.1 :double) "
     "(binary == :bool (ref \"x\" usr=u2 :float) (float 0.1 :double))))))) ",
     "f", "0.100000001 0.1 false\n", 1, NULL},
    /* void f() { int i = 7; show(i > 3 ? 1 : 2.5, i / 2, i / 2.0); } */
    {"usual conversions in a conditional",
     "(unit (function main \"f\" usr=u1 :void (block (decl (var \"i\" usr=u2 :int32 (int 7 :int32))) "
     "(expr (call \"show\" usr=u3 :void aux=(args (?)) _ (cond :double (binary > :bool "
     "(ref \"i\" usr=u2 :int32) (int 3 :int32)) (int 1 :int32) (float 2.5 :double)) (binary / :int32 "
     "(ref \"i\" usr=u2 :int32) (int 2 :int32)) (binary / :double (ref \"i\" usr=u2 :int32) (float 2 :double))))))) ",
     "f", "1 3 3.5\n", 1, NULL},
    /* void f() { int i = 5; int a = i++; int b = ++i; i *= 3; i -= 1; i %= 7; show(a, b, i); int x = 7; x *= 0.5;
       show(x); } */
    {"increment and compound assignment",
     "(unit (function main \"f\" usr=u1 :void (block (decl (var \"i\" usr=u2 :int32 (int 5 :int32))) (decl "
     "(var \"a\" usr=u3 :int32 (unary post++ :int32 (ref \"i\" usr=u2 :int32)))) (decl "
     "(var \"b\" usr=u4 :int32 (unary pre++ :int32 (ref \"i\" usr=u2 :int32)))) "
     "(expr (assign * :int32 (ref \"i\" usr=u2 :int32) (int 3 :int32))) "
     "(expr (assign - :int32 (ref \"i\" usr=u2 :int32) (int 1 :int32))) "
     "(expr (assign % :int32 (ref \"i\" usr=u2 :int32) (int 7 :int32))) "
     "(expr (call \"show\" usr=u5 :void aux=(args (?)) _ (ref \"a\" usr=u3 :int32) (ref \"b\" usr=u4 :int32) "
     "(ref \"i\" usr=u2 :int32))) (decl (var \"x\" usr=u6 :int32 (int 7 :int32))) "
     "(expr (assign * :int32 (ref \"x\" usr=u6 :int32) (float 0.5 :double))) "
     "(expr (call \"show\" usr=u7 :void aux=(args (?)) _ (ref \"x\" usr=u6 :int32)))))) ",
     "f",
     "5 7 6\n"
     "3\n",
     1, NULL},
    /* void f() { show(1 << 10, -8 >> 1, 0xF0 & 0x3C, 5 | 8, 6 ^ 3, ~0); } */
    {"shifts and bits",
     "(unit (function main \"f\" usr=u1 :void (block "
     "(expr (call \"show\" usr=u2 :void aux=(args (?)) _ (binary << :int32 (int 1 :int32) (int 10 :int32)) "
     "(binary >> :int32 (unary neg :int32 (int 8 :int32)) (int 1 :int32)) (binary & :int32 (int 240 :int32) "
     "(int 60 :int32)) (binary | :int32 (int 5 :int32) (int 8 :int32)) (binary ^ :int32 (int 6 :int32) "
     "(int 3 :int32)) (unary ~ :int32 (int 0 :int32))))))) ",
     "f", "1024 -4 48 13 5 -1\n", 1, NULL},
    /* void f(int n) { show(n + 0, n * 1, 2 * n + 3 - 3, n * 2 * 3, (n + 1) * 2, n - n); } */
    {"symbols fold and print",
     "(unit (function main \"f\" usr=u1 :void (param \"n\" usr=u2 :int32 _) (block "
     "(expr (call \"show\" usr=u3 :void aux=(args (?)) _ (binary + :int32 (ref \"n\" usr=u2 :int32) "
     "(int 0 :int32)) (binary * :int32 (ref \"n\" usr=u2 :int32) (int 1 :int32)) (binary - :int32 "
     "(binary + :int32 (binary * :int32 (int 2 :int32) (ref \"n\" usr=u2 :int32)) (int 3 :int32)) "
     "(int 3 :int32)) (binary * :int32 (binary * :int32 (ref \"n\" usr=u2 :int32) (int 2 :int32)) "
     "(int 3 :int32)) (binary * :int32 (binary + :int32 (ref \"n\" usr=u2 :int32) (int 1 :int32)) "
     "(int 2 :int32)) (binary - :int32 (ref \"n\" usr=u2 :int32) (ref \"n\" usr=u2 :int32))))))) ",
     "f", "n n 2*n 6*n 2*(n + 1) 0\n", 1, NULL},
    /* void f() { int i = 1; int &r = i; int *p = &r; *p += 4; r *= 2; show(i, *p, p == &i, p != nullptr); } */
    {"references and pointers",
     "(unit (function main \"f\" usr=u1 :void (block (decl (var \"i\" usr=u2 :int32 (int 1 :int32))) (decl "
     "(var \"r\" usr=u3 :(lref int32) (ref \"i\" usr=u2 :int32))) (decl "
     "(var \"p\" usr=u4 :(ptr int32) (unary addr :(ptr int32) (ref \"r\" usr=u3 :int32)))) "
     "(expr (assign + :int32 (unary deref :int32 (ref \"p\" usr=u4 :(ptr int32))) (int 4 :int32))) "
     "(expr (assign * :int32 (ref \"r\" usr=u3 :int32) (int 2 :int32))) "
     "(expr (call \"show\" usr=u5 :void aux=(args (?)) _ (ref \"i\" usr=u2 :int32) (unary deref :int32 "
     "(ref \"p\" usr=u4 :(ptr int32))) (binary == :bool (ref \"p\" usr=u4 :(ptr int32)) "
     "(unary addr :(ptr int32) (ref \"i\" usr=u2 :int32))) (binary != :bool (ref \"p\" usr=u4 :(ptr int32)) "
     "(nullptr :nullptr))))))) ",
     "f", "10 10 true true\n", 1, NULL},
    /* void f() { int a[4] = {1, 2, 3}; int *q = a; q++; q[1] = 9; show(a, *q, q - a); } */
    {"arrays decay",
     "(unit (function main \"f\" usr=u1 :void (block (decl "
     "(var \"a\" usr=u2 :(array 4 int32) (list :(array 4 int32) (int 1 :int32) (int 2 :int32) (int 3 :int32)))) "
     "(decl (var \"q\" usr=u3 :(ptr int32) (ref \"a\" usr=u2 :(array 4 int32)))) "
     "(expr (unary post++ :(ptr int32) (ref \"q\" usr=u3 :(ptr int32)))) "
     "(expr (assign = :int32 (subscript :int32 (ref \"q\" usr=u3 :(ptr int32)) (int 1 :int32)) (int 9 :int32))) "
     "(expr (call \"show\" usr=u4 :void aux=(args (?)) _ (ref \"a\" usr=u2 :(array 4 int32)) "
     "(unary deref :int32 (ref \"q\" usr=u3 :(ptr int32))) (binary - :int64 (ref \"q\" usr=u3 :(ptr int32)) "
     "(ref \"a\" usr=u2 :(array 4 int32)))))))) ",
     "f", "[1, 2, 9, 0] 2 1\n", 1, NULL},
    /* enum E { A, B = 5, C }; enum class S { X = 2 };
     * void f() { E e = C; show(e, (int)S::X, e == 6); } */
    {"enumerations",
     "(unit (enum \"E\" :(enum \"E\" unsigned usr=u1) (enumerator \"A\" 0 usr=u2) (enumerator \"B\" 5 usr=u3) "
     "(enumerator \"C\" 6 usr=u4)) (enum \"S\" :(enum \"S\" scoped usr=u5) (enumerator \"S::X\" 2 usr=u6)) "
     "(function main \"f\" usr=u7 :void (block (decl (var \"e\" usr=u8 :(enum \"E\" unsigned usr=u1) "
     "(ref enumerator \"C\" 6 usr=u4 :(enum \"E\" unsigned usr=u1)))) "
     "(expr (call \"show\" usr=u9 :void aux=(args (?)) _ (ref \"e\" usr=u8 :(enum \"E\" unsigned usr=u1)) "
     "(cast c :int32 (ref enumerator \"S::X\" 2 usr=u6 :(enum \"S\" scoped usr=u5))) (binary == :bool "
     "(ref \"e\" usr=u8 :(enum \"E\" unsigned usr=u1)) (int 6 :int32))))))) ",
     "f", "6 2 true\n", 1, NULL},
    /* int n = 0; bool up() { n++; return true; }
     * int main() { bool b = false && up(); b = true || up(); int k = (n++, n + 1); show(n, b, k); } */
    {"comma and logical operators",
     "(unit (var global main \"n\" usr=u1 :int32 (int 0 :int32)) (function main \"up\" usr=u2 :bool (block "
     "(expr (unary post++ :int32 (ref global \"n\" usr=u1 :int32))) (return (bool true :bool)))) "
     "(function main \"main\" usr=u3 :int32 (block (decl "
     "(var \"b\" usr=u4 :bool (binary && :bool (bool false :bool) (call \"up\" usr=u2 :bool _)))) "
     "(expr (assign = :bool (ref \"b\" usr=u4 :bool) (binary || :bool (bool true :bool) "
     "(call \"up\" usr=u2 :bool _)))) (decl "
     "(var \"k\" usr=u5 :int32 (binary , :int32 (unary post++ :int32 (ref global \"n\" usr=u1 :int32)) "
     "(binary + :int32 (ref global \"n\" usr=u1 :int32) (int 1 :int32))))) "
     "(expr (call \"show\" usr=u6 :void aux=(args (?)) _ (ref global \"n\" usr=u1 :int32) "
     "(ref \"b\" usr=u4 :bool) (ref \"k\" usr=u5 :int32)))))) ",
     "main", "1 true 2\n", 1, NULL},
};

static void shows(void **state) {
  const struct row *row = *state;
  ck_shown shown;
  const char *limit = NULL;
  bool read = ck_test_run(row->text, row->entry, NULL, &shown, &limit);
  assert_string_equal(shown.out.s, row->want);
  assert_true(read);
  assert_int_equal(shown.worlds, row->worlds);
  if (row->limit) assert_string_equal(limit ? limit : "none", row->limit);
  else assert_null(limit);
  ck_strbuf_release(&shown.out);
}

int main(void) { return RUN_ROWS("scalars", rows, shows); }
