/* diff.h - `diff` as text and as JSON. */
#ifndef CK_REPORT_DIFF_H
#define CK_REPORT_DIFF_H
#include "base/strbuf.h"
#include "match/diff.h"

void ck_diff_text(const ck_diff *diff, bool all_keys, ck_strbuf *out);
void ck_diff_json(const ck_diff *diff, ck_strbuf *out);
#endif
