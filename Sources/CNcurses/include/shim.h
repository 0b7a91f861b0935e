// The part of ncurses that Swift cannot import as it is, and what must be done in C: signal
// handlers, restoring the terminal out of a crash, pseudo-terminals.
#pragma once

#define NCURSES_WIDECHAR 1
#include <curses.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <termios.h>

// screen.c: macros and globals of curses as functions.

WINDOW *tui_screen(void);
int tui_colors(void);
int tui_pairs(void);

extern const attr_t TUI_BOLD, TUI_DIM, TUI_ITALIC, TUI_UNDERLINE, TUI_REVERSE;

/// Puts one cell: a base and up to four combining marks, ended by 0. `pair` may exceed 255.
void tui_put(WINDOW *window, int row, int column, const uint32_t *text, attr_t attributes,
             int pair);

/// Columns that the C library, and so curses, gives to a character; -1 if it cannot be printed.
int tui_columns(uint32_t scalar);

/// Whether the character set of the locale is UTF-8.
int tui_locale_is_utf8(void);

/// The character that `byte` alone is in a locale of single bytes, or -1.
int32_t tui_single_byte_character(uint8_t byte);

/// The terminal description of `name`: 1 = found and usable, 0 = not found or not for a screen,
/// -1 = no database. Found, it is read by the three functions below and ended by `tui_forget`.
int tui_describe(const char *name, int descriptor);
void tui_forget(void);

/// Names of the standard capabilities in the order of a compiled description; NULL at the end.
const char *tui_flag_name(int index);
const char *tui_number_name(int index);
const char *tui_string_name(int index);

/// A string capability of the current description, or NULL when the terminal lacks it.
const char *tui_string(const char *name);

// restore.c: the way back when the process ends without a chance to return.

/// From now on a crash, or `exit`, writes `bytes` to `descriptor` and sets `modes` before the
/// process ends. `descriptor` is duplicated.
void tui_restore_arm(int descriptor, const struct termios *modes, const uint8_t *bytes,
                     size_t count);

/// Ends what `tui_restore_arm` began; the terminal has been restored in the usual way.
void tui_restore_disarm(void);

/// Keeps back what is written to standard error, if that is the terminal of `descriptor`, so that
/// it does not spoil the picture. `tui_release_errors` (and a crash) shows the last of it.
void tui_keep_errors(int descriptor);
void tui_release_errors(void);

// signals.c

enum {
  TUI_SIGNAL_TERMINATE = 1,
  TUI_SIGNAL_HANGUP = 2,
  TUI_SIGNAL_RESIZE = 4,
  TUI_SIGNAL_STOP = 8,
  TUI_SIGNAL_CONTINUE = 16,
};

/// Catches SIGTERM, SIGINT, SIGHUP, SIGWINCH, SIGTSTP and SIGCONT: each sets a bit and writes a
/// byte to `wake_descriptor`. SIGPIPE is ignored meanwhile.
void tui_signals_catch(int wake_descriptor);

/// Gives back the dispositions found by `tui_signals_catch`.
void tui_signals_release(void);

/// The bits set since the last call, cleared.
unsigned tui_signals_take(void);

/// Stops the process group as Ctrl-Z would, with the default disposition; returns when continued.
void tui_signals_stop(void);

/// Keeps the calling thread from being interrupted by those signals.
void tui_signals_block(void);

// pty.c

/// Both ends of a new pseudo-terminal of that size; 0, or -1 with `errno` set.
int tui_pty_open(int rows, int columns, int *master, int *slave);

/// The size that the kernel keeps for a terminal; 0, or -1 when there is none.
int tui_size_get(int descriptor, int *rows, int *columns);
int tui_size_set(int descriptor, int rows, int columns);
