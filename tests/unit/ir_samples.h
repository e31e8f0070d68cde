/* ir_samples.h - small units in text form, as the writer prints them but for line breaks and indentation: together they
 * have every kind of node, operator, cast, flag and type. Written by hand from nodes.def and the grammar of ir/text.c.
 */
#ifndef CK_TESTS_IR_SAMPLES_H
#define CK_TESTS_IR_SAMPLES_H
#include "ir/ir.h"

#define IN_FUNCTION(body) "(unit (function \"f\" (block " body ")))"
#define EXPRESSION(e)     IN_FUNCTION("(expr " e ")")
#define TYPED(type)       "(unit (var \"v\" :" type "))"

static const struct ir_sample {
  const char *name, *text;
} ir_samples[] = {
    {"empty unit", "(unit)"},
    {"headers",
     "(main-file \"/p/net.cpp\") (directory \"/p\") (output \"net.o\") (frontend \"libclang 22.1.8\") (has-errors) "
     "(note \"'a.h' file not found\" @\"/p/net.cpp\":3:10[20,25]) (note \"twice\") "
     "(dependency \"/p/net.cpp\" 120 -5 \"00ff\") (dependency \"/p/a.h\" 9223372036854775807 0 \"\") (unit)"},
    {"record",
     "(unit (record aggregate \"ns::Net<16>\" usr=\"c:@N@ns@S@Net\" :(record \"ns::Net\" usr=\"c:@N@ns@S@Net>#\" "
     "(value 16)) (base virtual :(record \"torch::nn::Module\")) (field \"n\" usr=\"c:n\" :int64 (int 3 :int64)) "
     "(field \"m\" :int32 _) (field \"k\" :bool) (function ctor \"ns::Net::Net\" (init base :(record "
     "\"torch::nn::Module\") (string \"net\")) (init brace \"n\" :int64) (init delegating) (block)) "
     "(var static \"ns::Net::count\" :int32)))"},
    {"record flags", "(unit (record union abstract incomplete \"U\" :(record \"U\")))"},
    {"record without type", "(unit (record usr=\"c:@S@U\" :_))"},
    {"record of another usr than its type", "(unit (record \"U\" usr=\"\" :(record \"U\")))"},
    {"function",
     "(unit (function static virtual const dtor method defaulted deleted explicit inherited main \"f\" "
     "usr=\"c:@F@f#\" :void aux=(args int32 (value -1)) @\"/p/f.cpp\":7:5[90,120] (param \"a\" usr=\"c:a\" :int32 "
     "@7:12 (int 1 :int32)) (param :double _) (param) (overrides usr=\"c:@S@B@F@f#\") (try (block) (catch _ "
     "(block)) (catch (var \"e\" :(lref (record \"std::exception\" const))) (block)))))"},
    {"variables",
     "(unit (var static brace global constexpr extern \"v\" usr=\"c:@v\" :(const int64) (int 4 :int64)) (enum \"E\" "
     ":(enum \"E\") (enumerator \"E::a\" 0 usr=\"c:@E@a\") (enumerator \"E::b\" -2)))"},
    {"declarations",
     IN_FUNCTION("(decl (var \"i\" :int32 _) (binding :(record \"std::pair\" int32 bool) (call \"f\" _) (var "
                 "\"a\") (var \"b\")) (unknown \"using\"))")},
    {"call of what is noexcept", EXPRESSION("(call noexcept \"f\" _)")},
    {"if", IN_FUNCTION("(if constexpr _ (bool true :bool) (block) _) (if (decl (var \"n\")) (decl (var \"m\" (this))) "
                       "(return _) (break))")},
    {"loops",
     IN_FUNCTION("(for _ _ _ (block)) (for (decl (var \"i\")) (ref \"i\") (unary pre++ (ref \"i\")) (continue)) "
                 "(range-for (var \"x\") (ref \"xs\") (break)) (range-for (binding _ (var \"k\")) (ref \"m\") (block)) "
                 "(while (bool false :bool) (block)) (do (block) (bool true :bool))")},
    {"switch",
     IN_FUNCTION("(switch (ref \"n\") (block (case (int 1 :int32) (case (int 2 :int32) (break))) (default (return "
                 "(int 3 :int32))) (default _) (case (char 97 :char) _)))")},
    {"literals",
     EXPRESSION("(list (int -9223372036854775808 :int64) (int 255 :uint8) (int 1 :_) (float 0.1 :double) (float "
                "1.5e+300 :double) (float -0 :float) (float inf :double) (float nan=0x7ff8000000000001 :double) "
                "(bool 7 :bool) (char -1 :char) (string \"a\\\"b\\\\c\\n\\t\\x01\303\244\") (string) (nullptr "
                ":nullptr) (this))")},
    {"names",
     EXPRESSION(
         "(list (ref enumerator \"E::b\" -2 usr=\"c:@E@b\") (ref function \"f\") (ref global \"v\") (member arrow "
         "\"n\" usr=\"c:n\" :int64 (this)) (member \"n\" _) (member \"n\"))")},
    {"calls",
     EXPRESSION(
         "(list (call \"std::make_shared\" usr=\"c:mk\" :(record \"std::shared_ptr\" (record \"Net\")) aux=(args "
         "(record \"Net\")) _ (int 1 :int32)) (call (ref \"g\")) (mcall virtual arrow qualified "
         "\"torch::nn::Module::register_module\" _ (string \"fc\")) (mcall \"M::to\" (ref \"m\")) (opcall "
         "\"std::vector::operator[]\" (ref \"v\") (int 0 :int32)))")},
    {"construction",
     EXPRESSION("(list (construct brace usr=\"c:ctor\" :(record \"Net\") (int 1 :int32)) (list (designated \"x\" "
                "usr=\"c:x\" (int 1 :int32))) (new brace :(record \"Net\")) (new array :int32 (ref \"n\")) "
                "(delete (ref \"p\")))")},
    {"unary operators",
     EXPRESSION(
         "(list (unary neg (this)) (unary plus (this)) (unary ! (this)) (unary ~ (this)) (unary deref (this)) (unary "
         "addr (this)) (unary pre++ (this)) (unary pre-- (this)) (unary post++ (this)) (unary post-- (this)))")},
    {"binary operators",
     EXPRESSION(
         "(list (binary + (this) (this)) (binary - (this) (this)) (binary * (this) (this)) (binary / (this) (this)) "
         "(binary % (this) (this)) (binary << (this) (this)) (binary >> (this) (this)) (binary & (this) (this)) "
         "(binary | (this) (this)) (binary ^ (this) (this)) (binary && (this) (this)) (binary || (this) (this)) "
         "(binary == (this) (this)) (binary != (this) (this)) (binary < (this) (this)) (binary > (this) (this)) "
         "(binary <= (this) (this)) (binary >= (this) (this)) (binary , (this) (this)) (binary <=> (this) (this)))")},
    {"assignments",
     EXPRESSION("(list (assign = (this) (this)) (assign + (this) (this)) (assign - (this) (this)) (assign * (this) "
                "(this)) (assign / (this) (this)) (assign % (this) (this)) (assign << (this) (this)) (assign >> (this) "
                "(this)) (assign & (this) (this)) (assign | (this) (this)) (assign ^ (this) (this)))")},
    {"other expressions",
     EXPRESSION(
         "(list (cond (ref \"c\") (int 1 :int32) (int 2 :int32)) (subscript (ref \"a\") (int 0 :int32)) (cast c :int64 "
         "(this)) (cast static :int64 (this)) (cast dynamic :int64 (this)) (cast const :int64 (this)) (cast "
         "reinterpret :int64 (this)) (cast functional :int64 (this)) (throw _) (throw (this)) (lambda usr=\"c:l\" "
         "(capture byref \"n\" usr=\"c:n\" _) (capture capture-this) (capture \"m\" (this)) (function const method "
         "\"operator()\" (block))))")},
    {"unknown", IN_FUNCTION("(unknown \"asm\" (break) (this) _ (unknown \"more\")) (expr (unknown \"requires\"))")},
    {"places", "(unit @\"a.cpp\":1:1 (function \"f\" @\"b.h\":2:3[4,5] (block @7:8 (return @0:0) (return @_) (return "
               "@_:1:2) (return _))))"},
    {"type void", TYPED("void")},
    {"type ?", TYPED("?")},
    {"type ? of a name", TYPED("(? as=\"T::type\")")},
    {"type char", TYPED("char")},
    {"type int8", TYPED("int8")},
    {"type char16", TYPED("char16")},
    {"type wchar", TYPED("wchar")},
    {"type long long", TYPED("llong")},
    {"type const", TYPED("(const ullong)")},
    {"type int128", TYPED("uint128")},
    {"type half", TYPED("half")},
    {"type ldouble", TYPED("(const ldouble)")},
    {"type int without a word", TYPED("(int bits=24 unsigned)")},
    {"type int of another spelling", TYPED("(int const bits=64 as=\"const my_int\")")},
    {"type enum", TYPED("(enum \"ns::E\" const bits=8 unsigned scoped usr=\"c:@E\" as=\"const enum ns::E\")")},
    {"type pointers", TYPED("(ptr const (ptr (const char)))")},
    {"type references", TYPED("(lref (rref (record \"std::string\" const)))")},
    {"type arrays", TYPED("(array 3 (array _ double))")},
    {"type function", TYPED("(ptr as=\"void (*)(int)\" (fn void int32))")},
    {"type lambda", TYPED("(record \"\" usr=\"c:l\" as=\"(lambda at a.cpp:3:5)\")")},
    {"type args", TYPED("(record \"T\" as=\"T<int, 3>\" int32 (value 3) (args) (args bool))")},
};
enum { IR_SAMPLE_COUNT = sizeof ir_samples / sizeof *ir_samples };
#endif
