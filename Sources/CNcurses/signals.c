#define _GNU_SOURCE
#include "shim.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

static const struct { int number; unsigned bit; } caught[] = {
  {SIGTERM, TUI_SIGNAL_TERMINATE}, {SIGINT, TUI_SIGNAL_TERMINATE}, {SIGHUP, TUI_SIGNAL_HANGUP},
  {SIGWINCH, TUI_SIGNAL_RESIZE},   {SIGTSTP, TUI_SIGNAL_STOP},     {SIGCONT, TUI_SIGNAL_CONTINUE},
};
enum { CAUGHT_COUNT = sizeof caught / sizeof caught[0] };

static struct sigaction former[CAUGHT_COUNT], former_pipe;
static unsigned pending;       // accessed atomically
static int wake = -1;          // accessed atomically
static int catching;

static void note(int number) {
  int reason = errno;
  for (int i = 0; i < CAUGHT_COUNT; i++) {
    if (caught[i].number == number) __atomic_fetch_or(&pending, caught[i].bit, __ATOMIC_SEQ_CST);
  }
  // A full pipe already wakes the reader.
  if (write(__atomic_load_n(&wake, __ATOMIC_SEQ_CST), "", 1) < 0) {}
  errno = reason;
}

static void catch_one(int number, struct sigaction *found) {
  struct sigaction action = {.sa_handler = note, .sa_flags = SA_RESTART};
  sigfillset(&action.sa_mask);
  (void)sigaction(number, &action, found);
}

void tui_signals_catch(int wake_descriptor) {
  if (catching) return;
  catching = 1;
  __atomic_store_n(&wake, wake_descriptor, __ATOMIC_SEQ_CST);
  __atomic_store_n(&pending, 0, __ATOMIC_SEQ_CST);
  for (int i = 0; i < CAUGHT_COUNT; i++) catch_one(caught[i].number, &former[i]);
  struct sigaction ignored = {.sa_handler = SIG_IGN};
  (void)sigaction(SIGPIPE, &ignored, &former_pipe);
}

void tui_signals_release(void) {
  if (!catching) return;
  catching = 0;
  for (int i = 0; i < CAUGHT_COUNT; i++) (void)sigaction(caught[i].number, &former[i], NULL);
  (void)sigaction(SIGPIPE, &former_pipe, NULL);
  __atomic_store_n(&wake, -1, __ATOMIC_SEQ_CST);
}

unsigned tui_signals_take(void) { return __atomic_exchange_n(&pending, 0, __ATOMIC_SEQ_CST); }

void tui_signals_stop(void) {
  struct sigaction plain = {.sa_handler = SIG_DFL}, ours;
  (void)sigaction(SIGTSTP, &plain, &ours);
  (void)kill(0, SIGTSTP);
  (void)sigaction(SIGTSTP, &ours, NULL);
}

void tui_signals_block(void) {
  sigset_t set;
  sigemptyset(&set);
  for (int i = 0; i < CAUGHT_COUNT; i++) sigaddset(&set, caught[i].number);
  (void)pthread_sigmask(SIG_BLOCK, &set, NULL);
}
