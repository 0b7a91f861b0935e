#ifndef CGLPK_H
#define CGLPK_H

#include <stdbool.h>

/// A linear programme in GLPK (the GNU Linear Programming Kit), minimised by its simplex methods.
///
/// GLPK is loaded when the first programme is made, so that a machine without it runs all the rest.
/// GLPK ends the process when it meets a fault of its own; here such a fault makes the programme
/// broken instead: everything it was asked for since then and later fails. A programme belongs to
/// the thread that made it.
typedef struct cglpk_program cglpk_program;

enum cglpk_status {
  CGLPK_OPTIMAL = 0,
  /// The limit of iterations was reached: solving again goes on from there.
  CGLPK_UNFINISHED = 1,
  CGLPK_INFEASIBLE = 2,
  CGLPK_UNBOUNDED = 3,
  /// GLPK met numbers that it cannot handle, or a fault of its own.
  CGLPK_FAILED = 4,
};

/// Whether GLPK is on this machine.
bool cglpk_available(void);

/// An empty programme, or NULL when GLPK is not on this machine or there is no memory.
cglpk_program *cglpk_create(void);
void cglpk_destroy(cglpk_program *program);

/// Adds `count` columns, each at least `lower` and at most `upper` (or without an upper bound when
/// `upper` is below `lower`), at a cost of `cost`. False when that failed.
bool cglpk_add_columns(cglpk_program *program, int count, double lower, double upper, double cost);

/// Adds `count` rows, each at least `lower` and, when `fixed`, also at most `lower`. Row `i` has the
/// `starts[i]..<starts[i + 1]` of `columns` (from 0, each once) and `values`. False when that failed.
bool cglpk_add_rows(
  cglpk_program *program, int count, double lower, bool fixed, const int *starts,
  const int *columns, const double *values);

/// What column `column`, from 0, costs from now on.
void cglpk_set_cost(cglpk_program *program, int column, double cost);

/// At most `limit` iterations, from the basis that the last call left.
enum cglpk_status cglpk_minimise(cglpk_program *program, int limit);

/// The sum of costs, the value of a column, and the value and the price (dual value) of a row in
/// the basis that the last call of `cglpk_minimise` left. Columns and rows count from 0.
double cglpk_objective(cglpk_program *program);
double cglpk_column_value(cglpk_program *program, int column);
double cglpk_row_value(cglpk_program *program, int row);
double cglpk_row_price(cglpk_program *program, int row);

#endif
