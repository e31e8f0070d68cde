/* process.c - children that do the dangerous work: a crash or a runaway costs one unit, not the run. Their stderr comes
 * through pipes; the end of a pipe tells that a child has ended, so nothing polls the clock. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "cli/cli.h"

typedef struct {
  cli_job *job; /* NULL: free */
  pid_t pid;
  int errors;
  int64_t deadline; /* milliseconds */
} slot;

static int64_t now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void start(slot *s, cli_job *job, int seconds) {
  int ends[2];
  ck_strbuf_init(&job->result.errors);
  if (pipe2(ends, O_CLOEXEC) != 0) {
    job->result.status = 127 << 8;
    ck_strbuf_printf(&job->result.errors, "no pipe: %s", strerror(errno));
    return;
  }
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  if (job->output > 0) posix_spawn_file_actions_adddup2(&actions, job->output, STDOUT_FILENO);
  else posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDERR_FILENO);
  char **variables = cli_frontend_environment();
  int failed = posix_spawnp(&s->pid, job->argv[0], &actions, NULL, (char *const *)job->argv, variables);
  free(variables);
  posix_spawn_file_actions_destroy(&actions);
  close(ends[1]);
  if (failed != 0) {
    close(ends[0]);
    job->result.status = 127 << 8;
    ck_strbuf_printf(&job->result.errors, "%s: %s", job->argv[0], strerror(failed));
    return;
  }
  s->job = job;
  s->errors = ends[0];
  s->deadline = now() + (int64_t)seconds * 1000;
}

static void finish(slot *s) {
  while (waitpid(s->pid, &s->job->result.status, 0) < 0 && errno == EINTR) {}
  close(s->errors);
  s->job = NULL;
}

/* False at the end of the child's stderr. What exceeds the limit is read and dropped. */
static bool read_errors(slot *s) {
  char bytes[4096];
  ssize_t n = read(s->errors, bytes, sizeof bytes);
  if (n < 0 && errno == EINTR) return true;
  if (n > 0 && s->job->result.errors.n < CLI_MAX_ERRORS) ck_strbuf_add(&s->job->result.errors, bytes, (size_t)n);
  return n > 0;
}

static void wait_for_some(slot *slots, struct pollfd *fds, size_t n) {
  int64_t nearest = INT64_MAX, time = now();
  for (size_t i = 0; i < n; i++) {
    fds[i] = (struct pollfd){.fd = slots[i].job != NULL ? slots[i].errors : -1, .events = POLLIN};
    if (slots[i].job != NULL && slots[i].deadline < nearest) nearest = slots[i].deadline;
  }
  int64_t left = nearest > time ? nearest - time : 0;
  poll(fds, n, left > INT_MAX ? INT_MAX : (int)left);
  time = now();
  for (size_t i = 0; i < n; i++) {
    if (slots[i].job == NULL) continue;
    if (fds[i].revents != 0 && !read_errors(&slots[i])) {
      finish(&slots[i]);
    } else if (time >= slots[i].deadline && !slots[i].job->result.timed_out) {
      slots[i].job->result.timed_out = true;
      slots[i].deadline = time + 1000;
      kill(slots[i].pid, SIGKILL);
    } else if (time >= slots[i].deadline) {
      finish(&slots[i]); /* killed, but a grandchild holds the pipe */
    }
  }
}

void cli_run_jobs(cli_job *jobs, size_t n, int parallel, int seconds) {
  size_t room = parallel < 1 ? 1 : (size_t)parallel, next = 0, running;
  if (room > n) room = n;
  if (room == 0) return;
  slot *slots = ck_calloc(room, sizeof *slots);
  struct pollfd *fds = ck_calloc(room, sizeof *fds);
  do {
    running = 0;
    for (size_t i = 0; i < room; i++) {
      while (slots[i].job == NULL && next < n) start(&slots[i], &jobs[next++], seconds);
      running += slots[i].job != NULL;
    }
    if (running > 0) wait_for_some(slots, fds, room);
  } while (running > 0 || next < n);
  free(slots);
  free(fds);
}

const char *cli_program_folder(ck_arena *arena) {
  char path[PATH_MAX];
  ssize_t n = readlink("/proc/self/exe", path, sizeof path - 1);
  if (n <= 0) return ".";
  path[n] = '\0';
  char *folder = ck_path_dir(path);
  const char *copy = ck_arena_strdup(arena, folder);
  free(folder);
  return copy;
}
