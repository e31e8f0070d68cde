/* fork.c - the ways through a round that stands for many.
 *
 * A condition that differs from round to round cannot be decided for the world, as others are (facts.c): the next round
 * may go the other way. So the one round that is run for all of them is run again for each combination of such
 * decisions, of which a fork keeps the list; at most CK_LIMIT_WAYS times, and for CK_LIMIT_WAYS_STEPS; in late worlds
 * for a part of that. Where loops are nested, the innermost one's fork decides. */
#include <stdlib.h>

#include "eval/eval_int.h"

void ck_ev_fork_begin(ck_ev *ev, ck_fork *fork) {
  *fork = (ck_fork){.outer = ev->fork, .ways = 1, .steps = ev->steps};
  ev->fork = fork;
}

bool ck_ev_fork_decide(ck_ev *ev, const ck_sym *sym) {
  ck_fork *fork = ev->fork;
  if (fork == NULL) return false;
  size_t at = fork->next++;
  if (at == fork->decisions.n) ck_vec_push(&fork->decisions, (ck_decision){sym, true, false});
  bool holds = fork->decisions.at[at].holds;
  ck_ev_add_fact(ev, sym, holds, CK_FACT_BRANCH);
  return holds;
}

bool ck_ev_fork_next(ck_ev *ev, ck_fork *fork) {
  if (fork->next < fork->decisions.n) fork->decisions.n = fork->next;
  fork->next = 0;
  for (; fork->decisions.n > 0; fork->decisions.n--) {
    ck_decision *last = &fork->decisions.at[fork->decisions.n - 1];
    if (last->flipped) continue;
    const uint32_t divisor = ev->world > CK_LIMIT_EARLY_WORLDS ? CK_LIMIT_LATE_DIVISOR : 1;
    if (fork->ways++ >= CK_LIMIT_WAYS / divisor || ev->steps - fork->steps > CK_LIMIT_WAYS_STEPS / divisor) {
      ev->blurred = "too many ways through a round of a loop";
      return false;
    }
    last->flipped = true;
    last->holds = !last->holds;
    return true;
  }
  return false;
}

void ck_ev_fork_end(ck_ev *ev, ck_fork *fork) {
  ev->fork = fork->outer;
  free(fork->decisions.at);
}
