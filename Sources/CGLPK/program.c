#include "cglpk.h"

#include <dlfcn.h>
#include <glpk.h>
#include <limits.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdlib.h>

/* The functions of GLPK that are used, by their names without the prefix. */
#define FUNCTIONS(each) \
  each(create_prob) each(delete_prob) each(set_obj_dir) each(add_cols) each(set_col_bnds) \
  each(set_obj_coef) each(add_rows) each(set_row_bnds) each(set_mat_row) each(init_smcp) \
  each(simplex) each(get_status) each(get_obj_val) each(get_col_prim) each(get_row_prim) \
  each(get_row_dual) each(term_hook) each(error_hook) each(free_env) each(adv_basis)

static struct {
#define POINTER(name) __typeof__(glp_##name) *name;
  FUNCTIONS(POINTER)
#undef POINTER
  bool loaded;
} glpk;

static void load(void) {
  void *library = dlopen("libglpk.so.40", RTLD_NOW | RTLD_LOCAL);
  if (!library) return;
  bool complete = true;
#define SYMBOL(name) \
  glpk.name = (__typeof__(glp_##name) *)dlsym(library, "glp_" #name); \
  complete = complete && glpk.name;
  FUNCTIONS(SYMBOL)
#undef SYMBOL
  glpk.loaded = complete;
}

bool cglpk_available(void) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, load);
  return glpk.loaded;
}

struct cglpk_program {
  glp_prob *problem;
  bool broken;
  jmp_buf escape;
  /* A row's numbers as GLPK wants them, from index 1. */
  int *columns;
  double *values;
  int capacity;
};

/* What GLPK would write, which nobody should see: it turns writing on before it tells a fault. */
static int silence(void *nothing, const char *text) {
  (void)nothing;
  (void)text;
  return 1;
}

static void fault(void *program) { longjmp(((cglpk_program *)program)->escape, 1); }

/* Runs the statements after it with faults of GLPK leading to `otherwise`. */
#define GUARDED(program, otherwise) \
  if ((program)->broken) return otherwise; \
  glpk.error_hook(fault, (program)); \
  if (setjmp((program)->escape)) { \
    (program)->broken = true; \
    glpk.error_hook(NULL, NULL); \
    return otherwise; \
  }

#define END_GUARDED() glpk.error_hook(NULL, NULL)

cglpk_program *cglpk_create(void) {
  if (!cglpk_available()) return NULL;
  cglpk_program *program = calloc(1, sizeof *program);
  if (!program) return NULL;
  glpk.term_hook(silence, NULL);
  glpk.error_hook(fault, program);
  if (setjmp(program->escape)) {
    glpk.error_hook(NULL, NULL);
    free(program);
    return NULL;
  }
  program->problem = glpk.create_prob();
  glpk.set_obj_dir(program->problem, GLP_MIN);
  END_GUARDED();
  return program;
}

void cglpk_destroy(cglpk_program *program) {
  if (!program) return;
  /* After a fault GLPK's own state is lost; its memory with it. */
  if (program->broken) {
    glpk.free_env();
  } else {
    glpk.delete_prob(program->problem);
  }
  free(program->columns);
  free(program->values);
  free(program);
}

bool cglpk_add_columns(cglpk_program *program, int count, double lower, double upper, double cost) {
  if (count == 0) return true;
  GUARDED(program, false)
  int kind = upper < lower ? GLP_LO : upper == lower ? GLP_FX : GLP_DB;
  int first = glpk.add_cols(program->problem, count);
  for (int column = first; column < first + count; column++) {
    glpk.set_col_bnds(program->problem, column, kind, lower, upper);
    glpk.set_obj_coef(program->problem, column, cost);
  }
  END_GUARDED();
  return true;
}

static bool reserve(cglpk_program *program, int length) {
  if (length < program->capacity) return true;
  if (length > INT_MAX / 2) return false;
  int capacity = 2 * length + 2;
  int *columns = realloc(program->columns, (size_t)capacity * sizeof *columns);
  if (columns) program->columns = columns;
  double *values = realloc(program->values, (size_t)capacity * sizeof *values);
  if (values) program->values = values;
  if (!columns || !values) return false;
  program->capacity = capacity;
  return true;
}

bool cglpk_add_rows(
  cglpk_program *program, int count, double lower, bool fixed, const int *starts,
  const int *columns, const double *values) {
  if (count == 0) return true;
  GUARDED(program, false)
  int first = glpk.add_rows(program->problem, count);
  for (int row = 0; row < count; row++) {
    int length = starts[row + 1] - starts[row];
    if (!reserve(program, length)) {
      program->broken = true;
      break;
    }
    for (int index = 0; index < length; index++) {
      program->columns[index + 1] = columns[starts[row] + index] + 1;
      program->values[index + 1] = values[starts[row] + index];
    }
    glpk.set_row_bnds(program->problem, first + row, fixed ? GLP_FX : GLP_LO, lower, lower);
    glpk.set_mat_row(program->problem, first + row, length, program->columns, program->values);
  }
  END_GUARDED();
  return !program->broken;
}

void cglpk_set_cost(cglpk_program *program, int column, double cost) {
  GUARDED(program, )
  glpk.set_obj_coef(program->problem, column + 1, cost);
  END_GUARDED();
}

enum cglpk_status cglpk_minimise(cglpk_program *program, int limit) {
  GUARDED(program, CGLPK_FAILED)
  glp_smcp settings;
  glpk.init_smcp(&settings);
  settings.msg_lev = GLP_MSG_OFF;
  /* A row added to an optimum leaves it feasible in the dual. */
  settings.meth = GLP_DUALP;
  settings.it_lim = limit;
  int code = glpk.simplex(program->problem, &settings);
  if (code == GLP_EBADB || code == GLP_ESING || code == GLP_ECOND) {
    /* The basis of the last call is of no use: begin with a new one. */
    glpk.adv_basis(program->problem, 0);
    code = glpk.simplex(program->problem, &settings);
  }
  int status = glpk.get_status(program->problem);
  if (code == 0 && status != GLP_OPT && status != GLP_NOFEAS) {
    /* Nothing is feasible in the dual, so the dual method cannot tell why: the primal one can. */
    settings.meth = GLP_PRIMAL;
    code = glpk.simplex(program->problem, &settings);
    status = glpk.get_status(program->problem);
  }
  END_GUARDED();
  if (code == GLP_EITLIM) return CGLPK_UNFINISHED;
  if (code != 0) return CGLPK_FAILED;
  switch (status) {
    case GLP_OPT: return CGLPK_OPTIMAL;
    case GLP_NOFEAS: return CGLPK_INFEASIBLE;
    case GLP_UNBND: return CGLPK_UNBOUNDED;
    default: return CGLPK_FAILED;
  }
}

double cglpk_objective(cglpk_program *program) {
  GUARDED(program, 0)
  double value = glpk.get_obj_val(program->problem);
  END_GUARDED();
  return value;
}

double cglpk_column_value(cglpk_program *program, int column) {
  GUARDED(program, 0)
  double value = glpk.get_col_prim(program->problem, column + 1);
  END_GUARDED();
  return value;
}

double cglpk_row_value(cglpk_program *program, int row) {
  GUARDED(program, 0)
  double value = glpk.get_row_prim(program->problem, row + 1);
  END_GUARDED();
  return value;
}

double cglpk_row_price(cglpk_program *program, int row) {
  GUARDED(program, 0)
  double value = glpk.get_row_dual(program->problem, row + 1);
  END_GUARDED();
  return value;
}
