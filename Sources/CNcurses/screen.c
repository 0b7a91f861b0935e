#define _GNU_SOURCE
#include "shim.h"

#include <langinfo.h>
#include <locale.h>
#include <string.h>
#include <term.h>
#include <wchar.h>

const attr_t TUI_BOLD = A_BOLD, TUI_DIM = A_DIM, TUI_ITALIC = A_ITALIC,
             TUI_UNDERLINE = A_UNDERLINE, TUI_REVERSE = A_REVERSE;

WINDOW *tui_screen(void) { return stdscr; }
int tui_colors(void) { return COLORS; }
int tui_pairs(void) { return COLOR_PAIRS; }

void tui_put(WINDOW *window, int row, int column, const uint32_t *text, attr_t attributes,
             int pair) {
  wchar_t wide[CCHARW_MAX + 1] = {0};
  for (int i = 0; i < CCHARW_MAX && text[i] != 0; i++) wide[i] = (wchar_t)text[i];
  cchar_t cell;
  // The short pair is ignored when the extended one is given. An error of the last cell, where the
  // cursor cannot advance, says nothing: the cell is written.
  if (setcchar(&cell, wide, attributes, 0, &pair) == ERR) return;
  (void)mvwadd_wch(window, row, column, &cell);
}

int tui_columns(uint32_t scalar) { return wcwidth((wchar_t)scalar); }

int tui_locale_is_utf8(void) { return strcmp(nl_langinfo(CODESET), "UTF-8") == 0; }

int32_t tui_single_byte_character(uint8_t byte) {
  wint_t character = btowc(byte);
  return character == WEOF ? -1 : (int32_t)character;
}

int tui_describe(const char *name, int descriptor) {
  int status = 0;
  // A description of a kind without cursor movement is refused with ERR and status 0 or 1.
  if (setupterm(name, descriptor, &status) == OK) return 1;
  return status < 0 ? -1 : 0;
}

void tui_forget(void) {
  if (cur_term != NULL) (void)del_curterm(cur_term);
}

const char *tui_flag_name(int index) { return index < BOOLCOUNT ? boolnames[index] : NULL; }
const char *tui_number_name(int index) { return index < NUMCOUNT ? numnames[index] : NULL; }
const char *tui_string_name(int index) { return index < STRCOUNT ? strnames[index] : NULL; }

const char *tui_string(const char *name) {
  const char *text = tigetstr(name);
  return text == (const char *)-1 ? NULL : text;
}
