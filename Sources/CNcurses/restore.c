#define _GNU_SOURCE
#include "shim.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

// Everything here may run inside a signal handler: only async-signal-safe calls, no allocation.

static const int crash_signals[] = {SIGILL, SIGTRAP, SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGQUIT};
enum { CRASH_COUNT = sizeof crash_signals / sizeof crash_signals[0] };

static struct sigaction crash_former[CRASH_COUNT];
static int armed;  // accessed atomically: of several dying threads only one restores
static int terminal = -1;
static struct termios shell_modes;
static uint8_t farewell[1024];
static size_t farewell_count;
static uint8_t crash_stack[64 * 1024];
static stack_t former_stack;

static int kept = -1;         // where standard error goes meanwhile
static int real_errors = -1;  // standard error as it was

static void write_all(int descriptor, const uint8_t *bytes, size_t count) {
  while (count > 0) {
    ssize_t written = write(descriptor, bytes, count);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return;
    bytes += written;
    count -= (size_t)written;
  }
}

static void restore_once(void) {
  if (__atomic_exchange_n(&armed, 0, __ATOMIC_SEQ_CST) == 0) return;
  write_all(terminal, farewell, farewell_count);
  while (tcsetattr(terminal, TCSANOW, &shell_modes) < 0 && errno == EINTR) {}
  tui_release_errors();
}

static void crashed(int number, siginfo_t *info, void *context) {
  (void)context;
  int reason = errno;
  restore_once();
  for (int i = 0; i < CRASH_COUNT; i++) {
    if (crash_signals[i] == number) (void)sigaction(number, &crash_former[i], NULL);
  }
  // A fault comes again when its instruction is run again, with all it has to tell a debugger. A
  // signal that was sent, and a breakpoint, would not.
  if (info->si_code <= 0 || number == SIGTRAP) (void)raise(number);
  errno = reason;
}

void tui_restore_arm(int descriptor, const struct termios *modes, const uint8_t *bytes,
                     size_t count) {
  static int at_exit;
  if (!at_exit) at_exit = atexit(restore_once) == 0;
  tui_restore_disarm();

  terminal = fcntl(descriptor, F_DUPFD_CLOEXEC, 3);
  shell_modes = *modes;
  farewell_count = count < sizeof farewell ? count : sizeof farewell;
  memcpy(farewell, bytes, farewell_count);

  stack_t stack = {.ss_sp = crash_stack, .ss_size = sizeof crash_stack, .ss_flags = 0};
  (void)sigaltstack(&stack, &former_stack);
  struct sigaction action = {.sa_sigaction = crashed, .sa_flags = SA_SIGINFO | SA_ONSTACK};
  sigfillset(&action.sa_mask);
  for (int i = 0; i < CRASH_COUNT; i++) {
    (void)sigaction(crash_signals[i], &action, &crash_former[i]);
  }
  __atomic_store_n(&armed, 1, __ATOMIC_SEQ_CST);
}

void tui_restore_disarm(void) {
  __atomic_store_n(&armed, 0, __ATOMIC_SEQ_CST);
  if (terminal < 0) return;
  for (int i = 0; i < CRASH_COUNT; i++) {
    (void)sigaction(crash_signals[i], &crash_former[i], NULL);
  }
  (void)sigaltstack(&former_stack, NULL);
  close(terminal);
  terminal = -1;
}

void tui_keep_errors(int descriptor) {
  struct stat errors, screen;
  if (kept >= 0 || !isatty(STDERR_FILENO)) return;
  if (fstat(STDERR_FILENO, &errors) < 0 || fstat(descriptor, &screen) < 0) return;
  if (errors.st_rdev != screen.st_rdev) return;
  int file = memfd_create("errors", MFD_CLOEXEC);
  int real = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
  if (file < 0 || real < 0 || fcntl(file, F_SETFL, O_APPEND) < 0
      || dup2(file, STDERR_FILENO) < 0) {
    if (file >= 0) close(file);
    if (real >= 0) close(real);
    return;
  }
  real_errors = real;
  kept = file;
}

void tui_release_errors(void) {
  if (kept < 0) return;
  (void)dup2(real_errors, STDERR_FILENO);
  uint8_t buffer[4096];
  enum { SHOWN = 64 * 1024 };
  off_t end = lseek(kept, 0, SEEK_END);
  off_t at = end > SHOWN ? end - SHOWN : 0;
  ssize_t count;
  while ((count = pread(kept, buffer, sizeof buffer, at)) > 0) {
    write_all(STDERR_FILENO, buffer, (size_t)count);
    at += count;
  }
  close(kept);
  close(real_errors);
  kept = real_errors = -1;
}
