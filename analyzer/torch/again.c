/* again.c - what was known before an entry point was run, for when it is run once more from the start. */
#include <stdlib.h>

#include "torch/run_int.h"

static void drop(ck_torch_run *run) {
  for (size_t i = 0; i < run->before.sites.n; i++) free(run->before.sites.at[i].alternatives.at);
  run->before.sites.n = 0;
}

/* A site with its own copy of the alternatives. */
static ck_torch_site_builder copied(const ck_torch_site_builder *site) {
  ck_torch_site_builder copy = *site;
  memset(&copy.alternatives, 0, sizeof copy.alternatives);
  for (size_t i = 0; i < site->alternatives.n; i++) ck_vec_push(&copy.alternatives, site->alternatives.at[i]);
  return copy;
}

void ck_torch_remember(ck_torch_run *run) {
  drop(run);
  for (size_t i = 0; i < run->sites.n; i++) {
    ck_torch_site_builder copy = copied(&run->sites.at[i]);
    ck_vec_push(&run->before.sites, copy);
  }
  run->before.findings = run->findings.n;
  run->before.replaced = run->replaced.n;
}

void ck_torch_again(ck_ev *ev, void *data) {
  ck_torch_run *run = data;
  (void)ev;
  for (size_t i = 0; i < run->sites.n; i++) {
    ck_torch_site_builder *site = &run->sites.at[i];
    free(site->alternatives.at);
    if (i < run->before.sites.n) *site = copied(&run->before.sites.at[i]);
    else *site = (ck_torch_site_builder){.site = {.loc = site->site.loc, .loader = site->site.loader}};
  }
  for (size_t i = 0; i < run->places.n; i++) {
    ck_torch_place *place = &run->places.at[i];
    size_t n = 0;
    for (size_t k = 0; k < place->models.n; k++)
      if (place->models.at[k].entry != run->entry) place->models.at[n++] = place->models.at[k];
    place->models.n = n;
  }
  run->findings.n = run->before.findings;
  run->replaced.n = run->before.replaced;
}

void ck_torch_forget(ck_torch_run *run) {
  drop(run);
  free(run->before.sites.at);
}
