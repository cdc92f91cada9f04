// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_SOLVERS_TIME_STEPPER_H
#define SGDFP_SOLVERS_TIME_STEPPER_H

#include "operators/generator.h"
#include "solvers/balanced_inverse.h"

#include <petscts.h>

namespace sgdfp
{
  /// One implicit step of  M dP/dt = A P  for any Generator, with an estimate
  /// of its error: the Rosenbrock method of order 4 (3), four stages, L-stable
  /// [Hairer and Wanner, Solving ODEs II, IV.7], from PETSc (TSROSW, "4l").
  ///
  /// All stages and all steps of one length share the matrix s M - A and its
  /// factorisation (MUMPS), or its preconditioner (GMRES with incomplete
  /// factors of each rank's block, for large problems). Where A is no matrix
  /// (jumps) that of s M minus its local approximation preconditions GMRES.
  ///
  /// A step depends on P and its length alone, so that a run that is resumed
  /// repeats itself.
  class TimeStepper
  {
  public:
    /// @param use_direct factorise; else GMRES
    TimeStepper(const MPI_Comm communicator, const bool use_direct);
    ~TimeStepper();

    TimeStepper(const TimeStepper &)            = delete;
    TimeStepper &operator=(const TimeStepper &) = delete;

    /// Allocates for a Generator that has been assembled. Keeps a reference to
    /// it. Collective.
    void prepare(const Generator &generator);

    /// Replaces @p P by the coefficients a time @p length later, with the mass
    /// it had. Collective.
    /// @return estimated local error, |P - P^|_1 weighted with the masses of
    /// the trial functions: an L1 norm of densities; infinite where the linear
    /// solver failed, which a shorter step may cure
    double step(Vector &P, const double length);

    unsigned int n_factorisations = 0;

  private:
    struct Callbacks;

    void clear();



    /// Coefficients, from what is stepped; overwritten by the next call.
    Vec unscaled(const Vec q) const;


    const MPI_Comm   communicator;
    const bool       use_direct;
    const Generator *generator = nullptr;
    TS               ts        = nullptr;
    MatrixHandle     jacobian, shell;
    /// s of the matrix as it is
    double shift = 0;
    Vector embedded, scratch, masses;
    /// Where the generator asks for it, what is stepped is P/columns.
    std::unique_ptr<Balance> balance;
    mutable Vector           balanced, unscaled_copy;
    /// For iterations: of s M - A, so that its sign is the other one
    std::unique_ptr<ApproximateInverse> own_inverse;
    bool                                has_own_inverse = false;
  };
} // namespace sgdfp

#endif
